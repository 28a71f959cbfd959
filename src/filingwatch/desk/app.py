"""The pages as a Starlette application: addresses, sessions, answers. What a page shows comes from `desk`."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlencode

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from filingwatch.desk.cases import Case
from filingwatch.desk.desk import Desk
from filingwatch.desk.guard import Guard, TooLarge, read_body
from filingwatch.desk.pages import STATIC, render
from filingwatch.desk.queues import Answer
from filingwatch.desk.security import CSRF_HEADER, Keys, Session, check_name
from filingwatch.desk.sides import read_criteria
from filingwatch.errors import BadInput, FilingwatchError, NothingPublished
from filingwatch.watch import Watch

FIRST_TAB = "labels"
MOST_AT_ONCE = 50
LONGEST_NOTE, LONGEST_VALUE = 2000, 200


def make_app(desk: Desk, keys: Keys, port: int) -> Starlette:
    """The application for one process: `keys` die with it, `port` is the one that it will listen at."""
    pages = _Pages(desk, keys, f"filingwatch_desk_{port}")
    return Starlette(
        routes=[
            Route("/start", pages.start),
            Route("/name", pages.show_name),
            Route("/name", pages.take_name, methods=["POST"]),
            Route("/", pages.home),
            Route("/version", pages.version),
            Mount("/static", StaticFiles(directory=STATIC)),
            Route("/{tab}", pages.show),
            Route("/{tab}/next", pages.next_cases),
            Route("/{tab}/case", pages.one_case),
            Route("/{tab}/decide", pages.decide, methods=["POST"]),
            Route("/{tab}/undo", pages.undo, methods=["POST"]),
        ],
        middleware=[Middleware(Guard, port=port)],
        exception_handlers={FilingwatchError: _say_error, HTTPException: _say_http, Exception: _say_crash},
    )


class _Pages:
    """Requests to answers. Functions that are not async run in threads: they read files."""

    def __init__(self, desk: Desk, keys: Keys, cookie: str) -> None:
        self._desk, self._keys, self._cookie = desk, keys, cookie

    def start(self, request: Request) -> Response:
        """The address that was printed: the token becomes a cookie and leaves the address bar."""
        if not self._keys.is_token(request.query_params.get("token", "")):
            raise HTTPException(403)
        given = request.query_params.get("as", "")
        session = self._session(request) or self._keys.new_session()
        if given:
            session = Session(session.session_id, check_name(given))
        return self._with_cookie(RedirectResponse("/", 303), session)

    def home(self, request: Request) -> Response:
        session = self._require(request)
        return RedirectResponse(f"/{FIRST_TAB}" if session.name else "/name", 303)

    def show_name(self, request: Request) -> Response:
        session = self._require(request)
        return HTMLResponse(render("name.html.j2", name=session.name, csrf=self._keys.csrf(session), problem=""))

    async def take_name(self, request: Request) -> Response:
        session = self._require(request)
        form = {name: values[0] for name, values in parse_qs(_decode(await read_body(request))).items()}
        if not self._keys.is_csrf(session, form.get("csrf", "")):
            raise HTTPException(403)
        try:
            named = Session(session.session_id, check_name(form.get("name", "")))
        except BadInput as error:
            page = render("name.html.j2", name=form.get("name", ""), csrf=self._keys.csrf(session), problem=str(error))
            return HTMLResponse(page, 400)
        return self._with_cookie(RedirectResponse(f"/{FIRST_TAB}", 303), named)

    def show(self, request: Request) -> Response:
        session = self._require(request)
        if not session.name:
            return RedirectResponse("/name", 303)
        tab, watch = self._desk.queue(request.path_params["tab"]), self._watch(request)
        cases: list[Case] = []
        problem, side = "", None
        try:
            self._desk.published.require()
            cases = tab.next_cases(watch.watch, session.name, 3)
            side = tab.side(watch.watch, session.name)
        except FilingwatchError as error:
            problem = str(error)
        criteria = read_criteria(watch, self._desk.term_findings(watch.watch))
        page = render(
            "desk.html.j2", tab=tab, tabs=self._desk.queues.values(), watch=watch, watches=self._desk.watches(),
            who=session.name, csrf=self._keys.csrf(session), version=self._desk.published.stamp(), cases=cases,
            side=side, criteria=criteria, problem=problem, query=urlencode({"watch": watch.watch}),
        )  # fmt: skip
        return HTMLResponse(page)

    def version(self, request: Request) -> Response:
        self._named(request)
        return JSONResponse({"version": self._desk.published.stamp()})

    def next_cases(self, request: Request) -> Response:
        session, watch = self._named(request), self._watch(request).watch
        tab = self._desk.queue(request.path_params["tab"])
        asked = request.query_params.get("limit", "5")
        if not asked.isdecimal() or not 1 <= int(asked) <= MOST_AT_ONCE:
            raise BadInput(f"At most {MOST_AT_ONCE} cases are given at once; asked for {asked!r}.")
        cases = tab.next_cases(watch, session.name, int(asked))
        return self._reply(request, session, cases=[_plain(case) for case in cases])

    def one_case(self, request: Request) -> Response:
        session, watch = self._named(request), self._watch(request).watch
        tab = self._desk.queue(request.path_params["tab"])
        case = tab.read_case(watch, session.name, request.query_params.get("id", ""))
        return self._reply(request, session, cases=[_plain(case)])

    async def decide(self, request: Request) -> Response:
        session, given = await self._checked(request)
        return await run_in_threadpool(self._decide, request, session, given)

    def _decide(self, request: Request, session: Session, given: dict[str, Any]) -> Response:
        note, value = _text(given, "note", LONGEST_NOTE), _text(given, "value", LONGEST_VALUE)
        seconds = given.get("seconds")
        context = {"desk": True}
        if isinstance(seconds, (int, float)) and 0 <= seconds < 86_400:
            context["seconds"] = round(seconds, 1)
        answer = Answer(
            self._watch(request).watch, session.name, _text(given, "id", LONGEST_VALUE), value, note or None, context
        )
        made = self._desk.put(request.path_params["tab"], answer, session.session_id, _text(given, "request_id", 64))
        # what stands beside comes with the next cases: an answer should not wait for it
        stamp = self._desk.published.stamp()
        return JSONResponse({"version": stamp, "decision_id": made.decision_id, "warning": made.warning})

    async def undo(self, request: Request) -> Response:
        session, _ = await self._checked(request)
        return await run_in_threadpool(self._undo, request, session)

    def _undo(self, request: Request, session: Session) -> Response:
        tab, watch = request.path_params["tab"], self._watch(request).watch
        case_id = self._desk.undo(tab, watch, session.name)
        if case_id is None:
            return self._reply(request, session, undone=None)
        try:
            cases = [_plain(self._desk.queue(tab).read_case(watch, session.name, case_id))]
        except BadInput:
            cases = []
        return self._reply(request, session, undone=case_id, cases=cases)

    def _reply(self, request: Request, session: Session, **more: Any) -> Response:
        """JSON with what every reply carries: the version of the data, and what stands beside the case."""
        side = self._desk.queue(request.path_params["tab"]).side(self._watch(request).watch, session.name)
        return JSONResponse(
            {"version": self._desk.published.stamp(), "side": render("side.html.j2", side=side), **more}
        )

    async def _checked(self, request: Request) -> tuple[Session, dict[str, Any]]:
        """The session and the body of a POST whose token is right."""
        session = self._named(request)
        if not self._keys.is_csrf(session, request.headers.get(CSRF_HEADER, "")):
            raise HTTPException(403)
        try:
            given = json.loads(await read_body(request))
        except (ValueError, RecursionError) as error:
            raise BadInput("The body of this request must be JSON.") from error
        if not isinstance(given, dict):
            raise BadInput("The body of this request must be a JSON object.")
        return session, given

    def _session(self, request: Request) -> Session | None:
        return self._keys.from_cookie(request.cookies.get(self._cookie, ""))

    def _require(self, request: Request) -> Session:
        session = self._session(request)
        if session is None:
            raise HTTPException(403)
        return session

    def _named(self, request: Request) -> Session:
        session = self._require(request)
        if not session.name:
            raise BadInput("Nobody knows yet who you are: open the start page and give a name.")
        return session

    def _watch(self, request: Request) -> Watch:
        return self._desk.watch(request.query_params.get("watch"))

    def _with_cookie(self, response: Response, session: Session) -> Response:
        response.set_cookie(self._cookie, self._keys.to_cookie(session), httponly=True, samesite="strict", path="/")
        return response


def _decode(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise BadInput("The body of this request must be UTF-8.") from error


def _plain(case: Case) -> dict[str, str]:
    return {"id": case.case_id, "html": render("case.html.j2", case=case)}


def _text(given: dict[str, Any], name: str, most: int) -> str:
    """A text of a request without blanks around it, or empty; one that cannot be kept is refused."""
    value = given.get(name) or ""
    if not isinstance(value, str):
        raise BadInput(f"{name} must be a text.")
    if len(value) > most:
        raise BadInput(f"{name} has {len(value):,} characters; at most {most:,} are kept.")
    if "\x00" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
        raise BadInput(f"{name} holds characters that are no text.")
    return value.strip()


def _wants_page(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "")


def _say(request: Request, code: int, what: str) -> Response:
    if _wants_page(request):
        return HTMLResponse(render("message.html.j2", message=what), code)
    return JSONResponse({"error": what}, code)


def _say_error(request: Request, error: Exception) -> Response:
    code = 413 if isinstance(error, TooLarge) else 503 if isinstance(error, NothingPublished) else 400
    return _say(request, code if isinstance(error, BadInput | NothingPublished) else 503, str(error))


def _say_http(request: Request, error: Exception) -> Response:
    code = error.status_code if isinstance(error, HTTPException) else 500
    return _say(request, code, _WORDS.get(code, "This page is not here."))


def _say_crash(request: Request, error: Exception) -> Response:
    return _say(request, 500, "Something went wrong in the desk; the terminal in which it runs says what.")


_WORDS: dict[int, str] = {
    403: "This desk opens with the address that `filingwatch desk` printed when it was started. "
    "Copy the whole address, with its token, from that terminal.",
    404: "There is no such page on the desk.",
    405: "This cannot be asked in this way.",
}
