"""On the way back, metrics of a category that earlier tables do not know go to "other"; nothing to do on the way on."""

from __future__ import annotations

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def move_to_other(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("metrics", "Metric").objects.filter(category="structure").update(category="other")


class Migration(migrations.Migration):
    dependencies = [("metrics", "0002_add_structure_and_measured_needs")]

    operations = [migrations.RunPython(migrations.RunPython.noop, move_to_other)]
