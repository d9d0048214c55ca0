"""Reading files of rows as streams: a format per module, all with `read(source)`; no Django and no database here."""
