"""Excel workbooks (.xlsx): sheets as one table under the names of their header row; every column is text.

Types are the mapping's business, as with CSV: dates come as ISO 8601, numbers as Python spells them. The file is a zip
of XML from somebody else: it passes `archive.py` first, and openpyxl parses with defusedxml or not at all.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import chain, islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from otklik.home.engine import text_literal
from otklik.home.errors import ConfigurationError
from otklik.intake.readers.archive import BREAKAGES, Limits, open_archive
from otklik.intake.readers.tabular import BrokenRecord, TabularFile, UnreadableDeliveryError, column_names

# openpyxl holds all strings of the workbook in memory
_LIMITS = Limits(members=2_000, member_bytes=512 << 20, total_bytes=1 << 30)
_MAX_COLUMNS = 1_000
_MAX_BLANK_ROWS = 10_000
_BATCH_ROWS = 5_000
# among so many first rows the widest says how many columns there are, if some have no name
_LOOKED_AT_ROWS = 1_000
_OWN_COLUMNS = ("source_row", "source_sheet")

Row = tuple[int, Sequence[Any]]
"""The number Excel shows, and the values."""


@dataclass(frozen=True)
class Sheet:
    """A sheet that holds something: what its columns are called, and its rows below that."""

    name: str
    columns: list[str]
    rows: Iterator[Row]


class XlsxFile(TabularFile):
    """A workbook; rows without any value are left out. Of several sheets the view says which: `source_sheet`."""

    _unread: Sequence[BrokenRecord] = ()

    def attach(self) -> None:
        """Copy the sheets to Parquet and create the view over it.

        Raises:
            ConfigurationError: the workbook has no such sheet.
            UnreadableDeliveryError: no workbook, or damaged, or refused, or without a header.
        """
        target = self.work / "sheets.parquet"
        with open_archive(self.path, _LIMITS) as archive:
            archive.find(lambda name: name.startswith("xl/worksheets/"), "worksheet (xl/worksheets)")
        with _workbook(self.path) as workbook:
            self._unread = self._copy(_sheets(workbook, self.source.options.header_rows), target)
        self.create_view(f"select * from read_parquet({text_literal(target)})")

    def columns(self) -> list[str]:
        """Names of the sheets' columns."""
        return [name for name in super().columns() if name not in _OWN_COLUMNS]

    def broken_records(self) -> Iterable[BrokenRecord]:
        """Sheets that hold rows and are not read, unless `sheet` says which are: one record each."""
        return self._unread

    def _copy(self, sheets: Iterator[Sheet], target: Path) -> list[BrokenRecord]:
        wanted = self.source.options.sheets
        read, unread, met = list[Sheet](), list[BrokenRecord](), []
        # rows are streamed and the columns of all sheets must be known before
        for sheet in sheets:
            met.append(sheet.name)
            if sheet.name in wanted or (not wanted and (not read or set(sheet.columns) == set(read[0].columns))):
                read.append(sheet)
            elif not wanted:
                n_rows = sum(1 for _ in sheet.rows)
                why = f"left out: sheet {sheet.name!r} ({n_rows} rows) has other columns than the first; name what is "
                unread.append(BrokenRecord(1, f"{why}to be read in `options: {{sheet: [...]}}`", sheet.name))
        missing = [name for name in wanted if name not in met]
        if missing:
            raise ConfigurationError(
                f"{self.name}: no sheet {', '.join(map(repr, missing))} with anything in it; there are "
                f"{', '.join(map(repr, met))}. Correct `sheet` in `options` of source {self.source.name!r}."
            )
        if not read:
            raise UnreadableDeliveryError("no sheet of the workbook holds anything")
        _write(read, target)
        return unread


def _write(sheets: Sequence[Sheet], target: Path) -> None:
    names = list(dict.fromkeys(name for sheet in sheets for name in sheet.columns))
    # of a single sheet it would be a column more than the same table has as CSV
    of_several = [("source_sheet", pa.string())] if len(sheets) > 1 else []
    schema = pa.schema([("source_row", pa.int64()), *of_several, *((name, pa.string()) for name in names)])
    with pq.ParquetWriter(target, schema) as writer:
        for sheet in sheets:
            while batch := list(islice(sheet.rows, _BATCH_ROWS)):
                rows = [
                    {"source_row": number, "source_sheet": sheet.name}
                    | {name: _text(value) for name, value in zip(sheet.columns, values, strict=False)}
                    for number, values in batch
                ]
                writer.write_table(pa.Table.from_pylist(rows, schema=schema))


@contextmanager
def _workbook(path: Path) -> Iterator[Any]:
    """The opened workbook; what is raised over its damage, now or while rows are read, is a reason."""
    # heavy, and needed for this format alone
    from openpyxl import DEFUSEDXML, load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    if not DEFUSEDXML:
        raise ConfigurationError("xlsx: workbooks are read through defusedxml only; install the package defusedxml.")
    # what openpyxl raises over damaged or hostile XML has no common base
    damaged: tuple[type[Exception], ...] = (*BREAKAGES, InvalidFileException, SyntaxError, LookupError, ValueError)
    damaged = (*damaged, TypeError, AttributeError, ArithmeticError, AssertionError)
    try:
        yield load_workbook(path, read_only=True, data_only=True, keep_links=False)
    except damaged as error:
        # openpyxl wraps the XML's own complaint
        why = error.__cause__ or error
        raise UnreadableDeliveryError(f"the workbook is damaged: {type(why).__name__}: {why}"[:500]) from error


def _sheets(workbook: Any, header_rows: Sequence[int]) -> Iterator[Sheet]:
    """The workbook's sheets that hold anything, in its order."""
    for one in workbook.worksheets:
        sheet = _sheet(one.title, _rows(one), header_rows)
        if sheet is not None:
            yield sheet


def _sheet(name: str, rows: Iterator[Row], header_rows: Sequence[int]) -> Sheet | None:
    """A sheet with its header taken off; None where it holds nothing at its header or below."""
    above = next((row for row in rows if not header_rows or row[0] >= header_rows[0]), None)
    if above is None:
        return None
    header = [above[1]]
    rest: Iterator[Row] = rows
    for wanted in header_rows[1:]:
        below = next(rest, None)
        if below is None:
            break
        if below[0] > wanted:
            rest = chain([below], rest)
            break
        header.append(below[1])
    looked_at = list(islice(rest, _LOOKED_AT_ROWS))
    width = max(_width(values) for values in [*header, *(values for _, values in looked_at)])
    texts = [[(_text(value) or "").strip() for value in values[:width]] for values in header]
    padded = [[*row, *[""] * (width - len(row))] for row in texts]
    return Sheet(name, column_names(padded), chain(looked_at, rest))


def _width(values: Sequence[Any]) -> int:
    """Cells up to the last that holds something."""
    return max((place for place, value in enumerate(values, start=1) if value is not None), default=0)


def _rows(sheet: Any) -> Iterator[Row]:
    """A sheet's rows that hold a value, with the numbers Excel shows."""
    # the stated dimension may be any lie
    sheet.reset_dimensions()
    n_blank = 0
    for number, values in enumerate(sheet.iter_rows(values_only=True, max_col=_MAX_COLUMNS), start=1):
        n_blank = 0 if any(value is not None for value in values) else n_blank + 1
        if n_blank > _MAX_BLANK_ROWS:
            return
        if not n_blank:
            yield number, values


def _text(value: Any) -> str | None:
    match value:
        case None:
            return None
        case bool():
            return "true" if value else "false"
        case datetime() | date() | time():
            return value.isoformat()
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        case _:
            return str(value)


def first_rows(path: Path, limit: int) -> dict[str, list[list[str | None]]]:
    """The first rows of every sheet as texts, blank ones too, all of one sheet equally wide.

    Raises:
        UnreadableDeliveryError: no workbook, or damaged, or refused.
    """
    with open_archive(path, _LIMITS) as archive:
        archive.find(lambda name: name.startswith("xl/worksheets/"), "worksheet (xl/worksheets)")
    found: dict[str, list[list[str | None]]] = {}
    with _workbook(path) as workbook:
        for sheet in workbook.worksheets:
            rows: list[list[str | None]] = []
            for number, values in islice(_rows(sheet), limit):
                rows.extend([] for _ in range(min(number - 1 - len(rows), limit)))
                rows.append([_text(value) for value in values[: _width(values)]])
            width = max(map(len, rows), default=0)
            found[sheet.title] = [[*row, *[None] * (width - len(row))] for row in rows]
    return found
