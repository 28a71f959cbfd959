"""The errors that cross a border of the project.

Two kinds matter to a caller: Transient (the same call may work later) and Terminal (it will not, until somebody
changes something). Every message says what happened, to what, and what to do next. Errors that never leave one
module stay in that module.
"""

from __future__ import annotations


class FilingwatchError(Exception):
    """Anything that filingwatch itself reports. The message is meant for the person who runs it."""

    exit_code = 1


class Transient(FilingwatchError):
    """The same call may work later: a busy office, a channel that is down, a lock held by another run."""

    exit_code = 75  # EX_TEMPFAIL: a scheduler may try again


class Terminal(FilingwatchError):
    """The same call will fail again until somebody changes something."""


class QuotaSpent(Transient):
    """The allowance of an office is used up: its work ends here, cleanly, and goes on when the allowance is new."""


class AnswerLost(Transient):
    """The office may have acted on a request whose answer was lost on the way, so that repeating it skips data."""


class NightTaken(Transient):
    """Another run holds the working file; this one declined."""


class BadInput(Terminal):
    """A file, a watch or an argument that cannot be used as it is."""

    exit_code = 2


class GateClosed(Terminal):
    """A quality gate failed or could not tell: nothing new was published, the last publication stays in place."""

    exit_code = 3


class TransformFailed(Terminal):
    """dbt failed; the message names the failing nodes with their first bad rows."""

    exit_code = 4


class NothingPublished(Terminal):
    """There is no published file yet."""

    exit_code = 5
