"""Truth files against the exports they speak about."""

import csv
import gzip
import json
import random
import re
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from lab.demo import DemoSummary
from lab.demo import identifiers as ids
from lab.demo.phrasebook import load_topics
from lab.demo.plan import PostPlan
from lab.demo.region import load_region
from lab.demo.texts import Written
from lab.demo.truth import PostTruth

COLUMNS = {
    "bursts": ["topic", "place", "from", "to"],
    "defects": ["file", "row", "reason"],
    "duplicates": ["id", "text", "cluster"],
    "groups": ["subject", "group"],
    "incidents": ["source", "source_post_id", "incident_id", "is_told", "is_labelled"],
    "intents": ["text", "intent"],
    "leaders": ["subject", "truth"],
    "leaks": ["text", "kinds"],
    "messages": ["sent_at", "sender", "recipients"],
    "places": ["text", "places"],
    "topics": ["text", "authority", "group", "topic"],
}


def _rows(out: Path, name: str) -> list[dict[str, str]]:
    with (out / "truth" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _lines(path: Path) -> list[str]:
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return data.decode().splitlines()


def _posts(out: Path) -> dict[str, dict]:
    """Good posts by id: text, instant (local or unix) and author, read without the mapping SQL."""
    bad = {(row["file"], int(row["row"])) for row in _rows(out, "defects")}
    found: dict[str, dict] = {}
    for number, line in enumerate(_lines(out / "portal" / "cases.jsonl.gz"), start=1):
        if ("portal/cases.jsonl.gz", number) not in bad:
            case = json.loads(line)
            at = datetime.fromisoformat(case["created"])
            found[str(case["id"])] = {"text": case["description"], "at": at, "place": case["address"]["municipality"]}
    for path in sorted((out / "social").glob("wall_*.jsonl")):
        for number, line in enumerate(_lines(path), start=1):
            if (f"social/{path.name}", number) in bad:
                continue
            item = json.loads(line)
            key = f"wall{item['owner_id']}_{item['id']}"
            found[key] = {"text": item["text"]}
            found |= {
                f"{key}_r{it['id']}": {"text": it["text"]} for it in item["comments"]["list"] if it["from_id"] > 0
            }
    with (out / "social" / "monitoring.csv").open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file, delimiter=";"), start=1):
            if ("social/monitoring.csv", number) not in bad:
                found[row["№"]] = {"text": row["Текст"]}
    return found


def test_columns_are_those_that_evaluate_reads(demo: DemoSummary) -> None:
    found = {
        path.stem: path.read_text(encoding="utf-8").splitlines()[0].split(",")
        for path in (demo.out / "truth").iterdir()
    }
    assert found == COLUMNS


def test_incidents_speak_about_posts_that_exist(demo: DemoSummary) -> None:
    posts, rows = _posts(demo.out), _rows(demo.out, "incidents")
    assert len(posts) == 6000
    assert len({row["source_post_id"] for row in rows}) == len(rows)
    assert {row["source_post_id"] for row in rows} <= posts.keys()
    assert len({row["incident_id"] for row in rows}) == demo.incidents
    assert 0.6 < len(rows) / len(posts) < 0.75


def test_portal_posts_of_an_incident_are_near_in_time_and_place(demo: DemoSummary) -> None:
    posts, members = _posts(demo.out), defaultdict(list)
    for row in _rows(demo.out, "incidents"):
        if row["source"] == "portal":
            members[row["incident_id"]].append(posts[row["source_post_id"]])
    spans = [max(p["at"] for p in group) - min(p["at"] for p in group) for group in members.values()]
    assert max(spans) < timedelta(days=11)
    assert all(len({post["place"] for post in group}) == 1 for group in members.values())


def test_duplicates_share_most_words_and_singles_do_not_repeat(demo: DemoSummary) -> None:
    posts, clusters = _posts(demo.out), defaultdict(list)
    for row in _rows(demo.out, "duplicates"):
        assert posts[row["id"]]["text"] == row["text"]
        clusters[row["cluster"]].append(row["text"])
    copies = [texts for name, texts in clusters.items() if name.startswith("copies")]
    assert len(copies) == 24
    for texts in copies:
        shortest = set(min(texts, key=len).lower().rstrip(".!").split())
        assert all(len(shortest & set(text.lower().split())) >= len(shortest) - 2 for text in texts)
    owner: dict[str, str] = {}
    for name, texts in clusters.items():
        assert all(owner.setdefault(text, name) == name for text in texts)


def test_what_is_said_of_one_place_by_chance_is_no_truth_about_duplicates(tmp_path: Path) -> None:
    said = {
        "a": ("Не горят фонари на ул. Лесной, 5.", "фонари @ Лесная 5"),
        "b": ("Добрый день! На Лесной 5 не горят фонари!", "фонари @ Лесная 5"),
        "c": ("Не горят фонари на ул. Лесной, 7.", "фонари @ Лесная 7"),
    }
    none, each = np.full(3, -1), np.arange(3)
    plan = PostPlan(
        instant=each, intent=np.zeros(3, int), topic=np.zeros(3, int), municipality=np.zeros(3, int), street=each,
        house=each, building=none, entrance=none, floor=none, incident=each, lister=none, cluster=none,
        source=np.zeros(3, int), author=each, root=none, answered=none,
    )  # fmt: skip
    with PostTruth(tmp_path, plan, load_region(), load_topics()) as truth:
        for index, (post, (text, gist)) in enumerate(said.items()):
            written = Written(text, (), names_site=True, states_topic=True, gist=gist)
            truth.record("portal", post, index, written, is_located=True)
    assert [row["id"] for row in _rows(tmp_path, "duplicates")] == ["a", "c"]


def test_a_post_is_told_if_its_thread_says_where(tmp_path: Path) -> None:
    # 0 is silent and its answer 1 names the house; 2 and its answer 3 are silent; 4 is silent and has a point.
    root = np.array([-1, 0, -1, 2, -1])
    none, each = np.full(5, -1), np.arange(5)
    plan = PostPlan(
        instant=each, intent=np.zeros(5, int), topic=np.zeros(5, int), municipality=np.zeros(5, int), street=each,
        house=each, building=none, entrance=none, floor=none, incident=np.zeros(5, int), lister=none, cluster=none,
        source=np.zeros(5, int), author=each, root=root, answered=root,
    )  # fmt: skip
    with PostTruth(tmp_path, plan, load_region(), load_topics()) as truth:
        for index in range(5):
            written = Written("Не горят фонари.", (), names_site=index == 1, states_topic=True, gist="фонари")
            truth.record("wall", str(index), index, written, is_located=index == 4)
    assert [row["is_told"] for row in _rows(tmp_path, "incidents")] == ["true", "true", "false", "false", "true"]


def test_most_posts_of_incidents_are_told(demo: DemoSummary) -> None:
    told = Counter(row["is_told"] for row in _rows(demo.out, "incidents"))
    assert 0.85 < told["true"] / told.total() < 0.95


def test_some_write_again_of_a_matter(demo: DemoSummary) -> None:
    incident = {row["source_post_id"]: row["incident_id"] for row in _rows(demo.out, "incidents")}
    cases = [json.loads(line) for line in _lines(demo.out / "portal" / "cases.jsonl.gz") if line.endswith("}")]
    wrote = Counter((incident[str(case["id"])], case["reporter"]) for case in cases if str(case["id"]) in incident)
    assert 0.02 < sum(count > 1 for count in wrote.values()) / len(wrote) < 0.15


def test_places_are_exact_substrings(demo: DemoSummary) -> None:
    rows = _rows(demo.out, "places")
    assert all(place in row["text"] for row in rows for place in json.loads(row["places"]))
    assert 0.5 < sum(row["places"] != "[]" for row in rows) / len(rows) < 0.9


def test_topics_and_authorities_are_known(demo: DemoSummary) -> None:
    topics = {topic.code: topic.group_code for topic in load_topics()}
    region = load_region()
    known = {*region.authorities.values(), *(here.administration for here in region.municipalities)}
    for row in _rows(demo.out, "topics"):
        assert topics[row["topic"]] == row["group"]
        assert row["authority"] in known


def test_six_main_groups_are_spoken_about_and_every_intent_occurs(demo: DemoSummary) -> None:
    groups = {row["group"] for row in _rows(demo.out, "topics")}
    assert {"improvement", "housing", "roads", "transport", "health", "ecology"} <= groups
    intents = Counter(row["intent"] for row in _rows(demo.out, "intents"))
    assert set(intents) == {"complaint", "question", "review", "thanks", "negative", "other"}
    assert min(intents.values()) > 60


def test_a_burst_is_far_above_its_usual_level(demo: DemoSummary) -> None:
    """Counted on the portal alone, whose rows state topic and municipality."""
    names = {topic.code: topic.name for topic in load_topics()}
    cases = []
    bad = {int(row["row"]) for row in _rows(demo.out, "defects") if row["file"].startswith("portal")}
    for number, line in enumerate(_lines(demo.out / "portal" / "cases.jsonl.gz"), start=1):
        if number not in bad:
            case = json.loads(line)
            cases.append((case["rubric"]["theme"], case["address"]["municipality"], case["created"][:10]))
    bursts = _rows(demo.out, "bursts")
    assert len(bursts) == demo.bursts == 4
    for burst in bursts:
        here = [day for theme, place, day in cases if (theme, place) == (names[burst["topic"]], burst["place"])]
        inside = [day for day in here if burst["from"] <= day <= burst["to"]]
        length = (datetime.fromisoformat(burst["to"]) - datetime.fromisoformat(burst["from"])).days + 1
        usual = (len(here) - len(inside)) / (120 - length)
        assert len(inside) / length > 5 * usual


def test_leaders_are_turned_to_by_more_people_than_others(demo: DemoSummary) -> None:
    senders: dict[str, set[str]] = defaultdict(set)
    for row in _rows(demo.out, "messages"):
        recipients = row["recipients"].split(";")
        for name in recipients if len(recipients) <= 4 else ():
            senders[name].add(row["sender"])
    truth = {row["subject"]: int(row["truth"]) for row in _rows(demo.out, "leaders")}
    mean = {
        kind: sum(len(senders[name]) for name, value in truth.items() if value == kind)
        / list(truth.values()).count(kind)
        for kind in (0, 1)
    }
    assert mean[1] > 1.5 * mean[0]
    assert len(_rows(demo.out, "messages")) == 2000


def test_people_of_a_group_write_to_each_other(demo: DemoSummary) -> None:
    group = {row["subject"]: row["group"] for row in _rows(demo.out, "groups")}
    inside = [
        group[row["sender"]] == group[row["recipients"]]
        for row in _rows(demo.out, "messages")
        if ";" not in row["recipients"]
    ]
    assert 0.6 < sum(inside) / len(inside) < 0.9


def test_leaks_are_labelled_and_every_kind_occurs_in_a_bigger_sample(demo: DemoSummary) -> None:
    rows = _rows(demo.out, "leaks")
    dirty = [row for row in rows if row["kinds"] != "[]"]
    assert 10 < len(dirty) < 100
    assert len(rows) >= 3 * len(dirty)
    for row in dirty:
        for kind in json.loads(row["kinds"]):
            assert _SHAPES[kind].search(row["text"]), kind
    for row in rows:
        if row["kinds"] == "[]":
            assert not any(
                _SHAPES[kind].search(row["text"]) for kind in ("snils", "email", "phone", "credential", "bank_card")
            )


_SHAPES = {
    "passport_ru": re.compile(r"51 \d\d (№ |номер )?\d{6}"),
    "inn_person": re.compile(r"ИНН заявителя \d{12}"),
    "inn_org": re.compile(r"ИНН подрядчика \d{10}"),
    "snils": re.compile(r"\d{3}-\d{3}-\d{3} \d\d"),
    "ogrn": re.compile(r"ОГРН \d{13}\b"),
    "ogrnip": re.compile(r"ОГРНИП \d{15}\b"),
    "bank_card": re.compile(r"(\d{4} ){3}\d{4}"),
    "bank_account": re.compile(r"счёт \d{20}, БИК \d{9}"),
    "oms_policy": re.compile(r"ОМС \d{16}"),
    "phone": re.compile(r"(\+7|8)[ -]?\(?999\)?[ -]?000"),
    "email": re.compile(r"\S+@pochta\.example"),
    "vehicle_plate": re.compile(r"[А-Я]\d{3}[А-Я]{2} 20"),
    "credential": re.compile(r"пароль: \S+"),
}


def test_defects_point_at_bad_rows_and_are_few(demo: DemoSummary) -> None:
    defects = _rows(demo.out, "defects")
    assert {row["reason"] for row in defects} == {
        "broken JSON", "date in the future", "exact duplicate of the row before", "unknown date",
    }  # fmt: skip
    assert len(defects) == demo.defects < 0.01 * 8000
    for row in defects:
        path = demo.out / row["file"]
        lines, number = _lines(path), int(row["row"]) - (path.suffix != ".csv")
        match row["reason"]:
            case "broken JSON":
                assert not lines[number].endswith("}")
            case "unknown date":
                assert "вчера" in lines[number] or lines[number].startswith("0000-")
            case "exact duplicate of the row before":
                assert lines[number] == lines[number - 1]
            case _:
                assert "2027" in lines[number] or '"date":182' in lines[number]


def test_no_domain_but_example_and_no_numbers_outside_of_mail(demo: DemoSummary) -> None:
    for path in sorted(demo.out.rglob("*")):
        if not path.is_file():
            continue
        text = "\n".join(_lines(path))
        for domain in re.findall(r"(?:@|https?://)([\w.-]+)", text):
            assert domain.rstrip(".").endswith(".example"), (path.name, domain)
        if path.parent.name != "mail" and path.name != "leaks.csv":
            assert not _SHAPES["snils"].search(text)
            assert not _SHAPES["phone"].search(text)
            assert not re.search(r"\b(?:ИНН|ОГРН|СНИЛС|пароль)\b", text)


def test_identifier_shapes_come_from_the_generators() -> None:
    """The unissued ranges that keep planted numbers from meeting anybody."""
    rng = random.Random(1)
    assert ids.inn_org(rng).startswith("96")
    assert ids.inn_person(rng).startswith("96")
    assert ids.snils(rng).startswith("9")
    assert ids.ogrn(rng)[3:5] == "96"
    assert ids.vehicle_plate(rng).endswith(" 20")
