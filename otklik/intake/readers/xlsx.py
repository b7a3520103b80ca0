"""Excel workbooks (.xlsx): the first sheet as a table under the names of its first row; every column is text.

Types are the mapping's business, as with CSV: dates come as ISO 8601, numbers as Python spells them. The file is a zip
of XML from somebody else: it passes `archive.py` first, and openpyxl parses with defusedxml or not at all.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, NoReturn

import pyarrow as pa
import pyarrow.parquet as pq

from otklik.home.engine import text_literal
from otklik.home.errors import ConfigurationError
from otklik.intake.readers.archive import BREAKAGES, Limits, open_archive
from otklik.intake.readers.tabular import TabularFile, UnreadableDeliveryError

# openpyxl holds all strings of the workbook in memory
_LIMITS = Limits(members=2_000, member_bytes=512 << 20, total_bytes=1 << 30)
_MAX_COLUMNS = 1_000
_MAX_BLANK_ROWS = 10_000
_BATCH_ROWS = 5_000


class XlsxFile(TabularFile):
    """A workbook; rows without any value are left out."""

    def attach(self) -> None:
        """Copy the first sheet to Parquet and create the view over it.

        Raises:
            ConfigurationError: the first row cannot name columns.
            UnreadableDeliveryError: no workbook, or damaged, or refused.
        """
        target = self.work / "sheet.parquet"
        with open_archive(self.path, _LIMITS) as archive:
            archive.find(lambda name: name.startswith("xl/worksheets/"), "worksheet (xl/worksheets)")
        self._copy(target)
        self.create_view(f"select * from read_parquet({text_literal(target)})")

    def _copy(self, target: Path) -> None:
        rows = _rows(self.path)
        header = self._header(next(rows, (1, ())))
        names = ["source_row", *header]
        schema = pa.schema([pa.field("source_row", pa.int64()), *(pa.field(name, pa.string()) for name in header)])
        batch: list[list[Any]] = []
        with pq.ParquetWriter(target, schema) as writer:
            for number, values in rows:
                cells = [_text(value) for value in values[: len(header)]]
                batch.append([number, *cells, *[None] * (len(header) - len(cells))])
                if len(batch) == _BATCH_ROWS:
                    writer.write_table(_table(batch, names, schema))
                    batch = []
            writer.write_table(_table(batch, names, schema))

    def _header(self, first: tuple[int, Sequence[Any]]) -> list[str]:
        names = [(_text(value) or "").strip() for value in first[1]]
        while names and not names[-1]:
            names.pop()
        repeated = sorted({name for name in names if names.count(name) > 1 and name})
        if not names or not all(names):
            self._refuse("a column has no name")
        if repeated:
            self._refuse(f"columns stand twice: {', '.join(repeated)}")
        return names

    def _refuse(self, problem: str) -> NoReturn:
        raise ConfigurationError(
            f"{self.name}: the first row of the first sheet cannot be used: {problem}. "
            "The first row must name every column once; delete titles above it."
        )


def _table(rows: list[list[Any]], names: list[str], schema: pa.Schema) -> pa.Table:
    return pa.Table.from_pylist([dict(zip(names, row, strict=True)) for row in rows], schema=schema)


def _rows(path: Path) -> Iterator[tuple[int, Sequence[Any]]]:
    """The first sheet's rows that hold a value, with the numbers Excel shows."""
    # heavy, and needed for this format alone
    from openpyxl import DEFUSEDXML, load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    if not DEFUSEDXML:
        raise ConfigurationError("xlsx: workbooks are read through defusedxml only; install the package defusedxml.")
    # what openpyxl raises over damaged or hostile XML has no common base
    damaged: tuple[type[Exception], ...] = (*BREAKAGES, InvalidFileException, SyntaxError, LookupError, ValueError)
    damaged = (*damaged, TypeError, AttributeError, ArithmeticError, AssertionError)
    n_blank = 0
    try:
        workbook = load_workbook(path, read_only=True, data_only=True, keep_links=False)
        sheet = workbook.worksheets[0]
        # the stated dimension may be any lie
        sheet.reset_dimensions()
        for number, values in enumerate(sheet.iter_rows(values_only=True, max_col=_MAX_COLUMNS), start=1):
            n_blank = 0 if any(value is not None for value in values) else n_blank + 1
            if n_blank > _MAX_BLANK_ROWS:
                return
            if not n_blank:
                yield number, values
    except damaged as error:
        # openpyxl wraps the XML's own complaint
        why = error.__cause__ or error
        raise UnreadableDeliveryError(f"the workbook is damaged: {type(why).__name__}: {why}"[:500]) from error


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
