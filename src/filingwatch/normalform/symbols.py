"""Class symbols of CPC and IPC in the form `G06V 20/52`."""

from __future__ import annotations

import re
from functools import lru_cache

from filingwatch.normalform.errors import NormalFormError

_SYMBOL = re.compile(
    r"([A-HY])\s*(\d{2})\s*([A-Z])"
    r"(?:\s*0*(\d{1,4})\s*/\s*(\d{2,6}))?"
    r"(?:\s*[(\[]\s*(\d{4})[.\-]?(\d{2})(?:[.\-]?\d{2})?\s*[)\]]|\s+(\d{4})(\d{2})\d{2}[A-Z0-9]*)?"
    r"(?:\s*[A-Z]{0,3}\s*)(?:\([A-Z, ]+\))?"
)


@lru_cache(maxsize=1 << 17)
def parse_symbol(text: str) -> tuple[str, str | None]:
    """A class symbol and the scheme version (yyyy.mm) where it is written behind it; None when it is not.

    A bare subclass (`G06V`) is a symbol too. What follows (`A F I`, `(EP,US)`) is left out.

    Raises:
        NormalFormError: `bad_symbol`.
    """
    found = _SYMBOL.fullmatch(text.strip().upper())
    if found is None:
        raise NormalFormError("bad_symbol", f"{text!r} is not a class symbol such as G06V 20/52")
    subclass = found[1] + found[2] + found[3]
    symbol = f"{subclass} {found[4]}/{found[5]}" if found[4] else subclass
    year, month = found[6] or found[8], found[7] or found[9]
    return symbol, f"{year}.{month}" if year else None
