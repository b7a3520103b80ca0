"""Lists behind the figures as files that a spreadsheet opens: CSV with a mark of UTF-8, and XLSX.

A cell that a spreadsheet would read as a formula is text here: words of citizens are in these files.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from otklik.home.spreadsheets import inert


def write_lists(folder: Path, name: str, headers: Mapping[str, str], rows: Sequence[Mapping[str, Any]]) -> None:
    """Write `name`.csv and `name`.xlsx.

    Args:
        folder: where, exists.
        name: of the files, without an ending.
        headers: column of the rows → what stands above it; only these are written, in this order.
        rows: what to write.
    """
    table = [[_cell(row[column]) for column in headers] for row in rows]
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(headers.values())
    writer.writerows(["" if value is None else value for value in row] for row in table)
    (folder / f"{name}.csv").write_bytes(text.getvalue().encode("utf-8-sig"))
    _write_xlsx(folder / f"{name}.xlsx", list(headers.values()), table)


def _write_xlsx(path: Path, headers: Sequence[str], table: Sequence[Sequence[Any]]) -> None:
    book = openpyxl.Workbook(write_only=True)
    # Dated, a file would differ with every run that says the same.
    book.properties.created = book.properties.modified = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
    sheet = book.create_sheet("Список")
    sheet.freeze_panes = "A2"
    head = []
    for title in headers:
        cell = WriteOnlyCell(sheet, value=title)
        cell.font = Font(bold=True)
        head.append(cell)
    sheet.append(head)
    for row in table:
        sheet.append(list(row))
    book.save(path)


def _cell(value: Any) -> Any:
    """The value as a spreadsheet keeps it: local times without a zone, text that is no formula."""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, float):
        return round(value, 1)
    return inert(value) if isinstance(value, str) else value
