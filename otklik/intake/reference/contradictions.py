"""What rows of reference tables must not say of one another: two values for one day, names that nothing has, circles.

A single row's own faults are found at the door (`reference_entities.py`). Here are those that only all rows together
show; each is told with the row to look at and what to do.
"""

import difflib
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise
from operator import itemgetter
from typing import Any

from otklik.intake.reference.rows import Problem, Row, built_in

Tables = Mapping[str, Sequence[Row]]
"""Rows that stand, by entity; every reference entity has its key."""

_MOST_LISTED = 12


def contradictions(tables: Tables) -> Iterator[Problem]:
    """Every contradiction of the tables, table by table, in the order of their rows."""
    yield from _topics(tables["topic"])
    yield from _rules_of_another_taxonomy(tables)
    yield from _terms(tables)
    yield from _routing(tables)
    yield from _authorities(tables["authority"])
    yield from _municipalities(tables["municipality"])
    yield from _calendar(tables["calendar_day"])


def _problem(row: Row, field: str, reason: str) -> Problem:
    return Problem(row.source, row.place, row.entity, field, row[field], reason)


def _topics(rows: Sequence[Row]) -> Iterator[Problem]:
    """A topic is named by its code, its name and those of the built-in topics that it stands for."""
    built_in_names = {topic["topic_code"]: topic["topic_ru"] for topic in built_in("topic")}
    named: dict[str, Row] = {}
    groups: dict[str, Row] = {}
    for row in rows:
        stood_for = row["built_in_codes"] or []
        for code in stood_for:
            if code not in built_in_names:
                reason = f"no built-in topic {code!r}; {_accepted(built_in_names, code)}"
                yield _problem(row, "built_in_codes", reason)
        for field, name in [
            ("topic_code", row["topic_code"]),
            ("topic_ru", row["topic_ru"]),
            *(("built_in_codes", name) for code in stood_for for name in (code, built_in_names.get(code, code))),
        ]:
            other = named.setdefault(name.lower(), row)
            if other is not row and other.values != row.values:
                yield _problem(row, field, f"{name!r} names the topic of {other.place} already; keep one")
        first = groups.setdefault(row["group_code"], row)
        if first["group_ru"] != row["group_ru"]:
            yield _problem(row, "group_ru", f"the same group is called {first['group_ru']!r} in {first.place}")


def _rules_of_another_taxonomy(tables: Tables) -> Iterator[Problem]:
    """Built-in rules that an own taxonomy would leave without their topics: they would be silent from then on."""
    own = tables["topic"]
    if not own or tables["routing_rule"]:
        return
    groups = {row["group_code"] for row in own}
    lost = sorted({rule["group_code"] for rule in built_in("routing_rule") if rule["group_code"]} - groups)
    if lost:
        yield Problem(
            own[0].source,
            own[0].place,
            "topic",
            None,
            None,
            f"the built-in routing rules name the groups {', '.join(lost)}, which this taxonomy does not have; give "
            "its groups these codes, or bring rows of routing_rule",
        )


def _terms(tables: Tables) -> Iterator[Problem]:
    rows = tables["sla_term"]
    yield from _stated_twice(rows, itemgetter("sla_term_code"), "sla_term_code")
    yield from _overlapping(rows, itemgetter("clock", "topic_code", "group_code", "authority_level"))
    for row in rows:
        yield from _unknown_topic(row, tables["topic"])


def _routing(tables: Tables) -> Iterator[Problem]:
    rows = tables["routing_rule"]
    yield from _stated_twice(rows, itemgetter("rule_code"), "rule_code")
    yield from _overlapping(
        rows,
        lambda row: (
            *(row[name] for name in ("topic_code", "group_code", "municipality_id")),
            *(row[name] or 0 for name in ("min_people", "min_sites", "min_severe_people")),
        ),
    )
    places = {one["municipality_id"] for one in built_in("municipality")}
    places |= {one["municipality_id"] for one in tables["municipality"]}
    levels = defaultdict(set)
    for one in tables["authority"]:
        levels[_key(one["name"])].add(one["level"])
    for row in rows:
        yield from _unknown_topic(row, tables["topic"])
        if row["municipality_id"] and row["municipality_id"] not in places:
            yield _problem(row, "municipality_id", f"no such municipality; {_accepted(places, row['municipality_id'])}")
        if row["authority"]:
            yield from _unknown_authority(row, "authority", tables["authority"])
            of_it = levels.get(_key(row["authority"]), set())
            if row["authority_level"] and of_it and row["authority_level"] not in of_it:
                listed = ", ".join(sorted(of_it))
                yield _problem(
                    row, "authority_level", f"the authority's own is {listed}; leave it empty, or correct it"
                )


def _authorities(rows: Sequence[Row]) -> Iterator[Problem]:
    yield from _overlapping(rows, lambda row: _key(row["name"]), lambda row: (row["level"], _key(row["parent"] or "")))
    for row in rows:
        if row["parent"]:
            yield from _unknown_authority(row, "parent", rows)
    told: set[frozenset[str]] = set()
    for day in sorted({_beginning(row) for row in rows}):
        standing = {_key(row["name"]): row for row in sorted(rows, key=_beginning) if _holds(row, day)}
        for name in standing:
            circle = _circle(standing, name)
            if circle and frozenset(circle) not in told:
                told.add(frozenset(circle))
                way = " → ".join(standing[one]["name"] for one in [*circle, name])
                yield _problem(standing[name], "parent", f"goes round in a circle: {way}; leave one of them empty")


def _circle(standing: Mapping[str, Row], name: str) -> list[str]:
    """The authorities passed on the way up from one back to itself; empty if the way ends or circles elsewhere."""
    way = [name]
    while (row := standing.get(way[-1])) is not None and row["parent"]:
        above = _key(row["parent"])
        if above in way:
            return way if above == name else []
        way.append(above)
    return []


def _municipalities(rows: Sequence[Row]) -> Iterator[Problem]:
    known = {one["municipality_id"] for one in built_in("municipality")}
    for field in ("name", "region"):
        known_field = known | {row["municipality_id"] for row in rows if row[field]}
        for row in rows:
            if row["municipality_id"] not in known_field:
                reason = "required where municipality_id is no built-in one, and empty"
                nearest = difflib.get_close_matches(row["municipality_id"], known, 3)
                hint = f"; near it are {', '.join(nearest)}" if nearest else ""
                yield _problem(row, field, reason + hint)
    for field in ("name", "kind", "centre", "region", "population", "lat", "lon", "outline"):
        saying = [row for row in rows if row[field] is not None]
        yield from _overlapping(saying, itemgetter("municipality_id"), itemgetter(field))


def _calendar(rows: Sequence[Row]) -> Iterator[Problem]:
    yield from _overlapping(rows, itemgetter("day"), itemgetter("is_working"))
    listed = {date.fromisoformat(one["day"]) for one in built_in("calendar_day")} | {row["day"] for row in rows}
    for row in sorted(rows, key=lambda row: row["day"]):
        for beside in (row["day"] - timedelta(days=1), row["day"] + timedelta(days=1)):
            if beside not in listed and min(listed) < beside < max(listed):
                reason = f"{beside} is in no row and not in the built-in calendar; give every day in between"
                yield _problem(row, "day", reason)


def _stated_twice(rows: Sequence[Row], value: Callable[[Row], Any], field: str) -> Iterator[Problem]:
    first: dict[Any, Row] = {}
    for row in rows:
        other = first.setdefault(value(row), row)
        if other is not row and other.values != row.values:
            yield _problem(row, field, f"stands in {other.place} too, with other values; keep one")


def _overlapping(
    rows: Sequence[Row], scope: Callable[[Row], Any], says: Callable[[Row], Any] | None = None
) -> Iterator[Problem]:
    """Two rows of one scope that hold on one day.

    An empty end waits for the next beginning; a stated one must not reach beyond it. Rows of which `says` gives the
    same do not contradict each other; without it any two do.
    """
    scopes: dict[Any, list[Row]] = defaultdict(list)
    for row in rows:
        scopes[scope(row)].append(row)
    for of_scope in scopes.values():
        for earlier, later in pairwise(sorted(of_scope, key=_beginning)):
            if earlier.values == later.values or (says is not None and says(earlier) == says(later)):
                continue
            field = "valid_from" if "valid_from" in later.values else "day"
            if _beginning(earlier) == _beginning(later):
                yield _problem(later, field, f"{earlier.place} holds from the same day for the same scope; keep one")
            elif earlier["valid_to"] and earlier["valid_to"] > later["valid_from"]:
                reason = f"{earlier.place} holds for the same scope until {earlier['valid_to']}; end it on this day"
                yield _problem(later, field, reason)


def _beginning(row: Row) -> date:
    return row.values.get("valid_from") or date.min


def _holds(row: Row, day: date) -> bool:
    return _beginning(row) <= day and (row["valid_to"] is None or day < row["valid_to"])


def _unknown_topic(row: Row, own: Sequence[Row]) -> Iterator[Problem]:
    taxonomy: Sequence[Any] = own or built_in("topic")
    for field, kind in (("topic_code", "topic"), ("group_code", "group")):
        known = {topic[field]: topic[field.replace("_code", "_ru")] for topic in taxonomy}
        found = row[field]
        if found and found not in known:
            named = next((code for code, name in sorted(known.items()) if name == found), None)
            hint = f"its code is {named!r}" if named else _accepted(known, found)
            of = "your rows of topic" if own else "the built-in taxonomy"
            yield _problem(row, field, f"no such {kind} in {of}; {hint}")


def _unknown_authority(row: Row, field: str, authorities: Sequence[Row]) -> Iterator[Problem]:
    names = {_key(one["name"]): one["name"] for one in authorities}
    if _key(row[field]) not in names:
        accepted = _accepted(names.values(), row[field]) if names else "no rows of authority are there"
        yield _problem(row, field, f"no such authority; list it as authority, or correct the name: {accepted}")


def _accepted(values: Collection[str], found: str) -> str:
    """What could have been meant: all of a few, the nearest of many."""
    if len(values) <= _MOST_LISTED:
        return f"accepted are {', '.join(sorted(values))}"
    nearest = difflib.get_close_matches(found, sorted(values), 3, 0)
    return f"of {len(values)} the nearest are {', '.join(nearest)}"


def _key(name: str) -> str:
    """An authority's name as the macro `authority_key` compares it: case and spacing do not matter."""
    return re.sub(r"[ \t\n\v\f\r]+", " ", name.lower()).strip()
