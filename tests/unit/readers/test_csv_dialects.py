"""CSV as programs really write it: line ends, encodings, escapes, titles, dates with two digits of the year."""

from pathlib import Path

import pytest

from tests.unit.readers.reader_delivery import deliver

SELECT = "select id as source_post_id, posted as posted_at, 'vk' as channel, words as text from source"
PLAIN = "id,posted,words\n1,01.09.2026,Яма\n2,02.09.2026,Свет\n"


def texts(tmp_path: Path, content: str | bytes, options: str = "{}", select: str = SELECT) -> list[tuple[str, str]]:
    content = content if isinstance(content, bytes) else content.encode()
    outcome = deliver(tmp_path, "csv", {"x.csv": content}, entity="post", select=select, options=options)
    assert outcome.quarantined() == []
    return outcome.rows("source_post_id, text")


@pytest.mark.parametrize(
    "content",
    [
        'id,posted,words\n1,01.09.2026,"Яма, двор"\n2,02.09.2026,Свет\r\n3,03.09.2026,"Два\nряда"\n',
        'id,posted,words\r\n1,01.09.2026,"Яма, двор"\n2,02.09.2026,Свет\n3,03.09.2026,"Два\r\nряда"\r\n',
        'id,posted,words\r1,01.09.2026,"Яма, двор"\n2,02.09.2026,Свет\r\n3,03.09.2026,"Два\rряда"',
    ],
)
def test_lines_that_end_in_several_ways_are_rows_all_the_same(tmp_path: Path, content: str):
    assert texts(tmp_path, content) == [("1", "Яма, двор"), ("2", "Свет"), ("3", "Два\nряда")]


@pytest.mark.parametrize("encoding", ["cp866", "iso-8859-5", "mac_cyrillic", "utf-16-le", "utf-32", "gb18030"])
def test_any_encoding_of_python_can_be_named(tmp_path: Path, encoding: str):
    assert texts(tmp_path, PLAIN.encode(encoding), f"{{encoding: {encoding}}}") == [("1", "Яма"), ("2", "Свет")]


def test_the_delimiter_line_of_a_spreadsheet_is_no_header(tmp_path: Path):
    content = "sep=;\r\n" + PLAIN.replace(",", ";").replace("\n", "\r\n")
    assert texts(tmp_path, content, '{delimiter: ";"}') == [("1", "Яма"), ("2", "Свет")]


def test_titles_above_the_header_are_passed_over(tmp_path: Path):
    assert texts(tmp_path, '"Отчёт\nза месяц",,\n\n' + PLAIN, "{header_row: 3}") == [("1", "Яма"), ("2", "Свет")]


def test_quotes_may_be_escaped_and_nothing_may_have_a_mark(tmp_path: Path):
    content = 'id,posted,words\n1,01.09.2026,"Кафе \\"Ромашка\\" шумит"\n2,02.09.2026,\\N\n'
    options = r"""{escape: '\\', "null": '\\N'}""".replace("\\\\", "\\")
    assert texts(tmp_path, content, options) == [("1", 'Кафе "Ромашка" шумит'), ("2", None)]


def test_two_digits_of_a_year_are_of_this_century(tmp_path: Path):
    content = 'id,posted,words\n1,01.09.26 10:30,Яма\n2,2.9.26,Свет\n3,"03.09.2026, 11:00",Вода\n'
    outcome = deliver(tmp_path, "csv", {"x.csv": content.encode()}, entity="post", select=SELECT)
    times = outcome.rows("source_post_id, (posted_at at time zone 'Europe/Moscow')::varchar")
    assert times == [("1", "2026-09-01 10:30:00"), ("2", "2026-09-02 00:00:00"), ("3", "2026-09-03 11:00:00")]


def test_a_header_row_that_is_not_there_is_told(tmp_path: Path):
    options = "{header_row: 9}"
    outcome = deliver(tmp_path, "csv", {"x.csv": PLAIN.encode()}, entity="post", select=SELECT, options=options)
    assert outcome.quarantined("reason") == [("no row 9 to name the columns; correct `header_row` in `options`",)]


def test_markup_is_taken_off_by_a_function_of_the_mapping(tmp_path: Path):
    content = "id,posted,words\n2,01.09.2026,\n"
    content += '1,01.09.2026,"<p>Темно &amp; <b>страшно</b><br>5 < 6 &laquo;да&raquo; &#55296;</p>"\n'
    select = SELECT.replace("words as text", "plain_text(words) as text")
    assert texts(tmp_path, content, select=select) == [("1", "Темно & страшно\n5 < 6 «да» \ufffd"), ("2", None)]
