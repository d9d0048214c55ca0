"""What changed between two versions of a dataset, counted by the database."""

from __future__ import annotations

from django.db import connection

# Rows pair by key or input; whether a pair is alike is asked of a hash, so that no body is compared or sorted.
_COUNT = """
WITH rows AS (
    SELECT version_id, pair_key,
           hash_record_extended(
               ROW(input, output, expected, context, metadata, trace, given_scores, human), 0
           ) AS digest
    FROM runs_item WHERE version_id IN (%(old)s, %(new)s)
), old AS (SELECT * FROM rows WHERE version_id = %(old)s), new AS (SELECT * FROM rows WHERE version_id = %(new)s)
SELECT count(*) FILTER (WHERE old.pair_key IS NULL),
       count(*) FILTER (WHERE new.pair_key IS NULL),
       count(*) FILTER (WHERE old.digest <> new.digest)
FROM old FULL JOIN new ON old.pair_key = new.pair_key
"""


def count_changes(*, old: int, new: int) -> dict[str, int]:
    """How many items the new version added, removed and changed against the old one."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"old": old, "new": new})
        added, removed, changed = cursor.fetchone()
    return {"added": added, "removed": removed, "changed": changed}
