"""`filingwatch as-of`: the published tables as they would be, had they been built from what was knowable on a day.

`making` puts a file together; `taking` fills a scratch working file with what was known, `answers` with what the jobs
said. Only the scratch is written until the finished file takes its place in one rename.
"""

from filingwatch.as_of.making import Made, make_file
from filingwatch.as_of.taking import MODES, Question

__all__ = ["MODES", "Made", "Question", "make_file"]
