"""Who the key is, and what its team has used."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from evalhub.facades.valiqor.base import ValiqorView
from evalhub.facades.valiqor.figures import usage
from runs.models import Run

PLAN = "self-hosted"


class AuthValidate(ValiqorView):
    """Says that the key is good, and whose it is."""

    def post(self, request: Request) -> Response:
        team = self.key.team
        return Response(
            {
                "valid": True,
                "user_id": str(self.person.pk),
                "org_id": team.slug,
                "org_name": team.name,
                "plan": PLAN,
            }
        )


class AuthUsage(ValiqorView):
    """Runs and tokens of the key's team in this month."""

    def get(self, request: Request) -> Response:
        runs = Run.objects.filter(project__team=self.key.team, deleted_at=None)
        return Response({**usage(runs), "plan": PLAN, "tier": PLAN})
