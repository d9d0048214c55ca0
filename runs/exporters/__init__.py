"""Writing the items of a run to files, one format per module; all take the same rows and hold few of them at a time."""
