"""Answers of APIs are taken apart by dotted paths, and say what is wrong with them without repeating them."""

import pytest

from otklik.intake.readers.http_json import NotAPageError, items_at, line_of, parse_json, value_at


@pytest.mark.parametrize(
    ("path", "found"),
    [("", {"a": {"b": [{"c": 1}]}}), ("a.b.0.c", 1), ("a.b.1.c", None), ("a.x", None), ("a.b.c", None)],
)
def test_a_dotted_path_finds_a_value_or_nothing(path, found):
    assert value_at({"a": {"b": [{"c": 1}]}}, path) == found


def test_items_stand_where_the_path_says_or_the_keys_are_named():
    assert items_at({"data": {"list": [1, 2]}}, "data.list") == [1, 2]
    with pytest.raises(NotAPageError, match="no list at items: 'data'; the answer has next, rows"):
        items_at({"rows": ["secret words"], "next": 1}, "data")


def test_lines_are_equal_when_items_are():
    assert line_of({"b": 1, "a": "Яма"}) == line_of({"a": "Яма", "b": 1}) == '{"a":"Яма","b":1}'
    assert line_of({"a": "\ud83d"}) == '{"a":"\\ud83d"}'


@pytest.mark.parametrize("body", [b"[" * 600 + b"]" * 600, b"[" * 100_000])
def test_what_is_nested_too_deep_is_refused(body):
    with pytest.raises(NotAPageError, match="nested more than 500 deep"):
        parse_json(body)


def test_what_is_cut_off_is_no_json():
    with pytest.raises(ValueError):
        parse_json(b'[{"id": 1')
