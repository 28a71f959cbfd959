"""The refusal of a spelling."""

from __future__ import annotations


class NormalFormError(ValueError):
    """A spelling that has no normal form.

    `code` is short and stable (it is counted in tables); the message is the reason in words, with the spelling.
    """

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
