"""What people ask and enter on the pages of runs and items."""
