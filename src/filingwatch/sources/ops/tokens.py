"""The access token of OPS: fetched when needed, renewed before its end, dropped when OPS does not take it any more."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from pydantic import SecretStr

from filingwatch.errors import Terminal, Transient
from filingwatch.sources.http import Again, Answer, Client
from filingwatch.sources.ops.faults import read_fault

CREDENTIAL_HELP = "Check FILINGWATCH_OPS_KEY and FILINGWATCH_OPS_SECRET (developers.epo.org, My Apps)"

RENEW_BEFORE = 60.0
DEFAULT_LIFE = 900.0
"""Seconds that are counted on when OPS does not say how long a token lives."""


class Tokens:
    """The bearer token of one key. Nothing here is ever printed."""

    def __init__(self, key: SecretStr, secret: SecretStr) -> None:
        pair = f"{key.get_secret_value()}:{secret.get_secret_value()}"
        self._basic = base64.b64encode(pair.encode()).decode()
        self._token: str | None = None
        self._ends = 0.0

    def headers(self, client: Client) -> dict[str, str]:
        """The header that opens the data, with a token that is fetched over this line when there is none.

        Raises:
            Terminal: the credential is not accepted. Transient: no token can be had now.
        """
        if self._token is None or client.clock.monotonic() >= self._ends:
            self._fetch(client)
        return {"Authorization": f"Bearer {self._token}"}

    def drop(self) -> None:
        """Forget the token: OPS has refused it."""
        self._token = None

    def _fetch(self, client: Client) -> None:
        client.add_secret(self._basic)
        answer = client.call(
            "POST",
            "auth/accesstoken",
            headers={
                "Authorization": f"Basic {self._basic}",
                "Content-Type": "application/x-www-form-urlencoded",
                "Accept": "application/json",
            },
            content=b"grant_type=client_credentials",
            judge=judge_token,
            accepts=("application/json",),
            anonymous=True,
        )
        body = answer.json()
        token = body.get("access_token") if isinstance(body, Mapping) else None
        if not isinstance(token, str) or not token:
            raise Transient("The answer to the request for a token holds none. The next run asks again.")
        client.add_secret(token)
        self._token, self._ends = token, client.clock.monotonic() + max(_read_life(body) - RENEW_BEFORE, 0.0)


def judge_token(answer: Answer) -> Again | None:
    """Whether a token was given.

    Raises:
        Terminal: the credential is refused; the message says in words what OPS has against it.
    """
    if 200 <= answer.status < 300:
        return None
    fault = read_fault(answer.content)
    message = fault.message if fault else ""
    said = f"OPS says {message!r} ({answer.status})" if message else f"OPS answers {answer.status}"
    if "blocked" in message.lower():
        raise Terminal(f"The developer account of this key is blocked: {said}. Only the EPO's OPS support can open it.")
    if answer.status in (408, 425, 429) or answer.status >= 500:
        return Again(f"no token: {said}")
    if answer.status in (400, 401, 403):
        raise Terminal(f"The credential for OPS is refused: {said}. {CREDENTIAL_HELP}; a new key needs approval first.")
    raise Terminal(f"There is no token to be had at this address: {said}. Check FILINGWATCH_OPS_URL.")


def _read_life(body: Mapping[str, Any]) -> float:
    """Seconds that a token lives. OPS writes the number as text."""
    try:
        life = float(body["expires_in"])
    except (KeyError, TypeError, ValueError):
        return DEFAULT_LIFE
    return life if 0 < life < 86_400 else DEFAULT_LIFE
