"""What the region's people answered about pairs of posts, and the sites that made it hard."""

import csv
import gzip
import json
import re
from collections import Counter, defaultdict
from pathlib import Path

from lab.demo import DemoSummary


def _rows(path: Path, delimiter: str = ",") -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def _answers(demo: DemoSummary) -> list[dict[str, str]]:
    return _rows(demo.out / "labels" / "incident_pairs.csv", ";")


def _planted(demo: DemoSummary) -> dict[tuple[str, str], dict[str, str]]:
    rows = _rows(demo.out / "truth" / "incidents.csv")
    return {(row["source"], row["source_post_id"]): row for row in rows}


def _cases(demo: DemoSummary) -> list[dict]:
    lines = gzip.decompress((demo.out / "portal" / "cases.jsonl.gz").read_bytes()).decode().splitlines()
    return [json.loads(line) for line in lines if line.endswith("}")]


def test_answers_are_as_many_as_an_hour_of_reading_gives_and_each_pair_is_read_once(demo: DemoSummary) -> None:
    answers = Counter(row["Ответ"] for row in _answers(demo))
    assert 280 <= answers.total() <= 320
    assert answers.keys() == {"одно", "разное", "не понять"}
    assert answers["одно"] >= 60
    assert answers["разное"] >= 60
    pairs = {(row["Обращение"], row["Второе обращение"]) for row in _answers(demo)}
    assert len(pairs) == answers.total()


def test_answers_agree_with_what_was_planted_and_are_of_incidents_that_score_nothing(demo: DemoSummary) -> None:
    planted = _planted(demo)
    for row in _answers(demo):
        ends = [planted.get(key) for key in _ends(row)]
        assert all(end is None or end["is_labelled"] == "true" for end in ends)
        is_same = None not in ends and ends[0]["incident_id"] == ends[1]["incident_id"]
        assert is_same if row["Ответ"] == "одно" else not is_same or row["Ответ"] == "не понять"


def _ends(row: dict[str, str]) -> list[tuple[str, str]]:
    return [(row["Источник"], row["Обращение"]), (row["Источник второго"], row["Второе обращение"])]


def test_one_incident_in_three_is_labelled_with_all_of_its_posts(demo: DemoSummary) -> None:
    of_incident = defaultdict(set)
    for row in _planted(demo).values():
        of_incident[row["incident_id"]].add(row["is_labelled"])
    assert all(len(values) == 1 for values in of_incident.values())
    labelled = Counter(value for values in of_incident.values() for value in values)
    assert 0.31 < labelled["true"] / labelled.total() < 0.35


def test_somebody_lists_many_matters_of_one_house_and_they_are_told_apart_by_entrance_and_floor(
    demo: DemoSummary,
) -> None:
    planted = _planted(demo)
    lists = defaultdict(list)
    for case in _cases(demo):
        lists[case["reporter"], case["address"]["text"]].append(case)
    long = [cases for cases in lists.values() if len(cases) >= 10]
    assert len(long) >= 5
    for cases in long:
        assert len({planted["portal", str(case["id"])]["incident_id"] for case in cases}) == len(cases)
    words = [case["description"].lower() for cases in long for case in cases]
    inside = [text for text in words if re.search(r"\d(-м)? подъезд|подъезд №\d", text)]
    assert 0.75 < len(inside) / len(words) < 0.95


def test_several_buildings_share_the_number_of_a_house_each_at_its_own_point(demo: DemoSummary) -> None:
    points = defaultdict(set)
    for case in _cases(demo):
        address = case["address"]
        if "корп." in address["text"] and address["lat"]:
            points[address["text"]].add((address["lat"], address["lon"]))
    addresses = {text.split(", корп.")[0] for text in points}
    assert len(points) > len(addresses) > 20
    house = next(iter(sorted(addresses)))
    assert re.fullmatch(r".+, ул\. .+, д\. \d+", house)


def test_some_points_contradict_the_address(demo: DemoSummary) -> None:
    points = defaultdict(Counter)
    for case in _cases(demo):
        if case["address"]["lat"]:
            points[case["address"]["text"]][case["address"]["lat"], case["address"]["lon"]] += 1
    astray = sum(len(found) > 1 for found in points.values())
    assert 0 < astray < 0.1 * len(points)


def test_some_cases_say_no_more_than_a_few_words(demo: DemoSummary) -> None:
    brief = sum(len(case["description"]) < 40 for case in _cases(demo))
    assert 0.08 < brief / len(_cases(demo)) < 0.25
