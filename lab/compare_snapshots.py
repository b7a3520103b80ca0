"""Which published tables of two snapshots differ in content: `python -m lab.compare_snapshots SNAPSHOT SNAPSHOT`.

For a change that must change nothing: run the same deliveries before and after it, with one vault, so that subjects
have the same ids. Rows are compared as multisets, column by column of the same name; how the data came in (`meta_…`)
may differ.
"""

import sys
from pathlib import Path

import duckdb

_OPERATIONAL = "meta_"


def differences(before: Path, after: Path) -> dict[str, str]:
    """Table → what differs, for the tables that do.

    Args:
        before: folder of a snapshot, with a Parquet file a table.
        after: the other one.
    """
    tables = {path.stem: path for path in before.glob("*.parquet")}
    others = {path.stem: path for path in after.glob("*.parquet")}
    found = dict.fromkeys(sorted(tables.keys() ^ others.keys()), "stands on one side alone")
    for name in sorted(tables.keys() & others.keys()):
        if not name.startswith(_OPERATIONAL) and (told := _difference(tables[name], others[name])):
            found[name] = told
    return found


def _difference(before: Path, after: Path) -> str | None:
    with duckdb.connect() as connection:
        left, right = (connection.read_parquet(str(path)) for path in (before, after))
        if list(zip(left.columns, left.types, strict=True)) != list(zip(right.columns, right.types, strict=True)):
            return f"columns: {sorted(set(left.columns) ^ set(right.columns)) or 'their order or types'}"
        gone, come = (len(a.except_(b).fetchall()) for a, b in ((left, right), (right, left)))
        if gone or come or len(left) != len(right):
            return f"{len(left):,} and {len(right):,} rows, {gone:,} gone, {come:,} new"
    return None


def main() -> int:
    """Print what differs; 0 when nothing does."""
    before, after = (Path(argument).resolve() for argument in sys.argv[1:3])
    found = differences(before, after)
    for name, told in found.items():
        print(f"{name}: {told}")
    n_tables = len(list(after.glob("*.parquet")))
    print(f"{n_tables} tables, {len(found)} differ")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
