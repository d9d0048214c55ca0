"""Evaluations written down in YAML: a pure reader, without Django, whose errors name line and key."""
