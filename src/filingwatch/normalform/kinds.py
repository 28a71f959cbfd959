"""What a kind code means, by office and era: the type of right, and the stage in words."""

from __future__ import annotations

import datetime as dt
from typing import Literal

PatentType = Literal["invention", "utility_model", "design", "other"]

# China changed its letters twice: with the law of 1993, and in April 2010 when an application and its grant came to
# share one number.
CHINA_1993 = dt.date(1993, 1, 1)
CHINA_2010 = dt.date(2010, 4, 1)

_BY_LETTER: dict[str, PatentType] = {
    "A": "invention", "B": "invention", "C": "invention", "D": "invention", "E": "invention", "T": "invention",
    "U": "utility_model", "Y": "utility_model", "S": "design",
}  # fmt: skip
_EXCEPTIONS: dict[tuple[str, str], PatentType] = {
    ("CN", "D"): "design",
    ("US", "H"): "other",  # statutory invention registration
    ("US", "P"): "other",  # plants
    ("US", "T"): "other",  # defensive publications
    ("AU", "A4"): "utility_model",  # innovation patent, as granted ...
    ("AU", "B4"): "utility_model",  # ... and as certified; counted with utility models, as WIPO does
    ("FR", "A3"): "utility_model",  # utility certificate
    ("FR", "B3"): "utility_model",
    ("MX", "F"): "design",
}
_ONE_TYPE: dict[str, PatentType] = {"EP": "invention", "WO": "invention", "EA": "invention", "AP": "invention"}

_STAGES = {
    "A": "published application",
    "B": "granted patent",
    "C": "granted patent",
    "U": "utility model",
    "Y": "utility model",
    "S": "design",
    "E": "reissued patent",
    "T": "translation of a European patent",
}


def patent_type(office: str, kind: str) -> PatentType:
    """The type of right that a publication of this kind belongs to; `other` when it is none of the three or unknown."""
    if not kind:
        return _ONE_TYPE.get(office, "other")
    letter = kind[0]
    exception = _EXCEPTIONS.get((office, kind)) or _EXCEPTIONS.get((office, letter))
    return exception or _BY_LETTER.get(letter, "other")


def kind_meaning(office: str, kind: str, published: dt.date | None = None) -> str:
    """The kind in words, as the office meant it on the day of publication; empty when the kind is unknown.

    Without a day the meaning since 2010 is given.
    """
    letter = kind[:1]
    if office != "CN":
        return _STAGES.get(letter, "")
    if kind[1:] in ("8", "9"):
        return f"correction of: {kind_meaning('CN', letter, published)}"
    before_1993 = published is not None and published < CHINA_1993
    if letter == "B" and before_1993:
        return "examined invention application"
    if letter == "U" and before_1993:
        return "utility model application"
    return {
        "A": "published invention application",
        "B": "granted invention",
        "C": "granted invention (1993 to 2010)",
        "U": "granted utility model",
        "Y": "granted utility model (1993 to 2010)",
        "S": "granted design",
        "D": "granted design (1993 to 2010)",
    }.get(letter, "")


def chinese_kind(type_words: str, published: dt.date | None, *, is_grant: bool = False) -> str | None:
    """The kind code of a Chinese publication from the type that an export writes in words, by era; None when unsure.

    `is_grant` says that the number stands in a column of grants.
    """
    words = type_words.strip()
    middle_era = published is not None and CHINA_1993 <= published < CHINA_2010
    if "实用新型" in words:
        return "Y" if middle_era else "U"
    if "外观设计" in words:
        return "D" if middle_era else "S"
    if "授权" in words or (is_grant and "发明" in words):
        return "C" if middle_era else "B"
    if "公布" in words or "公开" in words or "申请" in words:
        return "A"
    return None
