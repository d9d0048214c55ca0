"""EvalHub from outside: a typed client over REST, the command `evalhub`, and a plugin for pytest.

Needs nothing of the server, and of other packages `httpx2` and `rich`.
"""

from evalhub.client.api import Client
from evalhub.client.errors import ClientError, Fault, Misused, NoAccess, NotFound, Refused, Unreachable
from evalhub.client.shapes import Comparison, ComparisonLine, MetricSummary, Project, Run, RunItem, Score

__all__ = [
    "Client",
    "ClientError",
    "Comparison",
    "ComparisonLine",
    "Fault",
    "MetricSummary",
    "Misused",
    "NoAccess",
    "NotFound",
    "Project",
    "Refused",
    "Run",
    "RunItem",
    "Score",
    "Unreachable",
]
