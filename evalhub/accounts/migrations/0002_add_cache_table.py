from django.db import migrations


class Migration(migrations.Migration):
    """The table of `django.core.cache.backends.db`, unlogged: what a crash of the server loses may be forgotten."""

    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.RunSQL(
            [
                (
                    "CREATE UNLOGGED TABLE evalhub_cache"
                    " (cache_key varchar(255) PRIMARY KEY, value text NOT NULL, expires timestamptz NOT NULL)"
                ),
                "CREATE INDEX evalhub_cache_expires ON evalhub_cache (expires)",
            ],
            "DROP TABLE evalhub_cache",
        ),
    ]
