"""The last hop through Apprise, to a real HTTP server on loopback."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from filingwatch.alerts import Alert
from filingwatch.alerts.channels import AppriseChannel
from filingwatch.errors import Transient

ALERT = Alert("a-1", "monitor", "w", "detected", "城市 shift", "正文 body", {}, False)


class Server(ThreadingHTTPServer):
    status = 200
    bodies: list[dict]


@pytest.fixture
def server() -> Iterator[Server]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            server.bodies.append(json.loads(body))
            self.send_response(server.status)
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            pass

    server = Server(("127.0.0.1", 0), Handler)
    server.bodies = []
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def test_an_alert_arrives_whole_at_a_webhook(server: Server) -> None:
    """Subject and body arrive, in both scripts."""
    AppriseChannel(f"json://127.0.0.1:{server.server_port}/hook", "monitor", b"").deliver(ALERT)
    assert [(body["title"], body["message"]) for body in server.bodies] == [("城市 shift", "正文 body")]


def test_a_webhook_that_fails_is_tried_again_later(server: Server) -> None:
    """An answer of 500 is transient: the message stays in the outbox."""
    server.status = 500
    with pytest.raises(Transient, match="tried again"):
        AppriseChannel(f"json://127.0.0.1:{server.server_port}/hook", "monitor", b"").deliver(ALERT)
