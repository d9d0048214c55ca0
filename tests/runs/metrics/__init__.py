"""Pages of metrics: the catalogue, the editor with its try-out, revisions, and settings by project."""
