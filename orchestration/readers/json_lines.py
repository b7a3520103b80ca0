"""JSON lines: read by DuckDB at full speed, and line by line only where a file turns out to have a broken one."""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

import duckdb

from orchestration.readers.tabular import (
    BrokenRecord,
    TabularFile,
    UnreadableDeliveryError,
    open_binary,
    readable,
    struct_literal,
    text_literal,
)

# Deeper JSON overflows the stack of DuckDB's reader and ends the process; no export nests a hundredth as deep.
MAX_DEPTH = 500
_MAX_LINE_BYTES = 64 << 20

_STRINGS_AND_BRACKETS = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[{\]}]')


class JsonLinesFile(TabularFile):
    """One JSON object a line; types from `columns` in `sources.yaml`, else from a sample."""

    _broken: Sequence[BrokenRecord] = ()

    def attach(self) -> None:
        """Create the view; a sample is read, and each line looked at for what DuckDB must not or would not count."""
        if self._needs_sifting():
            self.attach_without_broken()
        else:
            self.create_view(f"select row_number() over () as source_row, * from {self._read_json(self.path)}")

    def attach_without_broken(self) -> None:
        """Parse every line by itself and create the view over the good ones. Row numbers stay those of the lines."""
        path = self.work / "sifted.jsonl"
        broken, skipped = _sift(self.path, path)
        declared = self.source.columns
        if declared:
            readable_rows = self._read_json(path, "ignore_errors = true")
            broken += self._ill_typed(path, declared, skipped)
            skipped = sorted({*skipped, *(record.origin_row for record in broken)})
        else:
            readable_rows = self._read_json(path, "sample_size = -1")
        self._broken = broken
        self.connection.execute("create or replace temp table skipped_row (source_row bigint)")
        self.connection.execute("insert into skipped_row select unnest(?::bigint[])", [skipped])
        try:
            self.create_view(
                f"select * from (select row_number() over () as source_row, * from {readable_rows}) "
                "where source_row not in (from skipped_row)"
            )
        except duckdb.BinderException as error:
            # without a single object there are no columns either
            raise UnreadableDeliveryError("no line of the file is a JSON object with fields") from error

    def broken_records(self) -> list[BrokenRecord]:
        """Lines that are no JSON object, or hold a value of another type than declared."""
        return list(self._broken)

    def _needs_sifting(self) -> bool:
        """Whether a line is hostile, or blank: DuckDB skips blank lines, and the rows behind would be misnumbered."""
        with open_binary(self.path) as stream:
            return any(is_too_deep(line) or line.isspace() for line in stream)

    def _read_json(self, path: Path, *extra: str, columns: Mapping[str, str] | None = None) -> str:
        options = ["format = 'newline_delimited'", "records = true", f"maximum_object_size = {_MAX_LINE_BYTES}", *extra]
        if columns or self.source.columns:
            options.append(f"columns = {struct_literal(columns or self.source.columns or {})}")
        return f"read_json({', '.join([text_literal(path), *options])})"

    def _ill_typed(self, path: Path, declared: Mapping[str, str], skipped: Sequence[int]) -> list[BrokenRecord]:
        """Records with a value that is not of its declared type: DuckDB would turn the value into NULL in silence."""
        typed = self._read_json(path, "ignore_errors = true")
        plain = self._read_json(path, columns=dict.fromkeys(declared, "JSON"))
        branches = " ".join(
            f"when typed.{_name(name)} is null and json_type(plain.{_name(name)}) <> 'NULL' then {text_literal(name)}"
            for name in declared
        )
        rows = self.connection.execute(
            "select source_row, field, record from ("
            f"select row_number() over () as source_row, case {branches} end as field, "
            f"to_json(plain)::varchar as record from {typed} as typed positional join {plain} as plain"
            ") where field is not null and source_row not in (select unnest(?::bigint[]))",
            [list(skipped)],
        ).fetchall()
        return [BrokenRecord(n, f"broken record: {field} is not {declared[field]}", raw) for n, field, raw in rows]


def _sift(path: Path, target: Path) -> tuple[list[BrokenRecord], list[int]]:
    """Copy a file with `{}` for every line that is no JSON object, so that DuckDB counts the lines as we do.

    Returns:
        The broken records, and the numbers of all replaced lines, blank ones among them.
    """
    broken, replaced = [], []
    with open_binary(path) as stream, target.open("wb") as out:
        for number, line in enumerate(stream, start=1):
            reason = _problem(line)
            if reason is None and line.strip():
                out.write(line.rstrip(b"\r\n") + b"\n")
                continue
            out.write(b"{}\n")
            replaced.append(number)
            if reason is not None:
                broken.append(BrokenRecord(number, reason, readable(line)))
    return broken, replaced


def _problem(line: bytes) -> str | None:
    """Why a line is not one JSON object, or None if it is one (or blank)."""
    if not line.strip():
        return None
    if is_too_deep(line):
        return f"broken record: JSON nested more than {MAX_DEPTH} deep"
    try:
        value = json.loads(line.decode("utf-8"), parse_constant=_no_constant, object_pairs_hook=_with_distinct_keys)
        if b"\\u" in line:
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeDecodeError:
        return "bad encoding: bytes that are not UTF-8"
    except UnicodeEncodeError:
        return "bad encoding: an escape that is half of a character"
    except _RepeatedKeyError:
        return "broken record: a key stands twice"
    except ValueError:
        return "broken record: not JSON"
    return None if isinstance(value, dict) else "broken record: not a JSON object"


def is_too_deep(line: bytes) -> bool:
    """Whether JSON text nests deeper than `MAX_DEPTH`; linear, and nothing is parsed."""
    # counting is far cheaper than parsing and settles nearly every line
    if line.count(b"[") + line.count(b"{") <= MAX_DEPTH:
        return False
    depth = 0
    for match in _STRINGS_AND_BRACKETS.finditer(line):
        token = match.group()
        depth += (token in b"[{") - (token in b"]}")
        if depth > MAX_DEPTH:
            return True
    return False


class _RepeatedKeyError(ValueError):
    """An object with one key twice: DuckDB refuses the file for it."""


def _with_distinct_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _RepeatedKeyError
    return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _name(identifier: str) -> str:
    """A quoted SQL identifier."""
    return '"' + identifier.replace('"', '""') + '"'
