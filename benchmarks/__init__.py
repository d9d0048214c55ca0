"""Measurements against the budgets of the design; each prints its figures and runs against DATABASE_URL."""
