"""Packed columns are read whole and hardly shrink: compressing megabytes of floats only costs time."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("runs", "0001_initial")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE runs_runcolumn ALTER COLUMN packed SET STORAGE EXTERNAL",
            "ALTER TABLE runs_runcolumn ALTER COLUMN packed SET STORAGE EXTENDED",
        ),
    ]
