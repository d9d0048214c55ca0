"""EvalHub's ground floor and front doors. Imports nothing, as `manage.py` runs before anything is installed."""
