"""Planning the next comparison from what a project's runs have shown so far."""
