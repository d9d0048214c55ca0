"""Writing items of runs and of dataset versions to files, one format per module, with few rows in memory at a time."""
