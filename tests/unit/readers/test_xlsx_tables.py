"""Excel workbooks through the whole of ingestion."""

import io
import zipfile
from datetime import datetime
from pathlib import Path

import pytest

from otklik.home.errors import ConfigurationError
from tests.unit.readers.reader_delivery import deliver, zipped

openpyxl = pytest.importorskip("openpyxl")

POSTS = "select id as source_post_id, posted as posted_at, 'vk' as channel, words as text from source"


def workbook(*rows: tuple[object, ...]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def patched(content: bytes, name: str, old: bytes, new: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files = {one: archive.read(one) for one in archive.namelist()}
    assert old in files[name]
    files[name] = files[name].replace(old, new, 1)
    return zipped(files)


GOOD = workbook(
    ("id", "posted", "words"),
    (1, datetime.fromisoformat("2026-03-02T10:00:00"), "Нет воды"),
    (None, None, None),
    (2, "03.03.2026 11:00", "Яма"),
    (3, "never", True),
)


def test_rows_dates_and_numbers_come_through_and_blank_rows_do_not(tmp_path: Path):
    outcome = deliver(tmp_path, "xlsx", {"x.xlsx": GOOD}, entity="post", select=POSTS)

    assert outcome.counts == (3, 2, 0, 1)
    assert outcome.rows("source_post_id, strftime(posted_at, '%d %H:%M'), text") == [
        ("1", "02 07:00", "Нет воды"),
        ("2", "03 08:00", "Яма"),
    ]
    assert outcome.quarantined() == [(3, "posted_at", "not a date and time")]


def test_a_first_row_that_names_no_columns_is_the_operators_to_correct(tmp_path: Path):
    with pytest.raises(ConfigurationError, match="must name every column once"):
        deliver(tmp_path, "xlsx", {"x.xlsx": workbook((None, "a"), (1, 2))}, entity="post", select=POSTS)


@pytest.mark.parametrize(
    "content",
    [
        b"no workbook",
        zipped({"a.txt": b"x"}),
        zipped({"xl/worksheets/sheet1.xml": b"<broken"}),
        GOOD[: len(GOOD) // 2],
        patched(GOOD, "xl/worksheets/sheet1.xml", b"<sheetData>", b"<sheetData"),
    ],
)
def test_a_damaged_workbook_is_one_quarantined_row(tmp_path: Path, content: bytes):
    outcome = deliver(tmp_path, "xlsx", {"x.xlsx": content}, entity="post", select=POSTS)

    assert outcome.counts == (1, 0, 0, 1)


def test_a_dimension_that_lies_costs_nothing(tmp_path: Path):
    content = patched(GOOD, "xl/worksheets/sheet1.xml", b'<dimension ref="A1:C5"', b'<dimension ref="A1:XFD1048576"')

    assert deliver(tmp_path, "xlsx", {"x.xlsx": content}, entity="post", select=POSTS).counts == (3, 2, 0, 1)


def test_entities_that_grow_are_refused(tmp_path: Path):
    pytest.importorskip("defusedxml")
    laughs = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
    doctype = f'<!DOCTYPE x [<!ENTITY l0 "ha">{laughs}]>'.encode()
    content = patched(GOOD, "xl/worksheets/sheet1.xml", b"<worksheet", doctype + b"<worksheet")
    outcome = deliver(tmp_path, "xlsx", {"x.xlsx": content}, entity="post", select=POSTS)

    assert outcome.counts == (1, 0, 0, 1)
    assert "EntitiesForbidden" in outcome.quarantined("reason")[0][0]
