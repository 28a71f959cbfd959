"""Who files: from names as written to legal entities. Pure: plain values and polars in, polars out; no database.

`parsing` takes a name apart, `scoring` judges two names, `blocking` says which two are worth judging, `clustering`
makes entities of the judged pairs, `resolving` joins them with what is known before. Groups of companies are dated
facts of a seed and belong to the warehouse, not here.
"""

from filingwatch.applicants.parsing import Name, parse_name
from filingwatch.applicants.scoring import DOUBTFUL_FROM, SAME_FROM, PairScore, score_pair

__all__ = ["DOUBTFUL_FROM", "SAME_FROM", "Name", "PairScore", "parse_name", "score_pair"]
