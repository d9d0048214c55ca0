"""A little OpenID Connect provider over loopback: discovery, authorisation, tokens by code with PKCE, user info."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT_ID, CLIENT_SECRET = "evalhub", "a-client-secret"


class Provider(ThreadingHTTPServer):
    """Signs in one person, whose claims tests set."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.issuer = f"http://127.0.0.1:{self.server_port}"
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.claims: dict[str, Any] = {}
        self.challenges: dict[str, str] = {}

    def authorise(self, address: str) -> str:
        """What the person's browser brings back after they agreed at `address`: the query of the callback."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert asked["client_id"] == CLIENT_ID
        code = f"code-{len(self.challenges)}"
        self.challenges[code] = asked["code_challenge"]
        return urlencode({"code": code, "state": asked["state"]})


class _Handler(BaseHTTPRequestHandler):
    server: Provider

    def do_GET(self) -> None:
        issuer = self.server.issuer
        if self.path == "/.well-known/openid-configuration":
            ends = {"authorization_endpoint": "authorize", "token_endpoint": "token", "userinfo_endpoint": "userinfo"}
            addresses = {name: f"{issuer}/{path}" for name, path in ends.items()}
            self._answer(200, addresses | {"issuer": issuer, "jwks_uri": f"{issuer}/jwks"})
        elif self.path == "/userinfo" and self.headers["Authorization"] == "Bearer an-access-token":
            self._answer(200, self.server.claims)
        else:
            self._answer(404, {})

    def do_POST(self) -> None:
        body = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        sent = {name: values[0] for name, values in body.items()}
        verifier = hashlib.sha256(sent.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(verifier).decode().rstrip("=")
        knows_secret = sent.get("client_secret") == CLIENT_SECRET
        if not knows_secret or self.server.challenges.pop(sent.get("code", ""), "") != challenge:
            self._answer(400, {"error": "invalid_grant"})
            return
        now = int(time.time())
        claims = {"iss": self.server.issuer, "aud": CLIENT_ID, "iat": now, "exp": now + 60, **self.server.claims}
        token = jwt.encode(claims, self.server.key, algorithm="RS256")
        self._answer(200, {"access_token": "an-access-token", "token_type": "Bearer", "id_token": token})

    def _answer(self, status: int, content: dict[str, Any]) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Tests say what went wrong."""


@contextmanager
def running_provider() -> Iterator[Provider]:
    provider = Provider()
    thread = threading.Thread(target=provider.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        provider.shutdown()
        provider.server_close()
        thread.join()
