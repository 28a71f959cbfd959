"""The desk in a real browser: keys alone, what is shown, and what other sites cannot do."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
from playwright.sync_api import Browser, Route, expect

from filingwatch.decisions import decide, read_decisions
from filingwatch.settings import Settings
from tests.browser import hand_made
from tests.browser.conftest import Visit, visiting
from tests.browser.hand_made import BOTH, CHINESE, ENGLISH, WATCH
from tests.browser.serving import Served


def _said(settings: Settings) -> list[tuple[str, str, str, str | None]]:
    return [(one.subject, one.value, one.decided_by, one.reason) for one in read_decisions(settings)]


def test_labelling_by_keys_alone(visit: Visit, published: Settings) -> None:
    """Note, label, skip, pass on without a word, undo and a change of mind, with nothing but keys."""
    visit.open("labels")
    visit.expect_case(CHINESE)
    visit.press("n")
    visit.page.keyboard.type("人群 and cameras: r, i, u are letters here")
    visit.press("Enter", "r")
    visit.expect_case(ENGLISH)
    visit.press("s")
    visit.expect_case(BOTH)
    visit.press("j")
    visit.expect_case("CN104000004A")
    visit.press("i")
    visit.expect_case("CN104000005A")
    visit.press("u")
    visit.expect_case("CN104000004A")
    visit.expect_status("taken back")
    visit.press("k", "ArrowLeft", "ArrowLeft")
    visit.expect_case(CHINESE)
    expect(visit.page.locator(".decided")).to_contain_text("You said: Relevant")
    visit.press("i")
    visit.expect_status("Kept: Irrelevant")
    note = "人群 and cameras: r, i, u are letters here"
    assert _said(published) == [
        (CHINESE, "relevant", "ann", note),
        (ENGLISH, "skip", "ann", None),
        ("CN104000004A", "irrelevant", "ann", None),
        ("CN104000004A", "reset", "ann", None),
        (CHINESE, "irrelevant", "ann", note),
    ]
    context = read_decisions(published)[0].context or {}
    assert context["desk"] is True and context["chosen_as"] == "likely" and context["seconds"] >= 0


def test_the_next_document_is_there_before_it_is_asked_for(visit: Visit) -> None:
    """The next cases are held in the page: with the line to the desk cut, a key shows them at once."""
    visit.open("labels")
    expect(visit.page.locator(".progress")).to_contain_text("Left in the queue")
    visit.expect_held(4)
    visit.page.context.set_offline(True)
    visit.press("j")
    visit.expect_case(ENGLISH)
    visit.press("j")
    visit.expect_case(BOTH)
    visit.page.context.set_offline(False)
    visit.wrong.clear()


def test_a_slow_desk_is_waited_for(visit: Visit, published: Settings) -> None:
    """At the end of what the page holds a key waits for more, and no key answers the one that is still shown."""
    held: list[Route] = []
    visit.page.route("**/next?*", lambda route: held.append(route) if not held else route.continue_())
    visit.open("labels")
    visit.press("j", "j", "j")
    visit.press("r")
    held[0].continue_()
    visit.expect_case("CN104000004A")
    assert read_decisions(published) == []


def test_chinese_text_with_its_reasons(visit: Visit) -> None:
    """Reasons inside and across each other are marked letter by letter; the text is whole and said to be Chinese."""
    visit.open("labels")
    title = visit.page.locator(".text.title p").first
    expect(title).to_have_attribute("lang", "zh")
    expect(title).to_have_text("一种用于广场的视频监控系统（虚构1）")
    assert title.locator("mark").evaluate_all("marks => marks.map(m => [m.className, m.textContent])") == [
        ["for", "视频"], ["both", "监控系统"],
    ]  # fmt: skip
    visit.press("j")
    visit.expect_case(ENGLISH)
    marks = visit.page.locator("mark.against").all_inner_texts()
    assert "advertisements" in marks and "overcrowding" not in " ".join(marks)


def test_what_stands_beside_a_document(visit: Visit) -> None:
    """Criteria with reasons, progress, the advice with its interval, why it was chosen, the stamp, the reminder."""
    visit.open("labels")
    page = visit.page
    expect(page.locator(".criteria")).to_contain_text("Which filings see and count people in towns?")
    expect(page.locator(".criteria")).to_contain_text("Insurance has the same words.")
    expect(page.locator(".criteria")).to_contain_text("7 hits, brings only rejects")
    expect(page.locator(".advice")).to_contain_text("Go on: recall may still be as low as 71 %.")
    expect(page.locator(".advice")).to_contain_text("71% to 95%")
    expect(page.locator(".why")).to_contain_text("Why this one: place 0 of the invented queue")
    expect(page.locator(".stamp")).to_have_text("SYNTHETIC")
    expect(page.locator(".bottom")).to_contain_text("A filing is not a deployment.")
    expect(page.locator(".glance")).to_contain_text("filed 2024-03-05")
    expect(page.locator(".facts a")).to_have_attribute("href", f"https://example.org/{CHINESE}")
    visit.press("r")
    expect(page.locator(".progress")).to_contain_text("1 by you")


def test_a_dispute_and_its_ruling(browser: Browser, visit: Visit, published: Settings) -> None:
    """Two people differ; a third sees what each said, must give a reason, rules, and may take it back."""
    for who, value, why in (("ann", "relevant", "counts people"), ("bo", "irrelevant", "only lamps")):
        decide(published, kind="relevance_label", subject=CHINESE, value=value, decided_by=who, watch=WATCH, reason=why)
    with visiting(browser, visit.served, "cy") as third:
        third.open("disputes")
        said = third.page.locator(".said")
        expect(said).to_contain_text("ann: relevant, “counts people”")
        expect(said).to_contain_text("bo: irrelevant, “only lamps”")
        third.press("r")
        third.expect_status("Please write a reason")
        third.page.keyboard.type("both count")
        third.press("Enter")
        expect(third.page.locator(".empty")).to_contain_text("Nobody differs")
        third.press("u")
        third.expect_case(CHINESE)
        assert [one[1:] for one in _said(published)[2:]] == [
            ("relevant", "cy", "both count"), ("reset", "cy", "taken back"),
        ]  # fmt: skip
    visit.open("labels")


@pytest.mark.parametrize(
    ("tab", "keys", "kind", "value"),
    [
        ("links", ["y"], "link", "join"),
        ("links", ["d", *"lamps", "Enter"], "link", "split"),
        ("applicants", ["d"], "applicant_pair", "different"),
        ("topics", ["w", *"Crowds", "Enter"], "topic_name", "Crowds"),
        ("topics", ["y"], "topic_name", "crowd · 人群"),
        ("rights", ["y"], "right_tag", "confirmed"),
        ("alerts", ["a"], "alert", "acknowledged"),
    ],
)
def test_each_other_tab_decides_by_keys(
    visit: Visit, published: Settings, tab: str, keys: list[str], kind: str, value: str
) -> None:
    """The same pattern everywhere: one or a few keys are one decision in the inbox, and the queue moves on."""
    visit.open(tab)
    before = visit.case
    visit.press(*keys)
    visit.expect_status("Kept")
    [made] = read_decisions(published)
    assert (made.kind, made.value, made.decided_by) == (kind, value, "ann")
    expect(visit.page.locator(f'article.case[data-id="{before}"]')).to_have_count(0)
    visit.press("u")
    visit.expect_case(before)


def test_tabs_and_help_by_keys(visit: Visit) -> None:
    """Brackets go from tab to tab, the question mark lists the keys, Escape closes; focus can be seen."""
    visit.open("labels")
    visit.press("]")
    expect(visit.page).to_have_title("Disputes · filingwatch")
    visit.wait()
    visit.press("[")
    expect(visit.page).to_have_title("Labels · filingwatch")
    visit.wait()
    visit.press("?")
    expect(visit.page.locator("dialog")).to_be_visible()
    visit.press("r", "Escape")
    expect(visit.page.locator("dialog")).to_be_hidden()
    visit.expect_case(CHINESE)
    visit.press("Tab", "Tab")
    assert visit.page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_reload_keeps_who_one_is(visit: Visit) -> None:
    """The name is asked once in a browser; the token is not in the address any more."""
    visit.open("labels")
    visit.page.reload()
    visit.wait()
    expect(visit.page.locator(".who")).to_have_text("ann")
    assert "token" not in visit.page.url
    assert visit.served.keys.token not in visit.page.content()
    assert visit.page.evaluate("document.cookie") == ""


def test_a_name_is_asked_for_and_shown_as_text(browser: Browser, served: Served, published: Settings) -> None:
    """Without --as the first page asks; a name with markup is a name, here and where others see what was said."""
    name = '<img src=x onerror="document.title=1"><b>Bo</b>'
    with visiting(browser, served) as visit:
        # on a busy machine the first letters come before the field has the keyboard
        expect(visit.page.locator("#name")).to_be_focused()
        visit.page.keyboard.type(name)
        visit.press("Enter")
        visit.wait()
        expect(visit.page.locator(".who")).to_have_text(name)
        visit.open("alerts")
        visit.press("n")
        visit.page.keyboard.type("<script>alert(1)</script>")
        visit.press("Enter", "a")
        visit.expect_status("Kept")
        visit.press("u")
        expect(visit.page.locator(".said")).to_contain_text(f"{name}: seen and looked into")
        expect(visit.page.locator(".said")).to_contain_text("<script>alert(1)</script>")
        assert visit.page.locator(".said img, .said script, .who b").count() == 0
        assert visit.wrong == []


@contextmanager
def _other_site(html: str) -> Iterator[str]:
    """A page of another origin: the same machine, another port."""

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.end_headers()
            self.wfile.write(html.encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def test_another_origin_can_neither_post_nor_read_nor_frame(visit: Visit, published: Settings) -> None:
    """A real page on another port of this machine, in the browser that holds the session: nothing is decided."""
    visit.open("alerts")
    csrf = visit.page.locator("body").get_attribute("data-csrf")
    desk = f"{visit.served.origin}/alerts"
    attack = f"""
        <iframe name=frame src="{desk}"></iframe>
        <form id=form method=post target=frame action="{visit.served.origin}/name">
        <input name=csrf value="{csrf}"><input name=name value=mallory></form>
        <script>
        const body = JSON.stringify({{id: "alert1", value: "muted"}});
        const tries = [
          fetch("{desk}/decide", {{method: "POST", body, mode: "no-cors", credentials: "include"}}),
          fetch("{desk}/decide", {{method: "POST", body, credentials: "include",
                headers: {{"x-csrf-token": "{csrf}", "content-type": "application/json"}}}}),
          fetch("{desk}/next", {{credentials: "include"}}).then(r => r.text()),
        ];
        Promise.allSettled(tries).then(all => {{
          document.title = all.map(one => one.status === "rejected" || one.value.type === "opaque").join();
          document.getElementById("form").submit();
        }});
        </script>
    """
    with _other_site(attack) as address:
        page = visit.page.context.new_page()
        page.goto(address)
        expect(page).to_have_title("true,true,true")
        page.wait_for_timeout(300)
        assert all("Labels" not in (frame.content()) for frame in page.frames[1:])
        page.close()
    assert read_decisions(published) == []
    visit.page.reload()
    expect(visit.page.locator(".who")).to_have_text("ann")


def test_a_foreign_host_and_a_missing_token_are_refused(visit: Visit, published: Settings) -> None:
    """A name that was made to point here is not the desk's; its own page without the token decides nothing."""
    cookies = {one["name"]: one["value"] for one in visit.page.context.cookies()}  # type: ignore[typeddict-item]
    rebound = httpx.get(f"{visit.served.origin}/alerts", headers={"host": "evil.example"}, cookies=cookies)
    assert rebound.status_code == 403 and "another host" in rebound.text
    visit.open("alerts")
    status = visit.page.evaluate(
        """() => fetch("/alerts/decide?watch=towns", {method: "POST", body: '{"id": "alert1", "value": "muted"}'})
           .then(reply => reply.status)"""
    )
    assert status == 403 and read_decisions(published) == []
    visit.wrong.clear()


def test_an_answer_that_cannot_be_kept_comes_back(visit: Visit, published: Settings) -> None:
    """The page had moved on; the case returns with the reason, and nothing is shown as given."""
    visit.open("labels")
    visit.expect_held(4)
    visit.page.route("**/decide?*", lambda route: route.fulfill(status=503, json={"error": "the disk is full"}))
    visit.press("r")
    expect(visit.page.locator("#trouble")).to_contain_text("Not kept: the disk is full")
    visit.expect_case(CHINESE)
    assert visit.page.locator('.choice[aria-pressed="true"]').count() == 0
    visit.page.unroute("**/decide?*")
    visit.press("r")
    visit.expect_status("Kept: Relevant")
    assert _said(published) == [(CHINESE, "relevant", "ann", None)]
    visit.wrong.clear()


def test_a_new_version_is_read_by_itself(visit: Visit, published: Settings) -> None:
    """Published anew while the page is open: what waits is read anew, what is on the screen stays."""
    visit.open("alerts")
    hand_made.publish(published, version="2")
    visit.page.evaluate("look()")
    visit.expect_status("A new version was published")
    visit.expect_case("alert1")
    visit.press("a")
    visit.expect_status("Kept")


def test_two_people_get_different_documents(browser: Browser, visit: Visit) -> None:
    """At the same time in two browsers; neither is shown what the other said."""
    visit.open("labels")
    with visiting(browser, visit.served, "bo") as other:
        other.open("labels")
        assert other.case != visit.case
        expect(other.page.locator(".said")).to_contain_text("Nothing that you may see")


@pytest.mark.parametrize("look", [{}, {"color_scheme": "dark"}])
def test_narrow_windows_lose_nothing(browser: Browser, served: Served, look: dict[str, str]) -> None:
    """At 360 pixels the page does not scroll sideways, and answers, note and criteria are there."""
    with visiting(browser, served, "ann", **look) as visit:
        visit.page.set_viewport_size({"width": 360, "height": 700})
        visit.open("labels")
        assert visit.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        for part in (".choice >> nth=0", ".note", ".criteria"):
            expect(visit.page.locator(part)).to_be_visible()


def test_nothing_jumps_from_one_document_to_the_next(visit: Visit) -> None:
    """The answers and the beginning of the text stand at the same place whatever the length of a document."""
    visit.open("labels")
    where = (
        "[...document.querySelectorAll('.choice, .reading, aside')]"
        ".map(part => JSON.stringify(part.getBoundingClientRect()))"
    )
    before = visit.page.evaluate(where)
    visit.press("j")
    visit.expect_case(ENGLISH)
    assert visit.page.evaluate(where) == before
