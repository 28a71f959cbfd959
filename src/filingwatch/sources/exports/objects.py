"""JSON: one object per line, a list, or the body of an answer with a `data` list; and safe ways into an object."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from filingwatch.normalform import NormalFormError
from filingwatch.sources.exports.rows import Row


def write_object(value: Any) -> str:
    """One object as a line of JSON in canonical form; with escapes where it holds what UTF-8 cannot."""
    for escape in (False, True):
        line = json.dumps(value, ensure_ascii=escape, sort_keys=True, separators=(",", ":"), default=str) + "\n"
        if escape or _can_encode(line):
            break
    return line


def line_rows(lines: Iterable[str]) -> Iterator[Row]:
    """One row per non-blank line; a line that is not one JSON object has the fault and keeps its text."""
    for line in lines:
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except ValueError as error:
            yield Row(line, None, NormalFormError("bad_json", f"the line is not JSON: {error}"))
        except RecursionError:
            yield Row(line, None, NormalFormError("bad_json", "the line is JSON nested too deep to be a record"))
        else:
            yield object_row(value, line)


def _is_text(line: str, value: Any) -> bool:
    """Whether everything in it can be written as UTF-8: neither bytes that were no text nor halves of characters."""
    if not line.isascii() and not _can_encode(line):
        return False
    return ("\\ud" not in line and "\\uD" not in line) or _can_encode(
        json.dumps(value, ensure_ascii=False, default=str)
    )


def _can_encode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def object_row(value: Any, original: str | None = None) -> Row:
    """A JSON value as a row; its text is written in canonical form when there is none."""
    text = write_object(value) if original is None else original
    if not isinstance(value, dict):
        return Row(text, None, NormalFormError("not_a_record", f"is a JSON {type(value).__name__}, not an object"))
    if not _is_text(text, value):
        return Row(text, None, NormalFormError("bad_encoding", "holds bytes or escapes that are not text in UTF-8"))
    return Row(text, value)


def body_items(body: Any) -> list[Any] | None:
    """The records of a whole JSON document: a list, an answer with a `data` list, or one record; None for others."""
    if isinstance(body, list):
        return body
    if isinstance(body, dict):
        data = body.get("data")
        return data if isinstance(data, list) and "lens_id" not in body else [body]
    return None


def dig(value: Any, *path: str) -> Any:
    """What lies at a path of keys; None as soon as a step is missing.

    Raises:
        NormalFormError: `malformed`: a step that is there is not an object.
    """
    for depth, key in enumerate(path):
        if value is None:
            return None
        if not isinstance(value, dict):
            place = ".".join(path[:depth]) or "the record"
            raise NormalFormError("malformed", f"{place} is a {type(value).__name__} where an object is expected")
        value = value.get(key)
    return value


def dig_text(value: Any, *path: str) -> str:
    """The stripped text (or number as text) at a path; empty when there is none.

    Raises:
        NormalFormError: `malformed`: something else stands there.
    """
    found = dig(value, *path)
    if isinstance(found, str):
        return found.strip()
    if found is None:
        return ""
    if isinstance(found, int | float) and not isinstance(found, bool):
        return str(found)
    raise NormalFormError("malformed", f"{'.'.join(path)} is a {type(found).__name__} where text is expected")


def dig_list(value: Any, *path: str) -> list[Any]:
    """The list at a path; empty when there is none. BigQuery's `{list: [{element: ...}]}` is unwrapped.

    Raises:
        NormalFormError: `malformed`: something else stands there.
    """
    found = dig(value, *path)
    if found is None:
        return []
    if isinstance(found, dict) and isinstance(found.get("list"), list):
        found = [item.get("element", item.get("item")) if isinstance(item, dict) else item for item in found["list"]]
    if not isinstance(found, list):
        raise NormalFormError("malformed", f"{'.'.join(path)} is a {type(found).__name__} where a list is expected")
    return [item for item in found if item is not None]
