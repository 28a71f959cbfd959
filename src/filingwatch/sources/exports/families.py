"""Family ids that a source implies by listing the members, without giving one."""

from __future__ import annotations

from collections.abc import Iterable

from filingwatch.filing import PublicationId
from filingwatch.normalform import NormalFormError, parse_publication
from filingwatch.sources.exports.rows import Warn


def family_of_members(publication: PublicationId, members: Iterable[str], warn: Warn) -> str | None:
    """`members:` and the smallest publication number of the family; None when no members are listed.

    Every member of one list gets the same id, whichever export it comes from. A family that has grown a smaller
    number since gets another id; applications still link such records.
    """
    try:
        ids = {str(parse_publication(member)) for member in members}
    except NormalFormError as error:
        warn("family_left_out", error.reason)
        return None
    return f"members:{min(ids | {str(publication)})}" if ids else None
