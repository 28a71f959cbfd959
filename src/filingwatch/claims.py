"""Who reads what right now, in the inbox file: two people at work do not get the same document by accident.

A claim is no decision: it is forgotten after some minutes, and nothing hangs on it but what is shown to whom.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence

from filingwatch.decisions import inbox
from filingwatch.settings import Settings
from filingwatch.warehouse import utc_now

LASTS = dt.timedelta(minutes=10)


def take(
    settings: Settings, watch: str, who: str, subjects: Sequence[str], *, limit: int, shared: Collection[str] = ()
) -> list[str]:
    """The first `limit` subjects that nobody else reads now, claimed for `who`; those of `shared` are for everybody.

    A claim ends LASTS after it was taken last; asking again renews it.
    """
    now = utc_now()
    with inbox(settings.decisions_file) as db, db:
        db.execute("begin immediate")
        db.execute("delete from claim where until <= ?", [now.isoformat()])
        rows = db.execute("select distinct subject from claim where watch = ? and who <> ?", [watch, who]).fetchall()
        taken = {subject for (subject,) in rows} - set(shared)
        free = [subject for subject in subjects if subject not in taken][:limit]
        for subject in free:
            db.execute(
                "insert or replace into claim values (?, ?, ?, ?)", [watch, subject, who, (now + LASTS).isoformat()]
            )
    return free


def release(settings: Settings, watch: str, who: str) -> None:
    """Give back what was claimed and is not needed any more: the person stops reading."""
    if settings.decisions_file.exists():
        with inbox(settings.decisions_file) as db:
            db.execute("delete from claim where watch = ? and who = ?", [watch, who])
