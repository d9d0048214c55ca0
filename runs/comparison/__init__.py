"""Runs side by side, paired by item: what differs, by how much, and whether it may be called a difference."""
