"""Which row of a table names its columns, where titles may stand above and names may be spread over two rows."""

import re
from collections.abc import Sequence

_LOOKED_AT = 15
_NUMBER_OR_DATE = re.compile(r"[+-]?[\d\s.,:/T-]*\d[\d\s.,:/T-]*")


def header_rows(rows: Sequence[Sequence[str | None]]) -> list[int]:
    """The places of the rows that name the columns, counted from 0 among rows as they stand, blank ones too.

    It is the first that is as wide as those below and holds no number or date. A row directly below that holds names
    alone, and names what the first leaves open, is the second of two.
    """
    width = max((_n_cells(row) for row in rows), default=0)
    first = next(
        (
            place
            for place, row in enumerate(rows[:_LOOKED_AT])
            if _n_cells(row) >= max(2, 0.6 * width) and not any(map(is_value, row))
        ),
        None,
    )
    if first is None:
        return [next((place for place, row in enumerate(rows) if _n_cells(row)), 0)]
    # over two rows: the upper one, with its merged cells, is narrower and stands directly above
    if first and _spreads_over(rows[first - 1], rows[first]):
        return [first - 1, first]
    if first + 1 < len(rows) and _spreads_over(rows[first], rows[first + 1]):
        return [first, first + 1]
    return [first]


def _spreads_over(above: Sequence[str | None], below: Sequence[str | None]) -> bool:
    """Whether a row's names go on in the row below: it leaves cells open that are named there, and all are names."""
    if _n_cells(above) < 2 or any(map(is_value, [*above, *below])):
        return False
    wide = max(len(above), len(below))
    upper = [*above, *[None] * (wide - len(above))]
    lower = [*below, *[None] * (wide - len(below))]
    is_completed = any(not one and two for one, two in zip(upper, lower, strict=True))
    is_left = any(one and not two for one, two in zip(upper, lower, strict=True))
    return is_completed and is_left


def _n_cells(row: Sequence[str | None]) -> int:
    return sum(bool(cell and cell.strip()) for cell in row)


def is_value(cell: str | None) -> bool:
    """Whether a cell holds a number or a date, as no name of a column does."""
    return bool(cell and _NUMBER_OR_DATE.fullmatch(cell.strip()))
