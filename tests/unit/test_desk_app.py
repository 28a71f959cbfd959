"""The desk over HTTP, without a browser: who gets in, what is kept, what is refused, what an empty desk says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from filingwatch.decisions import read_decisions
from filingwatch.desk.app import LONGEST_NOTE
from filingwatch.desk.security import HEADERS, MOST_BODY_BYTES
from filingwatch.settings import Settings
from tests.browser import hand_made
from tests.browser.serving import Served, serve

LISTS = ("links", "applicants", "topics", "rights", "alerts")


class Visitor:
    """A browser's session, as far as HTTP goes."""

    def __init__(self, served: Served, name: str = "ann") -> None:
        self.served = served
        self.client = httpx.Client(base_url=served.origin, headers={"origin": served.origin}, timeout=30)
        self.csrf = ""
        if name:
            self.client.get(served.start(name))

    def page(self, tab: str, watch: str = hand_made.WATCH) -> str:
        reply = self.client.get(f"/{tab}", params={"watch": watch}, headers={"accept": "text/html"})
        if found := re.search(r'data-csrf="([0-9a-f]+)"', reply.text):
            self.csrf = found[1]
        return reply.text

    def next(self, tab: str, limit: int = 5) -> list[str]:
        reply = self.client.get(f"/{tab}/next", params={"watch": hand_made.WATCH, "limit": limit})
        assert reply.status_code == 200, reply.text
        return [case["id"] for case in reply.json()["cases"]]

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        if not self.csrf:
            self.page("alerts")
        sent = {"x-csrf-token": self.csrf} | headers
        return self.client.post(f"/{path}", params={"watch": hand_made.WATCH}, json=body or {}, headers=sent)


@pytest.fixture
def published(settings: Settings) -> Settings:
    hand_made.publish(settings)
    return settings


@pytest.fixture
def served(settings: Settings) -> Iterator[Served]:
    with serve(settings) as desk:
        yield desk


def test_only_the_address_with_the_token_lets_in(published: Settings, served: Served) -> None:
    """Without a session every page but its style is closed; a wrong token opens nothing and sets no cookie."""
    visitor = Visitor(served, name="")
    for path in ("/", "/name", "/alerts", "/alerts/next", "/version", "/start", "/start?token=x"):
        reply = visitor.client.get(path)
        assert reply.status_code == 403 and "set-cookie" not in reply.headers, path
        assert "filingwatch desk" in reply.json()["error"]
    assert visitor.client.get("/static/desk.css").status_code == 200
    assert visitor.client.get("/static/%2e%2e/app.py").status_code == 404
    reply = visitor.client.get(served.start())
    assert reply.status_code == 303 and served.keys.token not in reply.headers["location"]
    cookie = reply.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=strict" in cookie and served.keys.token not in cookie
    assert visitor.client.get("/").headers["location"] == "/name"


def test_a_person_says_once_who_it_is(published: Settings, served: Served) -> None:
    """The form keeps the name in the session; a bad one comes back with the reason, markup is shown as text."""
    visitor = Visitor(served, name="")
    visitor.client.get(served.start())
    csrf = re.search(r'name="csrf" value="(\w+)"', visitor.client.get("/name").text)[1]  # type: ignore[index]
    bad = visitor.client.post("/name", data={"name": " ", "csrf": csrf})
    assert bad.status_code == 400 and "give a name" in bad.text
    assert visitor.client.post("/name", data={"name": "ann", "csrf": "x"}).status_code == 403
    visitor.client.post("/name", data={"name": "<b>Ann</b>", "csrf": csrf})
    page = visitor.page("alerts")
    assert "&lt;b&gt;Ann&lt;/b&gt;" in page and "<b>Ann" not in page


def test_every_answer_carries_the_guards(published: Settings, served: Served) -> None:
    """Pages, JSON, files, refusals and errors alike: policy, frames, types, referrer; nothing of it is stored."""
    visitor = Visitor(served)
    for reply in (
        visitor.client.get("/alerts"), visitor.client.get("/alerts/next"), visitor.client.get("/static/desk.js"),
        visitor.client.get("/nowhere/at/all"), visitor.client.get("/alerts", headers={"host": "evil.example"}),
    ):  # fmt: skip
        assert {name: reply.headers.get(name) for name in HEADERS} == HEADERS
        assert "no-store" in reply.headers["cache-control"] or "etag" in reply.headers
    assert "unsafe" not in HEADERS["content-security-policy"]


def test_a_change_needs_host_origin_token_and_session(published: Settings, served: Served) -> None:
    """Each guard alone keeps a decision out; with all of them it is kept."""
    visitor = Visitor(served)
    body = {"id": "alert1", "value": "acknowledged"}
    rebound = {"host": "evil.example", "origin": "http://evil.example"}
    for headers in (
        {"x-csrf-token": ""}, {"x-csrf-token": "0" * 64}, {"origin": "http://127.0.0.1:9"},
        {"sec-fetch-site": "cross-site"}, rebound,
    ):  # fmt: skip
        assert visitor.post("alerts/decide", body, **headers).status_code == 403, headers
    other = Visitor(served, name="bo")
    other.page("alerts")
    assert visitor.post("alerts/decide", body, **{"x-csrf-token": other.csrf}).status_code == 403
    assert read_decisions(published) == []
    assert visitor.post("alerts/decide", body).status_code == 200
    assert [one.value for one in read_decisions(published)] == ["acknowledged"]


def test_what_cannot_be_kept_is_refused_with_the_reason(published: Settings, served: Served) -> None:
    """Too large, no JSON, no text, an answer that is none, a case that is none, a tab or watch that is none."""
    visitor = Visitor(served)
    visitor.page("alerts")
    fine = {"id": "alert1", "value": "acknowledged"}
    for body, code, says in (
        ({**fine, "note": "x" * (LONGEST_NOTE + 1)}, 400, "at most 2,000"),
        ({**fine, "note": "x" * MOST_BODY_BYTES}, 413, "more than 65,536 bytes"),
        ({**fine, "note": ["x"]}, 400, "must be a text"),
        ({**fine, "note": "\x00"}, 400, "no text"),
        ({**fine, "value": "burn it"}, 400, "none of the answers"),
        ({**fine, "id": "alert2"}, 400, "not in the published file"),
        (["x"], 400, "JSON object"),
    ):
        reply = visitor.post("alerts/decide", body)
        assert (reply.status_code, says in reply.json()["error"]) == (code, True), reply.text
    not_json = visitor.client.post("/alerts/decide", content=b"{", headers={"x-csrf-token": visitor.csrf})
    assert not_json.status_code == 400 and "JSON" in not_json.json()["error"]
    deep = visitor.client.post("/alerts/decide", content=b"[" * 60_000, headers={"x-csrf-token": visitor.csrf})
    assert deep.status_code == 400 and "JSON" in deep.json()["error"]
    torn = visitor.client.post("/name", content=b"name=\xff&csrf=\xff")
    assert torn.status_code == 400 and "UTF-8" in torn.json()["error"]
    assert visitor.post("nothing/decide", fine).status_code == 400
    assert visitor.client.get("/alerts/next", params={"watch": "nothing"}).status_code == 400
    assert visitor.client.get("/alerts/next", params={"limit": "9999"}).status_code == 400
    assert read_decisions(published) == []


def test_a_request_that_comes_twice_is_written_once(published: Settings, served: Served) -> None:
    """A reply that was lost on the way: the browser asks again with the same id and gets the same decision."""
    visitor = Visitor(served)
    body = {"id": "alert1", "value": "acknowledged", "request_id": "r1"}
    first, again = (visitor.post("alerts/decide", body).json()["decision_id"] for _ in range(2))
    assert first == again and len(read_decisions(published)) == 1
    assert visitor.post("alerts/decide", {**body, "request_id": "r2"}).json()["decision_id"] != first


@pytest.mark.parametrize(
    ("tab", "kind", "value", "note"),
    [
        ("links", "link", "join", ""),
        ("links", "link", "split CN204000001U", "another device"),
        ("applicants", "applicant_pair", "different", "two firms"),
        ("topics", "topic_name", "人群计数", ""),
        ("rights", "right_tag", "confirmed", ""),
        ("alerts", "alert", "muted", "known"),
    ],
)
def test_each_kind_is_decided_and_taken_back(
    published: Settings, served: Served, tab: str, kind: str, value: str, note: str
) -> None:
    """A decision leaves the queue at once, with who and why; undo brings the case back and a third person sees both."""
    visitor = Visitor(served)
    waiting = visitor.next(tab)
    case = waiting[0]
    reply = visitor.post(f"{tab}/decide", {"id": case, "value": value, "note": note, "seconds": 2.5})
    assert reply.status_code == 200, reply.text
    [made] = read_decisions(published)
    assert (made.kind, made.decided_by, made.reason or "") == (kind, "ann", note or (made.reason or ""))
    assert made.value == value.split(" ")[0]
    assert case not in visitor.next(tab)
    undone = visitor.post(f"{tab}/undo").json()
    assert undone["undone"] == case and "ann" in undone["cases"][0]["html"]
    assert visitor.next(tab)[0] == case
    assert visitor.post(f"{tab}/undo").json()["undone"] is None
    assert len(read_decisions(published)) == 2


@pytest.mark.parametrize(
    ("tab", "first", "second"),
    [("applicants", "same", "different"), ("topics", "人群计数", "Crowds"), ("rights", "confirmed", "refused")],
)
def test_undo_after_another_gives_back_what_the_other_said(
    published: Settings, served: Served, tab: str, first: str, second: str
) -> None:
    """Bo decided, ann decided the same anew and takes it back: bo's word stands again, and ann's next undo is none."""
    visitor, other = Visitor(served), Visitor(served, name="bo")
    case = visitor.next(tab)[0]
    assert other.post(f"{tab}/decide", {"id": case, "value": first, "note": "seen"}).status_code == 200
    assert visitor.post(f"{tab}/decide", {"id": case, "value": second, "note": "no"}).status_code == 200
    assert visitor.post(f"{tab}/undo").json()["undone"] == case
    last = read_decisions(published)[-1]
    assert (last.value, last.decided_by, last.reason) == (first, "ann", "seen")
    assert case not in visitor.next(tab)
    assert visitor.post(f"{tab}/undo").json()["undone"] is None
    assert other.post(f"{tab}/undo").json()["undone"] == case
    assert visitor.next(tab)[0] == case


def test_what_somebody_else_decided_since_is_not_taken_back(published: Settings, served: Served) -> None:
    """Ann's last answer was overruled by bo: her undo says so, and leaves her older answers and bo's alone."""
    visitor, other = Visitor(served), Visitor(served, name="bo")
    older, newer = visitor.next("rights")[:2]
    for case in (older, newer):
        visitor.post("rights/decide", {"id": case, "value": "confirmed"})
    other.post("rights/decide", {"id": newer, "value": "refused"})
    reply = visitor.post("rights/undo")
    assert reply.status_code == 400 and "bo decided" in reply.json()["error"]
    assert len(read_decisions(published)) == 3


def test_a_split_needs_a_reason(published: Settings, served: Served) -> None:
    """What overrules a rule is explained: without a note it is refused."""
    visitor = Visitor(served)
    reply = visitor.post("links/decide", {"id": hand_made.CHINESE, "value": "split CN204000001U", "note": " "})
    assert reply.status_code == 400 and "needs a reason" in reply.json()["error"]


def test_decisions_of_others_count_at_once(published: Settings, served: Served) -> None:
    """What another program put into the inbox leaves the queue with the next look, and nobody undoes another's."""
    visitor, other = Visitor(served), Visitor(served, name="bo")
    assert visitor.next("alerts") == ["alert1"]
    other.post("alerts/decide", {"id": "alert1", "value": "muted"})
    assert visitor.next("alerts") == []
    assert visitor.post("alerts/undo").json()["undone"] is None


@pytest.mark.parametrize("tab", LISTS)
def test_an_empty_desk_says_what_to_do(settings: Settings, served: Served, tab: str) -> None:
    """Before the first publication the page opens and names the command; JSON says the same with 503."""
    visitor = Visitor(served)
    assert "filingwatch nightly" in visitor.page(tab, watch="smart_cities")
    reply = visitor.client.get(f"/{tab}/next")
    assert reply.status_code == 503 and "filingwatch nightly" in reply.json()["error"]


def test_a_new_version_is_seen_by_itself(published: Settings, served: Served) -> None:
    """The next publication has another stamp, and its cases are there without a restart."""
    visitor = Visitor(served)
    before = visitor.client.get("/version").json()["version"]
    assert visitor.client.get("/version").json()["version"] == before
    hand_made.publish(published, version="2", filings=30)
    assert visitor.client.get("/version").json()["version"] != before
    assert visitor.next("rights")


def test_a_file_of_an_older_filingwatch_is_explained(published: Settings, served: Served) -> None:
    """A published file without a table that a tab shows: the page says so, and the others work."""
    from filingwatch import warehouse

    published.published_file.unlink()
    with warehouse.fresh(published, published.published_file) as con:
        warehouse.migrate(con)
    visitor = Visitor(served)
    assert "older filingwatch" in visitor.page("topics")
    assert "Nothing waits here" in visitor.page("alerts")


def test_a_tag_shows_its_passage_with_right_and_rule(published: Settings, served: Served) -> None:
    """What has a passage is asked first: the quote is marked where it stands, beside it the rule and why it counts."""
    visitor = Visitor(served)
    case = visitor.client.get("/rights/next", params={"watch": hand_made.WATCH, "limit": 5}).json()["cases"][0]
    assert case["id"] == f"{hand_made.CHINESE}|ICCPR 21"
    html = case["html"]
    assert '<mark class="for">摄像机采集广场的图像，由人群密度估计单元给出人数；</mark>' in html
    assert "peaceful assembly" in html and "rule crowd_analytics (version 1) says it: stated in text" in html
    assert "sees gatherings" in html and "the passage that a rule quotes" in html
