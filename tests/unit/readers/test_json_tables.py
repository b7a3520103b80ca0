"""JSON documents as tables: laid out in lines or not, rows at the top or within pages."""

import json
from pathlib import Path

import pytest

from tests.unit.readers.reader_delivery import deliver

SELECT = "select id::varchar as source_post_id, \"at\" as posted_at, 'portal' as channel, words as text from source"
ROWS = [{"id": 1, "at": "2026-09-01", "words": "Яма\nво дворе"}, {"id": 2, "at": "2026-09-02", "words": "Свет"}]
PAGES = [{"page": 1, "data": {"items": ROWS[:1]}}, {"page": 2, "data": {"items": ROWS[1:]}}]


def dumped(value: object, indent: int | None = None) -> str:
    return json.dumps(value, ensure_ascii=False, indent=indent)


@pytest.mark.parametrize(
    ("content", "options"),
    [
        (dumped(ROWS), "{}"),
        (dumped(ROWS, 2), "{}"),
        ("\n".join(map(dumped, ROWS)), "{}"),
        (dumped({"data": {"items": ROWS}, "total": 2}, 4), "{rows: data.items}"),
        ("\n".join(map(dumped, PAGES)), "{rows: data.items}"),
        ("\ufeff" + dumped(PAGES), "{rows: data.items}"),
    ],
)
def test_rows_are_found_however_the_document_is_laid_out(tmp_path: Path, content: str, options: str):
    outcome = deliver(tmp_path, "json", {"x.json": content.encode()}, entity="post", select=SELECT, options=options)
    assert outcome.counts == (2, 2, 0, 0)
    assert outcome.rows("source_post_id, text") == [("1", "Яма\nво дворе"), ("2", "Свет")]


def test_a_broken_row_is_set_aside_with_its_number_and_its_neighbours_load(tmp_path: Path):
    content = f"[{dumped(ROWS[0])}, {{broken}}, {dumped(ROWS[1])}]"
    outcome = deliver(tmp_path, "json", {"x.json": content.encode()}, entity="post", select=SELECT)
    assert outcome.counts == (3, 2, 0, 1)
    assert outcome.quarantined("origin_row, reason, raw") == [(2, "broken record: not JSON", "{broken}")]


def test_a_document_without_the_named_list_says_so(tmp_path: Path):
    outcome = deliver(tmp_path, "json", {"x.json": b"[]"}, entity="post", select=SELECT)
    assert outcome.quarantined("reason") == [("the document holds no rows",)]
