"""Reading other tools' result files: a module per tool, all of them listed in `table`."""
