"""JSON lines: read by DuckDB at full speed, and line by line only where a file turns out to have a broken one."""

import json
import re
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

import duckdb
import numpy as np
import pyarrow as pa

from otklik.home.engine import quoted_name, text_literal
from otklik.intake.readers.tabular import (
    BrokenLog,
    BrokenRecord,
    TabularFile,
    UnreadableDeliveryError,
    open_binary,
    readable,
    struct_literal,
)

# Deeper JSON overflows the stack of DuckDB's reader and ends the process; no export nests a hundredth as deep.
MAX_DEPTH = 500
# DuckDB reads into buffers of twice this size, one a thread
_MAX_LINE_BYTES = 16 << 20
_CHUNK_BYTES = 1 << 20

_BATCH_ROWS = 1_000

# a literal to begin with, which the engine looks for at once
_BLANK_FIRST, _MAYBE_BLANK = (b"\n", b"\r", b" ", b"\t"), re.compile(rb"\n[\n\r \t]")

_STRINGS_AND_BRACKETS = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[{\]}]')


class JsonLinesFile(TabularFile):
    """One JSON object a line; types from `columns` in `sources.yaml`, else from a sample."""

    _broken: Iterable[BrokenRecord] = ()

    def attach(self) -> None:
        """Create the view; a sample is read, and each line looked at for what DuckDB must not or would not count."""
        if _needs_sifting(self.path):
            self.attach_without_broken()
        else:
            self.create_view(f"select row_number() over () as source_row, * from {self._read_json(self.path)}")

    def attach_without_broken(self) -> bool:
        """Parse every line by itself and create the view over the good ones. Row numbers stay those of the lines."""
        path = self.work / "sifted.jsonl"
        declared = self.source.columns
        with BrokenLog(self.work / "unread.parquet") as broken:
            skipped = _sift(self.path, path, broken)
            if declared:
                for record in self._ill_typed(path, declared, skipped):
                    broken.add(record)
                    skipped.append(record.origin_row)
        self._broken = broken
        readable_rows = self._read_json(path, "ignore_errors = true" if declared else "sample_size = -1")
        self.connection.register("skipped", pa.table({"source_row": np.frombuffer(skipped, np.int64)}))
        self.connection.execute("create or replace temp table skipped_row as from skipped")
        self.connection.unregister("skipped")
        try:
            self.create_view(
                f"select * from (select row_number() over () as source_row, * from {readable_rows}) "
                "where source_row not in (from skipped_row)"
            )
        except duckdb.BinderException as error:
            # without a single object there are no columns either
            raise UnreadableDeliveryError("no line of the file is a JSON object with fields") from error
        return True

    def broken_records(self) -> Iterable[BrokenRecord]:
        """Lines that are no JSON object, or hold a value of another type than declared."""
        return self._broken

    def _read_json(self, path: Path, *extra: str, columns: Mapping[str, str] | None = None) -> str:
        options = ["format = 'newline_delimited'", "records = true", f"maximum_object_size = {_MAX_LINE_BYTES}", *extra]
        if columns or self.source.columns:
            options.append(f"columns = {struct_literal(columns or self.source.columns or {})}")
        return f"read_json({', '.join([text_literal(path), *options])})"

    def _ill_typed(self, path: Path, declared: Mapping[str, str], skipped: Sequence[int]) -> Iterator[BrokenRecord]:
        """Records with a value that is not of its declared type: DuckDB would turn the value into NULL in silence."""
        typed = self._read_json(path, "ignore_errors = true")
        plain = self._read_json(path, columns=dict.fromkeys(declared, "JSON"))
        branches = " ".join(
            f"when typed.{column} is null and json_type(plain.{column}) <> 'NULL' then {text_literal(name)}"
            for name, column in ((name, quoted_name(name)) for name in declared)
        )
        known = frozenset(skipped)
        found = self.connection.execute(
            "select source_row, field, record from ("
            f"select row_number() over () as source_row, case {branches} end as field, "
            f"to_json(plain)::varchar as record from {typed} as typed positional join {plain} as plain"
            ") where field is not null"
        )
        while rows := found.fetchmany(_BATCH_ROWS):
            for number, field, raw in rows:
                if number not in known:
                    yield BrokenRecord(number, f"broken record: {field} is not {declared[field]}", raw)


def _needs_sifting(path: Path) -> bool:
    """Whether a line is hostile, or blank: DuckDB skips blank lines, and the rows behind would be misnumbered.

    Told a megabyte at a time by counting bytes; only where brackets are many are lines looked at one by one.
    """
    with open_binary(path) as stream:
        rest = b""
        while chunk := stream.read(_CHUNK_BYTES):
            whole, newline, rest = (rest + chunk).rpartition(b"\n")
            if _has_blank_or_deep(whole + newline) or len(rest) > _MAX_LINE_BYTES:
                return True
        return bool(rest) and (rest.isspace() or is_too_deep(rest))


def _has_blank_or_deep(lines: bytes) -> bool:
    if lines.startswith(_BLANK_FIRST) or _MAYBE_BLANK.search(lines):
        return True
    # every object begins with one bracket; what is over is the most that one line can hold
    n_objects = lines.count(b"\n{")
    if lines.count(b"{") + lines.count(b"[") - n_objects <= MAX_DEPTH:
        return False
    return any(is_too_deep(line) for line in lines.splitlines())


def _sift(path: Path, target: Path, broken: BrokenLog) -> "array[int]":
    """Copy a file with `{}` for every line that is no JSON object, so that DuckDB counts the lines as we do.

    Returns:
        The numbers of all replaced lines, blank ones among them.
    """
    replaced = array("q")
    with open_binary(path) as stream, target.open("wb") as out:
        for number, line in enumerate(iter(lambda: stream.readline(_MAX_LINE_BYTES), b""), start=1):
            reason = _problem(line)
            if reason is None and line.strip():
                out.write(line.rstrip(b"\r\n") + b"\n")
                continue
            out.write(b"{}\n")
            replaced.append(number)
            if reason is not None:
                broken.add(BrokenRecord(number, reason, readable(line)))
    return replaced


def _problem(line: bytes) -> str | None:
    """Why a line is not one JSON object, or None if it is one (or blank)."""
    if not line.strip():
        return None
    if len(line) >= _MAX_LINE_BYTES:
        return f"broken record: a line of more than {_MAX_LINE_BYTES >> 20} MB, told here in pieces"
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
