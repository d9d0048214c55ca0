"""Writes of connections and their secrets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from decimal import Decimal, InvalidOperation
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from evalhub.accounts.access import Right, require_right
from evalhub.accounts.audit import differences, fields_of, record
from evalhub.accounts.choices import AuditAction
from evalhub.accounts.models import Team, User
from evalhub.connections.chat import JsonValue
from evalhub.connections.endpoint import allowed_hosts
from evalhub.connections.hosts import HostRefused, host_and_port
from evalhub.connections.models import Connection
from evalhub.core import crypto
from evalhub.core.errors import Conflict, Invalid

JUDGE_NAME = "Judge"
LENT_KEYS_NAME = "OpenAI, asked with keys of callers"
# EvalHub says these itself; a connection that set them would change every question.
OWN_PARAMETERS = frozenset({"model", "messages", "response_format", "stream", "n"})


@dataclass(frozen=True, slots=True)
class ConnectionValues:
    """What a person says about an endpoint, its key apart."""

    name: str
    base_url: str
    default_model: str = ""
    parameters: Mapping[str, JsonValue] = field(default_factory=dict)
    max_concurrency: int | None = None
    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
    input_price: Decimal | None = None
    output_price: Decimal | None = None
    timeout_seconds: int = 120
    is_default: bool = False


@transaction.atomic
def create_connection(*, team: Team, values: ConnectionValues, api_key: str = "", by: User) -> Connection:
    """Add an endpoint to the team. Raises `NotAllowed`, `Invalid`, `Conflict` for a name in use."""
    require_right(by, Right.CONFIGURE, team)
    connection = Connection(team=team)
    connection.set_secret(api_key)
    _store(connection, values)
    changes = differences({}, _told(connection))
    record(team=team, by=by, action=AuditAction.CREATED, subject=connection, changes=changes)
    return connection


@transaction.atomic
def edit_connection(
    connection: Connection, *, values: ConnectionValues, api_key: str = "", removes_api_key: bool = False, by: User
) -> Connection:
    """Change an endpoint; without a new key the stored one stays. Raises as `create_connection`.

    A stored key goes to no other host: who enters a new one has to enter the key again.
    """
    require_right(by, Right.CONFIGURE, connection.team)
    before = _told(connection)
    if api_key or removes_api_key:
        connection.set_secret(api_key)
    elif connection.has_secret and _leads_elsewhere(connection.base_url, values.base_url):
        raise Invalid(
            "key_needed",
            "The stored key is for the host of the old base URL; enter the key of the new one, or remove the key.",
            field="api_key",
        )
    _store(connection, values)
    changes = differences(before, _told(connection))
    if api_key:
        changes["api_key_is_new"] = [False, True]
    record(team=connection.team, by=by, action=AuditAction.CHANGED, subject=connection, changes=changes)
    return connection


def _told(connection: Connection) -> dict[str, object]:
    names = ConnectionValues.__dataclass_fields__
    return fields_of(connection, *names) | {"has_api_key": connection.has_secret}


@transaction.atomic
def archive_connection(connection: Connection, *, by: User) -> None:
    """Offer it no longer for new work; what names it keeps it. Raises `NotAllowed`."""
    require_right(by, Right.CONFIGURE, connection.team)
    live = Connection.objects.in_use().filter(pk=connection.pk)
    if live.update(archived_at=timezone.now(), is_default=False):
        record(team=connection.team, by=by, action=AuditAction.ARCHIVED, subject=connection)


@transaction.atomic
def restore_connection(connection: Connection, *, by: User) -> None:
    """Offer an archived connection again. Raises `NotAllowed`."""
    require_right(by, Right.CONFIGURE, connection.team)
    if Connection.objects.filter(pk=connection.pk).exclude(archived_at=None).update(archived_at=None):
        record(team=connection.team, by=by, action=AuditAction.RESTORED, subject=connection)


def default_connection(team: Team) -> Connection | None:
    """What is used where nothing else is chosen; where none is there, made from the environment's judge, if any."""
    chosen = team.connections.in_use().filter(is_default=True).first()
    return chosen or _create_judge_connection(team)


def connection_for_lent_keys(team: Team) -> Connection | None:
    """Where a key that a caller lends is of use when the team has no judge; None where the environment names none.

    The team has one, which nobody is offered and which has no key.
    """
    if not settings.EVALHUB_OPENAI_BASE_URL:
        return None
    wanted = {
        "base_url": settings.EVALHUB_OPENAI_BASE_URL,
        "default_model": settings.EVALHUB_OPENAI_MODEL,
        "archived_at": None,
    }
    connection, _ = Connection.objects.update_or_create(
        team=team, takes_lent_keys=True, defaults=wanted, create_defaults={**wanted, "name": LENT_KEYS_NAME}
    )
    return connection


def create_judge_connections() -> list[Connection]:
    """Make the default connection of every team that has none from EVALHUB_JUDGE_*. Raises `Invalid`."""
    lacking = Team.objects.exclude(connections__is_default=True)
    return [connection for team in lacking if (connection := _create_judge_connection(team))]


@transaction.atomic
def rotate_secrets() -> int:
    """Encrypt all secrets again with the first key; gives their number. Raises `Invalid`, and then changes none."""
    connections = list(Connection.objects.select_for_update().exclude(secret=b""))
    for connection in connections:
        connection.secret = crypto.rotate(connection.secret)
    Connection.objects.bulk_update(connections, ["secret"], batch_size=500)
    return len(connections)


def _create_judge_connection(team: Team) -> Connection | None:
    """None where the environment names no judge, and where the team had this connection and gave it up."""
    if not settings.EVALHUB_JUDGE_BASE_URL or team.connections.filter(name=JUDGE_NAME).exists():
        return None
    connection = Connection(team=team)
    connection.set_secret(settings.EVALHUB_JUDGE_API_KEY)
    values = ConnectionValues(
        name=JUDGE_NAME,
        base_url=settings.EVALHUB_JUDGE_BASE_URL,
        default_model=settings.EVALHUB_JUDGE_MODEL,
        input_price=_price("EVALHUB_JUDGE_INPUT_PRICE"),
        output_price=_price("EVALHUB_JUDGE_OUTPUT_PRICE"),
        is_default=True,
    )
    with transaction.atomic():
        connection = _store(connection, values)
        changes = differences({}, _told(connection))
        record(team=team, by=None, action=AuditAction.CREATED, subject=connection, changes=changes)
    return connection


def _price(setting: str) -> Decimal | None:
    text: str = getattr(settings, setting)
    try:
        return Decimal(text) if text else None
    except InvalidOperation:
        raise Invalid("price_invalid", f"{setting} is “{text}”; give US dollars per million tokens, as 2.50.") from None


def _store(connection: Connection, values: ConnectionValues) -> Connection:
    """Check and save. The caller holds a transaction."""
    Team.objects.select_for_update(no_key=True).get(pk=connection.team_id)  # one default, also of two at once
    _check(connection, values)
    others = Connection.objects.filter(team_id=connection.team_id).exclude(pk=connection.pk)
    if values.is_default:
        others.update(is_default=False)
    for name, value in asdict(values).items():
        setattr(connection, name, value)
    connection.save()
    return connection


def _check(connection: Connection, values: ConnectionValues) -> None:
    if not values.name.strip():
        raise Invalid("name_missing", "A connection needs a name.", field="name")
    same_name = Connection.objects.filter(team_id=connection.team_id, name=values.name).exclude(pk=connection.pk)
    if same_name.exists():
        raise Conflict(
            "connection_exists",
            f"The team has a connection called “{values.name}” already; choose another name.",
            field="name",
        )
    _check_base_url(values.base_url)
    if taken := OWN_PARAMETERS.intersection(values.parameters):
        raise Invalid(
            "parameter_reserved",
            f"EvalHub sets {', '.join(sorted(taken))} itself; take it out of the parameters.",
            field="parameters",
        )


def _check_base_url(base_url: str) -> None:
    try:
        allowed_hosts().check_address_of(base_url)
    except HostRefused as refused:
        raise Invalid("host_not_allowed", refused.message, field="base_url") from None
    parts = urlsplit(base_url)
    if parts.username or parts.password or parts.query or parts.fragment:
        raise Invalid(
            "base_url_invalid",
            "A base URL is shown to the team: it holds no name, password or query. Enter the key in its own field.",
            field="base_url",
        )


def _leads_elsewhere(old: str, new: str) -> bool:
    try:
        return (urlsplit(old).scheme, host_and_port(old)) != (urlsplit(new).scheme, host_and_port(new))
    except HostRefused:
        return True
