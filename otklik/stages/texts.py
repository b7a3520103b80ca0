"""What stages over texts share: texts not seen yet, names of batches, rows of older versions.

What a stage does with the texts is its own file.
"""

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa

from otklik.home import lake
from otklik.home.engine import connect, text_literal
from otklik.home.settings import Home

# SQL over a row of `lake.message_text_files`: what is read of a message.
MESSAGE_WORDS = "concat_ws(chr(10), subject, body)"


def unseen_texts(
    files: str | Sequence[str], text: str, seen: str | pa.Table, *, batch_size: int, text_hash: str = "text_hash"
) -> Iterator[tuple[str, str]]:
    """Pairs of hash and text in order of the hash; each text once.

    Hashes are looked at first, and words are read from files that hold something new and from no other.

    Args:
        files: globs of Parquet files.
        text: SQL over a row of them: its words. A row without words is passed over.
        seen: hashes that are known: a SELECT of text_hash, or a table with that column.
        batch_size: texts read at a time.
        text_hash: SQL over a row: the hash of its words.
    """
    globs = [files] if isinstance(files, str) else list(files)
    with connect() as connection:
        if isinstance(seen, pa.Table):
            connection.register("seen", seen)
        else:
            connection.execute(f"create temp table seen as {seen}")
        found = connection.execute(
            f"""
            with rows as (
                select {text_hash} as text_hash, filename
                from read_parquet($files, union_by_name = true, filename = true)
            )
            select list(distinct filename order by filename)
            from rows
            anti join seen using (text_hash)
            where text_hash is not null
            """,
            {"files": globs},
        ).fetchone()
        if not found or not found[0]:
            return
        query = f"""
            with texts as (
                select {text_hash} as text_hash, {text} as text from read_parquet($files, union_by_name = true)
            )
            select text_hash, any_value(text order by text) as text
            from texts
            anti join seen using (text_hash)
            where text is not null
            group by text_hash
            order by text_hash
        """
        for batch in connection.execute(query, {"files": found[0]}).to_arrow_reader(batch_size):
            yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


def seen_by(home: Home, table: str, version: str) -> str:
    """SELECT of the text_hash that a table under `lake/enriched/` has a row of this version for."""
    files = home.lake / "enriched" / table / "*.parquet"
    return f"select text_hash from read_parquet({text_literal(files)}) where model_version = {text_literal(version)}"


def batch_file(home: Home, table: str, version: str, text_hashes: pa.ChunkedArray) -> Path:
    """A batch is named by the texts it holds, so that an interrupted pass overwrites its own files."""
    digest = hashlib.sha256()
    for text_hash in text_hashes.to_pylist():
        digest.update(text_hash.encode())
    return home.lake / "enriched" / table / f"{version}-{digest.hexdigest()[:16]}.parquet"


def drop_superseded(home: Home, covering: str, tables: Sequence[str], version: str) -> None:
    """Take rows of older versions out, unless their text is no longer there to be read again (retention, erasure).

    Args:
        home: the deployment's folder.
        covering: the table with a row for every text of the current version.
        tables: tables to clear.
        version: the current one.
    """
    current = home.lake / "enriched" / covering / f"{version}-*.parquet"
    if not list(current.parent.glob(current.name)):
        return
    for table in tables:
        for path in sorted((home.lake / "enriched" / table).glob("*.parquet")):
            if path.name.startswith((version, "_")):
                continue
            with connect() as connection:
                kept = connection.execute(
                    f"select old.* from read_parquet({text_literal(path)}) as old "
                    f"anti join read_parquet({text_literal(current)}) using (text_hash) order by all"
                ).to_arrow_table()
            if kept.num_rows:
                lake.write_table(path, kept)
            else:
                path.unlink()


def count_rows(home: Home, table: str) -> int:
    """Rows of a table under `lake/enriched/`."""
    with connect() as connection:
        files = home.lake / "enriched" / table / "*.parquet"
        found = connection.execute(f"select count(*) from read_parquet({text_literal(files)})").fetchone()
    return int(found[0]) if found else 0
