"""How far judges can be believed: reading what people said, measuring, and what pages show of it."""
