"""The same items over many runs: which broke, which came back, which cannot make up their mind."""
