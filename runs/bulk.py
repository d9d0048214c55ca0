"""The one way in which many rows are written at once: PostgreSQL's binary COPY, typed by the model's fields."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias, cast

import orjson
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from psycopg import Copy, sql
from psycopg.types.json import Jsonb

# What stands in for a character that PostgreSQL cannot hold, so that people see that something was there.
REPLACEMENT = "\ufffd"

# A value of any kind of field.
Value = Any
Prepare = Callable[[Value], Value]
Column: TypeAlias = "models.Field[Any, Any]"


def copy_rows(model: type[models.Model], fields: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Add `rows`, each with a value per name in `fields`, and return how many there were.

    Every column without a default in the database has to be named. Text is made storable (`storable_text`), JSON is
    serialised here, all else must have the Python type of its field. Runs inside the caller's transaction; a row that
    breaks a constraint raises Django's `IntegrityError` and none is added.
    """
    meta = model._meta  # noqa: SLF001  # public by Django's documentation
    columns = [cast("Column", meta.get_field(name)) for name in fields]
    prepare = [(place, make) for place, column in enumerate(columns) if (make := _preparation(column))]
    names = [cast(str, column.column) for column in columns]
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(
        sql.Identifier(meta.db_table),
        sql.SQL(", ").join(map(sql.Identifier, names)),
    )
    count = 0
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(statement) as copy:
        copy = cast(Copy, copy)
        copy.set_types([_type_name(column) for column in columns])
        write = copy.write_row
        for row in rows:
            count += 1
            values = list(row)
            for place, make in prepare:
                if values[place] is not None:
                    values[place] = make(values[place])
            write(values)
    return count


def reserve_ids(model: type[models.Model], count: int) -> list[int]:
    """Take `count` new primary keys from the table's sequence, so that rows that point at each other go in at once."""
    if count <= 0:
        return []
    meta = model._meta  # noqa: SLF001  # as above
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)::regclass) FROM generate_series(1, %s)",
            [connection.ops.quote_name(meta.db_table), meta.pk.column, count],
        )
        return [row[0] for row in cursor.fetchall()]


def storable_text(text: str) -> str:
    """The text without what PostgreSQL refuses: zero characters and lone surrogates become U+FFFD."""
    if "\x00" in text:
        text = text.replace("\x00", REPLACEMENT)
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        # Through UTF-16, so that two halves that belong together become the character they mean.
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def storable_json(value: Value) -> bytes:
    """The value as JSON that PostgreSQL takes: text as in `storable_text`, numbers that are none as null."""
    try:
        dumped = orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS)
    except TypeError:  # a lone surrogate, or a whole number of more than 64 bits
        return json.dumps(_storable(value), ensure_ascii=False).encode()
    if b"\\u0000" in dumped:
        return orjson.dumps(_storable(value), option=orjson.OPT_NON_STR_KEYS)
    return dumped


def _storable(value: Value) -> Value:
    if isinstance(value, str):
        return storable_text(value)
    if isinstance(value, dict):
        return {storable_text(str(key)): _storable(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_storable(inner) for inner in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _type_name(column: Column) -> str:
    """The PostgreSQL type without its length: `varchar` of `varchar(200)`."""
    name = cast(str, column.db_type(connection))
    base, _, rest = name.partition("(")
    return base + ("[]" if rest.endswith("[]") else "")


def _preparation(column: Column) -> Prepare | None:
    """What has to be done to a value of the column before it is written; None when nothing has."""
    if isinstance(column, models.JSONField):
        return _as_jsonb
    if isinstance(column, (models.CharField, models.TextField)):
        return storable_text
    if isinstance(column, ArrayField) and isinstance(column.base_field, (models.CharField, models.TextField)):
        return _storable
    return None


def _as_jsonb(value: Value) -> Jsonb:
    return Jsonb(value, storable_json)
