"""Texts of the lake that a stage has not seen yet. What the stage does with them is its own file."""

from collections.abc import Iterator

import pyarrow as pa

from orchestration.engine import connect


def unseen_texts(files: str, text: str, seen: str | pa.Table, *, batch_size: int) -> Iterator[tuple[str, str]]:
    """Pairs of hash and text in order of the hash; each text once.

    Hashes are looked at first, and words are read from files that hold something new and from no other.

    Args:
        files: glob of Parquet files with a column text_hash.
        text: SQL over a row of them: its words. A row without words is passed over.
        seen: hashes that are known: a SELECT of text_hash, or a table with that column.
        batch_size: texts read at a time.
    """
    rows = f"read_parquet('{files}', union_by_name = true, filename = true)"
    with connect() as connection:
        if isinstance(seen, pa.Table):
            connection.register("seen", seen)
        else:
            connection.execute(f"create temp table seen as {seen}")
        found = connection.execute(
            f"select list(distinct filename order by filename) from {rows} anti join seen using (text_hash) "
            "where text_hash is not null"
        ).fetchone()
        if not found or not found[0]:
            return
        query = f"""
            with texts as (
                select text_hash, {text} as text from read_parquet($files, union_by_name = true)
                anti join seen using (text_hash)
            )
            select text_hash, any_value(text order by text) as text
            from texts
            where text is not null
            group by text_hash
            order by text_hash
        """
        for batch in connection.execute(query, {"files": found[0]}).to_arrow_reader(batch_size):
            yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)
