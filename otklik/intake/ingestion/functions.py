"""What a mapping's SQL has beside DuckDB's own functions: made in the connection of each load, before it is locked."""

import html
import re

import duckdb
import pyarrow as pa
from duckdb.func import PythonUDFType

_UNSEEN = re.compile(r"<!--.*?-->|<(script|style)\b.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
_LINE_END = re.compile(r"\s*(?:<br\s*/?>|</(?:p|div|li|tr|h[1-6])\s*>)\s*", re.IGNORECASE)
# a lone < of a text begins no tag
_TAG = re.compile(r"</?[a-z][^<>]*>", re.IGNORECASE)


def add_functions(connection: duckdb.DuckDBPyConnection) -> None:
    """Add `plain_text(markup)`, a text's words without its HTML."""
    connection.create_function("plain_text", _plain_texts, ["VARCHAR"], "VARCHAR", type=PythonUDFType.ARROW)


def _plain_texts(markups: pa.ChunkedArray) -> pa.Array:
    return pa.array([None if one is None else plain_text(one) for one in markups.to_pylist()], pa.string())


def plain_text(markup: str) -> str:
    r"""Words of HTML: tags off, line ends where it breaks lines, entities as the characters they stand for.

    Examples:
        >>> plain_text("<p>Темно &amp; страшно<br>5 < 6 &laquo;да&raquo;</p>")
        'Темно & страшно\n5 < 6 «да»'
    """
    if "<" in markup:
        markup = _TAG.sub("", _LINE_END.sub("\n", _UNSEEN.sub("", markup)))
    # a character that is no character (&#55296;) becomes one that says so
    return html.unescape(markup).strip() if "&" in markup else markup.strip()
