"""How a project's numbers went from run to run."""
