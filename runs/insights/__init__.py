"""What is worth a look in a run, found in the background when it closes: numbers, items and what to do next."""
