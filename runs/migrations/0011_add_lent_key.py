"""A run's judges can be asked with a key that its caller lends."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("runs", "0010_freeze_units"),
    ]

    operations = [
        migrations.CreateModel(
            name="LentKey",
            fields=[
                (
                    "run",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="lent_key",
                        serialize=False,
                        to="runs.run",
                    ),
                ),
                ("secret", models.BinaryField()),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
        ),
    ]
