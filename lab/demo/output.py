"""Files of a demo: rows written one by one with their numbers, the same bytes every time, and planted bad rows.

What a row holds is decided by the module that writes it.
"""

import csv
import gzip
import io
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self


class RowFile:
    """A text file (gzip when its name says so) that counts its data rows from 1; a header is not counted."""

    def __init__(self, path: Path, header: Sequence[str] = (), delimiter: str = ",") -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self.rows = 0
        self._raw = path.open("wb")
        # No name and no time inside: the same rows are the same bytes.
        binary = gzip.GzipFile("", "wb", 5, self._raw, mtime=0) if path.suffix == ".gz" else self._raw
        self._text = io.TextIOWrapper(binary, encoding="utf-8", newline="")
        self._csv = csv.writer(self._text, delimiter=delimiter, lineterminator="\n")
        if header:
            self._csv.writerow(header)

    def write_csv(self, row: Iterable[object]) -> int:
        """Writes a CSV row; returns its number."""
        self._csv.writerow(row)
        self.rows += 1
        return self.rows

    def write_json(self, row: object) -> int:
        """Writes a JSON line; returns its number."""
        return self.write_line(json.dumps(row, ensure_ascii=False, separators=(",", ":")))

    def write_line(self, line: str) -> int:
        """Writes a line as it is; returns its number."""
        self._text.write(line + "\n")
        self.rows += 1
        return self.rows

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._text.close()
        self._raw.close()


class Defects:
    """The list of bad rows planted on purpose, for truth/defects.csv."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.found: list[tuple[str, int, str]] = []

    def add(self, file: RowFile, row: int, reason: str) -> None:
        """Remembers that row `row` of `file` is bad for `reason`."""
        self.found.append((file.path.relative_to(self._root).as_posix(), row, reason))

    def write(self) -> None:
        """Writes truth/defects.csv."""
        with RowFile(self._root / "truth" / "defects.csv", ("file", "row", "reason")) as out:
            for row in sorted(self.found):
                out.write_csv(row)


class Schedule:
    """Which of `total` good rows are followed by a bad row: `kinds` in turn, evenly spread.

    At most one bad row in 150, five rounds of `kinds` in all, none in a stream shorter than 150 rows a kind.
    """

    def __init__(self, total: int, kinds: Sequence[str]) -> None:
        rounds = min(5, total // (400 * len(kinds)))
        count = max(rounds * len(kinds), len(kinds) if total >= 150 * len(kinds) else 0)
        self._due = {(number + 1) * total // (count + 1): kinds[number % len(kinds)] for number in range(count)}

    def due(self, position: int) -> str | None:
        """The kind of bad row due after good row `position` (from 1), or None."""
        return self._due.get(position)
