"""Office codes of WIPO standard ST.3: states, organisations, and codes of offices that no longer exist."""

from __future__ import annotations

from filingwatch.normalform.errors import NormalFormError

_STATES = """
AD AE AF AG AI AL AM AN AO AR AS AT AU AW AZ BA BB BD BE BF BG BH BI BJ BM BN BO BR BS BT BV BW BY BZ CA CD CF CG CH CI
CK CL CM CN CO CR CU CV CW CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FO FR GA GB GD GE GG GH GI GL GM GN GQ
GR GS GT GW GY HK HN HR HT HU ID IE IL IM IN IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR
LS LT LU LV LY MA MC MD ME MG MH MK ML MM MN MO MP MR MS MT MU MV MW MX MY MZ NA NE NG NI NL NO NP NR NZ OM PA PE PG PH
PK PL PT PW PY QA RO RS RU RW SA SB SC SD SE SG SH SI SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TG TH TJ TL TM TN TO TR
TT TV TW TZ UA UG US UY UZ VA VC VE VG VN VU WS YE ZA ZM ZW
"""
_ORGANISATIONS = "AP BX EA EM EP EU GC IB OA QZ WO XN XU XV"
_HISTORICAL = "BU CS DD DL HV RH SU TP YD YU ZR"

OFFICES = frozenset(f"{_STATES} {_ORGANISATIONS} {_HISTORICAL}".split())
"""Every code that is understood. Not ISO 3166: that lacks EP or WO, and DD, SU, CS and YU occur in old numbers."""


def parse_office(text: str) -> str:
    """An office code in upper case.

    Raises:
        NormalFormError: `unknown_office`.
    """
    code = text.strip().upper()
    if code not in OFFICES:
        raise NormalFormError("unknown_office", f"{text!r} is not an office code of ST.3")
    return code
