"""From parsed rows to a frozen dataset version: writing its items, counting what is in them, following an import."""
