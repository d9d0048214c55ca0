"""The description of the API (OpenAPI), and the page that shows it."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.views import SpectacularSwaggerSplitView

from evalhub.api.errors import CONTENT_TYPE
from evalhub.api.idempotency import HEADER
from evalhub.api.models import LONGEST_KEY

_PROBLEM = {
    "type": "object",
    "description": "What went wrong, by RFC 9457.",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string", "description": "`urn:evalhub:problem:` and the code."},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "For programs; stays the same."},
        "detail": {"type": "string", "description": "For people: what happened and what to do next."},
        "field": {"type": "string", "nullable": True, "description": "The part that is at fault, where one is."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "code", "detail"],
                "properties": {name: {"type": "string"} for name in ("field", "code", "detail")},
            },
        },
    },
}


_IDEMPOTENCY_KEY = {
    "name": HEADER,
    "in": "header",
    "description": "A UUID of the caller's: sent again within a day, the same request is answered alike and made once.",
    "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY},
}


def add_problems(
    result: dict[str, Any], generator: object, request: object, public: bool
) -> dict[str, Any]:  # the shape that drf-spectacular asks of its hooks
    """Every operation may answer with a problem, and every POST may be sent twice."""
    result["components"]["schemas"]["Problem"] = _PROBLEM
    answer = {
        "description": "A problem",
        "content": {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    for operations in result["paths"].values():
        for method, operation in operations.items():
            operation["responses"].setdefault("default", answer)
            if method == "post":
                operation.setdefault("parameters", []).append(_IDEMPOTENCY_KEY)
    return result


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # registers itself by being made
    """Describes the key to whoever reads the schema."""

    target_class = "evalhub.api.auth.ApiKeyAuthentication"
    name = "apiKey"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "An API key of your team, such as `vq_…`."}


class DocsView(SpectacularSwaggerSplitView):
    """The description as a page that asks no other host and runs no script of its own text."""

    template_name = "api/docs.html"
    template_name_js = "drf_spectacular/swagger_ui.js"
    url_name = "api:schema"
