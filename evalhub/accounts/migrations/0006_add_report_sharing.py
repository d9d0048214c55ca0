"""A team says whether its reports may be shared with people who have no account."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_add_invitations_and_retention"),
    ]

    operations = [
        migrations.AddField(
            model_name="team",
            name="shares_reports",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="Members may make links by which people without an account read a report.",
            ),
        ),
    ]
