"""Times that repeat, as five fields in a time zone: read, put into words, and asked when they fall due."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo, available_timezones

from celery.schedules import ParseException
from cron_descriptor import Options, get_description
from django.utils import timezone
from django_celery_beat.tzcrontab import TzAwareCrontab

from evalhub.core.errors import Invalid

CRON_FIELDS = ("minute", "hour", "day_of_month", "month_of_year", "day_of_week")


def cron_parts(cron: str) -> dict[str, str]:
    """The five fields by their names. Raises `Invalid` for anything else."""
    parts = cron.split()
    if len(parts) != len(CRON_FIELDS):
        raise Invalid(
            "cron_invalid",
            f'"{cron}" is no time: write five fields, minute hour day month weekday, as in "0 6 * * 1-5".',
            field="cron",
        )
    return dict(zip(CRON_FIELDS, parts, strict=True))


def crontab_of(cron: str, time_zone: str) -> TzAwareCrontab:
    """The times as the clock keeps them. Raises `Invalid` for fields that cannot be read, or never come together."""
    if time_zone not in available_timezones():
        raise Invalid("time_zone_unknown", f'"{time_zone}" is no time zone.', field="time_zone")
    parts = cron_parts(cron)
    try:
        crontab = TzAwareCrontab(**parts, tz=ZoneInfo(time_zone))
        next_due(crontab)
    except (ParseException, ValueError, RuntimeError) as error:
        raise Invalid("cron_invalid", f'"{cron}" is no time that ever comes: {error}.', field="cron") from error
    return crontab


def next_due(crontab: TzAwareCrontab, *, after: datetime | None = None) -> datetime:
    """The first time after the moment, now unless given."""
    moment = (after or timezone.now()).astimezone(crontab.tz)
    start, until, _ = crontab.remaining_delta(moment)
    due: datetime = start + until
    return due


def has_fallen_due(crontab: TzAwareCrontab, *, since: datetime) -> bool:
    """Whether one of the times lay after `since` and has come."""
    return next_due(crontab, after=since) <= timezone.now()


def in_words(cron: str) -> str:
    """The times as people say them: "At 06:00, Monday through Friday"."""
    options = Options()
    options.use_24hour_time_format = True
    return str(get_description(cron, options))
