"""How often a passage that the rules quote states what its tag says, as a reader found it on real filings."""

from __future__ import annotations

from dataclasses import dataclass

from filingwatch.intervals import wilson
from filingwatch.resources import PACKAGE, read_yaml

MEASURED = PACKAGE / "rights" / "precision.yaml"


@dataclass(frozen=True, slots=True)
class Precision:
    """`good` of `passages` were right; `low` and `high` are the 95 % interval of the share by Wilson."""

    good: int
    passages: int
    low: float
    high: float

    @property
    def share(self) -> float:
        return self.good / self.passages


def read_precision() -> dict[tuple[str, bool], Precision]:
    """By right and whether the tag is protective; rights that were not measured are left out."""
    return {
        (row["right"], row["is_protective"]): Precision(
            row["good"], row["passages"], *wilson(row["good"], row["passages"])
        )
        for row in read_yaml(MEASURED)["rights"]
    }
