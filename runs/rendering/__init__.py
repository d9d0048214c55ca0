"""Turning text that models and datasets wrote into markup that can do nothing but be read. No models here."""
