"""Tests of showing text that others wrote."""
