"""Wide labelled views for people who do not join: SQL over the published tables of the analysts' surface.

They stand in its DuckDB file beside the tables and hold no rows of their own: they show nothing that tables do not.
"""

from pathlib import Path

import duckdb

from otklik.home.engine import quoted_name, text_literal


def make_views(connection: duckdb.DuckDBPyConnection) -> None:
    """Create every view whose tables and columns are there; the first line of its file is its comment.

    A snapshot of an older platform, made anew after an erasure, has fewer of them.
    """
    tables = {name for (name,) in connection.execute("select table_name from duckdb_tables()").fetchall()}
    for path in sorted(Path(__file__).parent.glob("*.sql")):
        sql = path.read_text(encoding="utf-8")
        if connection.get_table_names(sql) <= tables:
            name, meaning = quoted_name(path.stem), sql.partition("\n")[0].removeprefix("-- ")
            try:
                connection.execute(f"create view {name} as {sql}")
            except duckdb.BinderException:
                continue
            connection.execute(f"comment on view {name} is {text_literal(meaning)}")
