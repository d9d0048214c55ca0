"""A team has one connection without a key, for those that callers lend."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_add_cache_table"),
        ("connections", "0002_add_allowed_hosts_and_grants"),
    ]

    operations = [
        migrations.AddField(
            model_name="connection",
            name="takes_lent_keys",
            field=models.BooleanField(
                default=False, editable=False, help_text="Has no key: each run that asks it brings its caller's."
            ),
        ),
        migrations.AddConstraint(
            model_name="connection",
            constraint=models.UniqueConstraint(
                condition=models.Q(("takes_lent_keys", True)),
                fields=("team",),
                name="connections_one_for_lent_keys_per_team",
            ),
        ),
    ]
