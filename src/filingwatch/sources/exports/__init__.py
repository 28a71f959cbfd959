"""Files that analysts download by hand, read page by page.

`open_export(path)` says by the content what a file is (never by its name) and gives its pages. Every row of a file
becomes a record or a reject, in the order of the file. Here belong the formats; how often a file is read, and from
which page, is the caller's business: it keeps one cursor per file, by the file's SHA-256.
"""

from filingwatch.sources.exports.export_file import EXPORTS, PAGE_ROWS, ExportFile, open_export
from filingwatch.sources.exports.recognition import Format, recognise

__all__ = ["EXPORTS", "PAGE_ROWS", "ExportFile", "Format", "open_export", "recognise"]
