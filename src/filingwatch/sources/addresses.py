"""Addresses and what may be said of them: whose they are, where they lead, and what of a request goes into a ledger."""

from __future__ import annotations

import hashlib
import ipaddress
import json
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, quote_plus, urljoin, urlsplit, urlunsplit

from filingwatch.errors import Terminal
from filingwatch.sources.answers import excerpt

MOST_BODY = 300
_HIDDEN = "***"


def is_loopback(url: str) -> bool:
    """Whether an address is on this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def origin_of(url: str) -> tuple[str, str, int | None]:
    """Scheme, host and port: what must be the same for a secret to go along."""
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port or {"http": 80, "https": 443}.get(parts.scheme)


def follow(url: str, location: str) -> str:
    """Where a redirect leads.

    Raises:
        Terminal: away from the web, or from https to http.
    """
    target = urljoin(url, location)
    if urlsplit(target).scheme not in ("http", "https"):
        raise Terminal("it redirects to an address that is not one of the web.")
    if urlsplit(url).scheme == "https" and urlsplit(target).scheme != "https":
        raise Terminal("it redirects from https to http, where anybody could change the file.")
    return target


def hide_secrets(secrets: Iterable[str], text: str) -> str:
    """The text with every secret replaced, also where it is written as in an address or in JSON."""
    forms = {
        form
        for secret in secrets
        for form in (secret, quote(secret, safe=""), quote_plus(secret), json.dumps(secret)[1:-1])
    }
    for form in sorted(forms, key=len, reverse=True):
        text = text.replace(form, _HIDDEN)
    return text


def describe_request(
    method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
) -> dict[str, Any]:
    """A request for the ledger: enough to tell it from others and to know what was asked. Of a long body only its
    beginning and its hash. Secrets are still to be hidden."""
    parts = urlsplit(url)
    plain: dict[str, Any] = {"method": method, "url": urlunsplit((parts.scheme, parts.netloc, parts.path, "", ""))}
    if query := dict(parse_qsl(parts.query, keep_blank_values=True)):
        plain["query"] = query
    kept = {name: value for name, value in (headers or {}).items() if name.lower().startswith(("x-ops", "range"))}
    if kept:
        plain["headers"] = kept
    if body:
        plain["body"] = excerpt(body, MOST_BODY)
        plain["body_sha256"] = hashlib.sha256(body).hexdigest()[:16]
    return plain
