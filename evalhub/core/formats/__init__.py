"""How dates are written where a page does not say it itself, as on the admin site; one module a language."""
