"""EvalHub's ground floor and front doors. Imports nothing: `manage.py` needs `evalhub.launch` before anything is installed."""
