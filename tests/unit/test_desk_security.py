"""Who may speak to the desk: hosts, origins, tokens, cookies, names; each guard fires here."""

from __future__ import annotations

import pytest

from filingwatch.desk.security import Keys, Session, check_host, check_name, why_refused
from filingwatch.errors import BadInput

HOST = {"host": "127.0.0.1:8765"}


@pytest.mark.parametrize("host", ["127.0.0.1:8765", "localhost:8765"])
def test_the_own_pages_may_ask_and_change(host: str) -> None:
    """Loopback under both of its names, with the origin that a browser sends."""
    assert why_refused("GET", {"host": host}, 8765) is None
    assert (
        why_refused("POST", {"host": host, "origin": f"http://{host}", "sec-fetch-site": "same-origin"}, 8765) is None
    )
    assert why_refused("POST", {"host": host, "sec-fetch-site": "same-origin"}, 8765) is None


@pytest.mark.parametrize(
    "host",
    ["", "evil.example", "evil.example:8765", "127.0.0.1", "127.0.0.1:8766", "127.0.0.1:8765.evil.example",
     "localhost.evil.example:8765", "127.0.0.1:8765, evil.example", "127.0.0.1:08765", "[::1]:8765"],
)  # fmt: skip
def test_another_host_is_refused(host: str) -> None:
    """A name that points here is not ours (DNS rebinding), neither is our name with another port."""
    assert why_refused("GET", {"host": host}, 8765)
    assert why_refused("POST", {"host": host, "origin": f"http://{host}"}, 8765)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:9999"},
        {"origin": "https://127.0.0.1:8765"},
        {"origin": "http://localhost:8765"},
        {"origin": "http://evil.example", "sec-fetch-site": "same-origin"},
        {"origin": "http://127.0.0.1:8765", "sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
    ],
)  # fmt: skip
def test_a_change_from_elsewhere_is_refused(headers: dict[str, str]) -> None:
    """Another origin, another port of this machine, or nothing that says where it came from."""
    assert why_refused("POST", HOST | headers, 8765)


def test_other_sites_may_lead_here_but_not_read() -> None:
    """A link may open the desk as a page; a script or an image of another site gets nothing."""
    visit = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
    assert why_refused("GET", HOST | visit, 8765) is None
    assert why_refused("GET", HOST | visit | {"sec-fetch-dest": "iframe"}, 8765)
    assert why_refused("GET", HOST | {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"}, 8765)


def test_a_cookie_is_only_what_this_process_made() -> None:
    """A session comes back from its cookie; changed, of another process or nonsense it is nobody's."""
    keys = Keys()
    session = Session(keys.new_session().session_id, "安 <b>")
    cookie = keys.to_cookie(session)
    assert cookie.isascii() and keys.from_cookie(cookie) == session
    other = Keys()
    assert keys.to_cookie(Session(session.session_id, "bo")) != cookie
    body, _, signature = cookie.rpartition(".")
    for forged in ("", "x", "..", body, f"{body}x.{signature}", f"{body}.{signature[:-1]}0", f"{cookie}é"):
        assert forged == cookie or keys.from_cookie(forged) is None
    assert other.from_cookie(cookie) is None


def test_tokens_are_of_one_session_and_one_process() -> None:
    """The token of a form fits its session alone, and the start-up token no other process."""
    keys, other = Keys(), Keys()
    one, two = keys.new_session(), keys.new_session()
    assert keys.is_csrf(one, keys.csrf(one))
    assert not keys.is_csrf(two, keys.csrf(one))
    assert not other.is_csrf(one, keys.csrf(one))
    assert not keys.is_csrf(one, "") and not keys.is_token("") and not keys.is_token(other.token)
    assert keys.is_token(keys.token) and keys.token not in keys.csrf(one) + keys.to_cookie(one)


def test_names_are_kept_as_typed_or_refused() -> None:
    """Any script and markup are a name; nothing, too much and what cannot be seen are not."""
    assert check_name("  Ann   <b>李</b> ") == "Ann <b>李</b>"
    for wrong in ("", "   ", "x" * 61, "a\u202eb", "a\x00b", "\ud800"):
        with pytest.raises(BadInput):
            check_name(wrong)


@pytest.mark.parametrize("host", ["0.0.0.0", "localhost", "::", "192.168.1.4", ""])
def test_no_other_address_is_listened_at(host: str) -> None:
    """The message says why, and how people at other machines come in."""
    assert check_host("127.0.0.1")
    with pytest.raises(BadInput, match="ssh -L"):
        check_host(host)
