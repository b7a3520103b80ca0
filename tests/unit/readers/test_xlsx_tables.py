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


def book_of(sheets: dict[str, list[tuple[object, ...]]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


HEADER = ("id", "posted", "words")
MONTHS = {
    "Август": [HEADER, (1, "01.08.2026", "Яма"), (2, "02.08.2026", "Свет")],
    "Сентябрь": [("words", "id", "posted"), ("Вода", 3, "01.09.2026")],
    "Справка": [("Всего", "Из них"), (3, 1), (4, 2)],
}


def test_sheets_with_the_columns_of_the_first_are_read_and_others_are_told(tmp_path: Path):
    outcome = deliver(tmp_path, "xlsx", {"x.xlsx": book_of(MONTHS)}, entity="post", select=POSTS)

    assert outcome.counts == (4, 3, 0, 1)
    assert outcome.rows("source_post_id, text") == [("1", "Яма"), ("2", "Свет"), ("3", "Вода")]
    ((reason,),) = outcome.quarantined("reason")
    assert reason.startswith("left out: sheet 'Справка' (2 rows) has other columns than the first")


def test_a_sheet_that_is_named_is_read_alone(tmp_path: Path):
    options = "{sheet: Сентябрь}"
    outcome = deliver(tmp_path, "xlsx", {"x.xlsx": book_of(MONTHS)}, entity="post", select=POSTS, options=options)

    assert outcome.counts == (1, 1, 0, 0)


def test_a_sheet_that_is_not_there_is_told_with_those_that_are(tmp_path: Path):
    with pytest.raises(ConfigurationError, match=r"no sheet 'Октябрь'.*there are 'Август', 'Сентябрь', 'Справка'"):
        deliver(tmp_path, "xlsx", {"x.xlsx": book_of(MONTHS)}, entity="post", select=POSTS, options="{sheet: Октябрь}")


def test_titles_above_the_header_are_passed_over_and_columns_without_a_name_are_numbered(tmp_path: Path):
    rows = [("Обращения за сентябрь",), (), HEADER, (1, "01.09.2026", "Яма", "ещё"), (2, "02.09.2026", "Свет")]
    select = POSTS.replace("words as text", "words || ' ' || coalesce(column_4, '') as text")
    content = book_of({"Лист1": rows})
    outcome = deliver(tmp_path, "xlsx", {"x.xlsx": content}, entity="post", select=select, options="{header_row: 3}")

    assert outcome.rows("source_post_id, text, origin_row") == [("1", "Яма ещё", 1), ("2", "Свет ", 2)]


def test_a_header_in_two_rows_with_merged_cells_gives_names_of_both(tmp_path: Path):
    rows = [("id", "Заявка", None), (None, "дата", "текст"), (1, "01.09.2026", "Яма")]
    select = (
        'select id as source_post_id, "Заявка дата" as posted_at, \'vk\' as channel, "Заявка текст" as text from source'
    )
    content = book_of({"Лист1": rows})
    outcome = deliver(
        tmp_path, "xlsx", {"x.xlsx": content}, entity="post", select=select, options="{header_row: [1, 2]}"
    )

    assert outcome.rows("source_post_id, text") == [("1", "Яма")]


def test_dates_count_from_1904_where_the_workbook_says_so(tmp_path: Path):
    old = b"<workbookPr"
    rows = [HEADER, (1, datetime.fromisoformat("2020-03-02T10:00:00"), "Нет воды")]
    content = patched(book_of({"Лист1": rows}), "xl/workbook.xml", old, b'<workbookPr date1904="1"')
    outcome = deliver(tmp_path, "xlsx", {"x.xlsx": content}, entity="post", select=POSTS)

    # the same number of days, counted from four years and a day later
    assert outcome.rows("source_post_id, posted_at::date::varchar") == [("1", "2024-03-03")]


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
