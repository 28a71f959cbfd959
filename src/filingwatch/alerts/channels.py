"""Ways to reach people: a file, the console, and by Apprise nearly everything else.

A channel delivers one alert or raises. Which alerts it gets, and how often it is tried, belongs to `outbox`.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from dataclasses import asdict
from pathlib import Path
from typing import Protocol

from filingwatch.alerts import Alert
from filingwatch.errors import Terminal, Transient
from filingwatch.settings import Settings


class Channel(Protocol):
    """One way to reach one audience. `name` is stable, unique and free of secrets."""

    name: str
    audience: str

    def deliver(self, alert: Alert) -> None:
        """Deliver, at least once; a second delivery of the same alert_id does no harm.

        Raises:
            Transient: try again later.
            Terminal: this channel cannot take this alert.
        """
        ...


class FileChannel:
    """Each alert as two files, text for people and JSON for programs, named by its id."""

    def __init__(self, folder: Path, audience: str) -> None:
        self.name, self.audience, self.folder = f"file-{audience}", audience, folder / audience

    def deliver(self, alert: Alert) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            _write(self.folder / f"{alert.alert_id}.txt", f"{alert.subject}\n\n{alert.body}\n")
            _write(
                self.folder / f"{alert.alert_id}.json",
                json.dumps(asdict(alert), ensure_ascii=False, indent=2, default=str) + "\n",
            )
        except OSError as error:
            raise Transient(f"The alert could not be written to {self.folder}: {error}.") from error


class ConsoleChannel:
    """Prints what monitors are told to the terminal of the run. Ops read there what the run itself says."""

    name, audience = "console-monitor", "monitor"

    def deliver(self, alert: Alert) -> None:
        from rich.console import Console
        from rich.panel import Panel
        from rich.text import Text

        Console().print(Panel(Text(alert.body), title=Text(alert.subject), title_align="left", expand=False))


class AppriseChannel:
    """Mail, chat or webhook by an Apprise URL. The URL holds secrets: only a hash of it is ever shown."""

    def __init__(self, url: str, audience: str, salt: bytes) -> None:
        scheme = re.match(r"[a-z0-9]+", url.lower())
        # salted: its name is published, and a hash of the address alone would let a weak password be guessed
        digest = hashlib.sha256(salt + url.encode()).hexdigest()[:8]
        self.name = f"{scheme.group() if scheme else 'apprise'}-{audience}-{digest}"
        self.audience, self._url = audience, url

    def __repr__(self) -> str:
        return f"AppriseChannel({self.name})"

    def deliver(self, alert: Alert) -> None:
        from apprise import Apprise, NotifyType

        apprise = Apprise()
        if not apprise.add(self._url):
            raise Terminal(
                f"The address of channel {self.name} is not one that Apprise knows; "
                "mend FILINGWATCH_APPRISE_URLS (or FILINGWATCH_OPS_APPRISE_URLS)."
            )
        kind = NotifyType.FAILURE if alert.audience == "ops" else NotifyType.INFO
        if not apprise.notify(title=alert.subject, body=alert.body, notify_type=kind):
            raise Transient(f"Channel {self.name} did not take the alert {alert.alert_id}; it will be tried again.")


def channels_for(settings: Settings) -> list[Channel]:
    """The channels of this installation: a file for both audiences, the console for monitors, what is configured."""
    salt = _salt(settings.home / "channels.salt") if settings.apprise_urls or settings.ops_apprise_urls else b""
    return [
        *(FileChannel(settings.alerts_folder, audience) for audience in ("monitor", "ops")),
        ConsoleChannel(),
        *(AppriseChannel(url, "monitor", salt) for url in settings.apprise_urls),
        *(AppriseChannel(url, "ops", salt) for url in settings.ops_apprise_urls),
    ]


def _salt(path: Path) -> bytes:
    """A random value of this home that makes channel names stable here and meaningless elsewhere."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_bytes(secrets.token_bytes(16))
    return path.read_bytes()


def _write(path: Path, text: str) -> None:
    part = path.with_name(f"{path.name}.part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)
