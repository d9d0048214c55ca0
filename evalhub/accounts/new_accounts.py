"""Making the account of a person who was let in."""

from __future__ import annotations

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from evalhub.accounts.models import User
from evalhub.core.errors import Conflict, Invalid


def create_account(*, email: str, name: str, password: str) -> User:
    """Make an account. Raises `Invalid` for a bad address, name or password, `Conflict` for an address in use."""
    email, name = email.strip().lower(), " ".join(name.split())
    try:
        validate_email(email)
    except ValidationError as error:
        raise Invalid("email_invalid", f'"{email}" is no e-mail address.', field="email") from error
    if not name:
        raise Invalid("name_missing", "Say how the team should call you.", field="name")
    try:
        validate_password(password, User(email=email, name=name))
    except ValidationError as error:
        raise Invalid("password_weak", " ".join(error.messages), field="password") from error
    if User.objects.filter(email=email).exists():
        raise Conflict(
            "account_exists", "There is an account with this address; sign in and open the link again.", field="email"
        )
    return User.objects.create_user(email, password, name=name)
