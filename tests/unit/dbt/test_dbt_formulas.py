"""Formulas of the macros against literal values, rendered without dbt and run by DuckDB."""

from pathlib import Path

import duckdb
import jinja2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidents.shares import wilson_interval

MACROS = Path(__file__).parents[3] / "dbt_project" / "macros"


def macros(name: str, **context) -> object:
    environment = jinja2.Environment(autoescape=False)
    return environment.from_string((MACROS / name).read_text(encoding="utf-8"), globals=context).module


def value(expression: str) -> float | None:
    with duckdb.connect() as connection:
        return connection.sql(f"select {expression}").fetchone()[0]


def wilson(successes: int, n: int, bound: str) -> float | None:
    return value(macros("statistics.sql").wilson_interval(f"{successes}", f"{n}", bound))


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [
        (8, 10, 0.490162, 0.943318),
        (0, 10, 0.0, 0.277533),
        (10, 10, 0.722467, 1.0),
        (1, 1, 0.206549, 1.0),
        (700, 1000, 0.670876, 0.727593),
    ],
)
def test_wilson_interval_has_its_published_values(successes, n, low, high):
    assert wilson(successes, n, "low") == pytest.approx(low, abs=1e-6)
    assert wilson(successes, n, "high") == pytest.approx(high, abs=1e-6)


def test_wilson_interval_of_nothing_is_null():
    assert wilson(0, 0, "low") is None
    assert wilson(0, 0, "high") is None


# Every example opens a DuckDB of its own: how long that takes says nothing about the formula.
@settings(deadline=None, max_examples=50)
@given(st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_interval_is_that_of_python_and_stays_between_0_and_1(pair):
    successes, n = pair
    low, high = wilson(successes, n, "low"), wilson(successes, n, "high")
    assert (low, high) == pytest.approx(wilson_interval(successes, n), abs=1e-12)
    assert 0 <= low <= successes / n + 1e-12
    assert successes / n - 1e-12 <= high <= 1


@pytest.mark.parametrize(
    ("n_recipients", "age_hours", "half_life_days", "weight"),
    [("1", "0", "90.0", 1.0), ("2", "2160", "90.0", 0.25), ("4", "4320", "90.0", 0.0625)],
)
def test_message_weight_halves_with_age_and_shares_among_recipients(n_recipients, age_hours, half_life_days, weight):
    assert value(macros("statistics.sql").message_weight(n_recipients, age_hours, half_life_days)) == weight


@pytest.mark.parametrize(
    ("n_people", "top", "total", "reason"),
    [
        ("5", "2", "10", None),
        ("4", "1", "10", "too_few_people"),
        ("null", "null", "10", "too_few_people"),
        ("5", "5", "10", None),
        ("5", "6", "10", "dominant_person"),
    ],
)
def test_cell_is_hidden_below_k_people_and_above_half_by_one_person(n_people, top, total, reason):
    assert value(macros("suppression.sql").suppression_reason(n_people, top, total, "5")) == reason


def replaced(text: str, pattern: str, replacement: str) -> str:
    return f"regexp_replace({text}, '{pattern}', '{replacement}', 'g')"


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("муниципальный округ Смольнинское", "смольнинское"),
        ("Смольнинское", "смольнинское"),
        ("г. Пушкин", "пушкин"),
        ("город Пушкин", "пушкин"),
        ("муниципальный округ округ Петровский", "петровский"),
        ("Лиговка - Ямская", "лиговкаямская"),
        ("муниципальный округ №7", "№7"),
        ("№ 7", "№7"),
        ("Звёздный", "звездный"),
        ("г.о. Сызрань", "сызрань"),
        ("м.р-н Волжский", "волжский"),
        ("хутор Весёлый", "веселый"),
        ("Городец", "городец"),
        ("Сельцо", "сельцо"),
        ("округ", None),
    ],
)
def test_name_of_a_place_is_freed_of_its_kind_and_of_nothing_else(name, key):
    assert value(macros("place_names.sql", regexp_replace_all=replaced).place_name_key(f"'{name}'")) == key


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Самарская область", "самарская"),
        ("Самарская обл.", "самарская"),
        ("г. Санкт-Петербург", "санктпетербург"),
        ("Республика Алтай", "алтай"),
        ("Алтайский край", "алтайский"),
    ],
)
def test_name_of_a_region_is_freed_of_its_kind(name, key):
    assert value(macros("place_names.sql", regexp_replace_all=replaced).region_key(f"'{name}'")) == key
