"""What keeps other sites and other programs out of the desk: pure checks of headers, and tokens made by HMAC.

The desk speaks plain HTTP on loopback. A page of another site can make a browser send requests there (CSRF), or can
let its own name point there (DNS rebinding); a stranger on the machine can connect, but lacks the start-up token.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from filingwatch.errors import BadInput

HOST = "127.0.0.1"
MOST_BODY_BYTES = 64 * 1024
LONGEST_NAME = 60
CSRF_HEADER = "x-csrf-token"
HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-frame-options": "DENY",
    "x-content-type-options": "nosniff",
    # with no-referrer a browser sends the forms of our own pages with `Origin: null`
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}


@dataclass(frozen=True, slots=True)
class Session:
    """One browser: a random id, and the name that its person gave; empty until then."""

    session_id: str
    name: str = ""


class Keys:
    """The start-up token, and what is made of it. It lives as long as the process and is never written anywhere."""

    def __init__(self, token: str | None = None) -> None:
        self.token = token or secrets.token_urlsafe(32)

    def is_token(self, given: str) -> bool:
        return hmac.compare_digest(given.encode(), self.token.encode())

    def new_session(self, name: str = "") -> Session:
        return Session(secrets.token_urlsafe(16), name)

    def to_cookie(self, session: Session) -> str:
        """A session as a value that only this process could have made."""
        body = f"{session.session_id}.{base64.urlsafe_b64encode(session.name.encode()).decode()}"
        return f"{body}.{self._sign('session', body)}"

    def from_cookie(self, value: str) -> Session | None:
        """The session of a cookie, or None when this process did not make it."""
        body, _, signature = value.rpartition(".")
        if not hmac.compare_digest(signature.encode(), self._sign("session", body).encode()):
            return None
        session_id, _, name = body.partition(".")
        try:
            return Session(session_id, base64.urlsafe_b64decode(name).decode())
        except (binascii.Error, UnicodeDecodeError):
            return None

    def csrf(self, session: Session) -> str:
        """The token that every POST of this session must carry."""
        return self._sign("csrf", session.session_id)

    def is_csrf(self, session: Session, given: str) -> bool:
        return hmac.compare_digest(given.encode(), self.csrf(session).encode())

    def _sign(self, purpose: str, text: str) -> str:
        return hmac.new(self.token.encode(), f"{purpose}:{text}".encode(), hashlib.sha256).hexdigest()


def why_refused(method: str, headers: Mapping[str, str], port: int) -> str | None:
    """Why a request is not for us, or None. Header names in small letters.

    A request with another Host was led here by a name that is not ours; one that changes something must come from our
    own pages, which a browser says in Origin or Sec-Fetch-Site.
    """
    hosts = [f"{HOST}:{port}", f"localhost:{port}"]
    if port == 80:
        hosts += [HOST, "localhost"]
    host = headers.get("host", "")
    if host not in hosts:
        return f"This is the desk at {hosts[0]}; the request was for another host."
    origin, site = headers.get("origin"), headers.get("sec-fetch-site")
    if method in ("GET", "HEAD"):
        is_visit = headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"
        if site in ("cross-site", "same-site") and not is_visit:
            return "Other sites may not read the desk."
        return None
    if origin is not None and origin != f"http://{host}":
        return "The request came from another site."
    if site is not None and site != "same-origin":
        return "The request came from another site."
    if origin is None and site is None:
        return "A request that changes something must say where it comes from (Origin)."
    return None


def check_name(text: str) -> str:
    """A person's name as it is kept with decisions.

    Raises:
        BadInput: empty, too long, or with characters that cannot be seen.
    """
    name = " ".join(text.split())
    if not name:
        raise BadInput("Please give a name: each decision is kept with the name of who made it.")
    if len(name) > LONGEST_NAME:
        raise BadInput(f"The name has {len(name)} characters; at most {LONGEST_NAME} are kept.")
    if any(unicodedata.category(letter).startswith("C") for letter in name):
        raise BadInput("The name holds characters that cannot be seen; please type it anew.")
    return name


def check_host(host: str) -> str:
    """The only address that the desk listens at.

    Raises:
        BadInput: any other.
    """
    if host != HOST:
        raise BadInput(
            f"The desk listens at {HOST} alone and cannot be opened at {host!r}: it has no passwords. For people at "
            "other machines use a tunnel, `ssh -L PORT:127.0.0.1:PORT this-machine`; see docs/operations.md."
        )
    return host
