"""Measurements against the budgets of the design; each prints what it saw."""
