"""Exports of social networks: walls as the network's API gives them, and a monitoring service's CSV.

Comments hang inside their wall item; the CSV holds posts and answers in one list. The portal is `portal.py`.
"""

import random
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np

from lab.demo import replies
from lab.demo.output import Defects, RowFile, Schedule
from lab.demo.people import WALLS, page_of, wall_of
from lab.demo.phrasebook import Topic
from lab.demo.plan import COMPLAINT, FEED, QUESTION, WALL, PostPlan
from lab.demo.region import Region
from lab.demo.rhythm import DAY, Calendar, local
from lab.demo.truth import PostTruth
from lab.demo.writer import PostWriter

# Far above every account that exists.
_USER_BASE = 700_000_000_000
_COMMUNITY_BASE = 800_000_000_000
_AUTHORITY_BASE = 900_000_000_000
_OFFICIAL_COMMENT_BASE = 10_000_000
_BAD_POST_BASE = 20_000_000
_GEOTAGGED_SHARE, _ELSEWHERE_SHARE = 0.3, 0.08
_STEPS_AWAY_DEGREES = 0.0002
"""Some twenty metres of latitude."""
FEED_HEADER = (
    "№", "Дата", "Сеть", "Автор", "Текст", "Ссылка", "Нравится", "Ответ на", "Место публикации", "Город места"
)  # fmt: skip
_NICKS = (
    "Рыжая Сойка", "Дед Пасечник", "Тихий Омут", "Синяя Чашка", "Бабушка с Затона", "Кот на крыше", "Ольховый Ёж",
    "Ранний Автобус", "Мятный Чай", "Старый Бакен", "Полынь", "Дождливый Четверг", "Сахарная Редька", "Ключ на 17",
)  # fmt: skip


def write_walls(
    out: Path,
    plan: PostPlan,
    region: Region,
    calendar: Calendar,
    writer: PostWriter,
    truth: PostTruth,
    defects: Defects,
) -> int:
    """Writes social/wall_<n>.jsonl, one wall item a line; returns the number of posts and citizens' comments."""
    indices = np.flatnonzero(plan.source == WALL)
    comments: dict[int, list[int]] = defaultdict(list)
    for index in indices[plan.root[indices] >= 0].tolist():
        comments[int(plan.root[index])].append(index)
    number = _numbers(plan, indices)
    officials = {name: rank for rank, name in enumerate(_authority_names(region), start=1)}
    walls = np.array([wall_of(int(place)) for place in plan.municipality[indices]], dtype=np.int64)
    for wall in range(WALLS):
        roots = indices[(walls == wall) & (plan.root[indices] < 0)].tolist()
        schedule = Schedule(len(roots), ("broken", "future", "duplicate"))
        waiting = False
        with RowFile(out / "social" / f"wall_{wall + 1}.jsonl") as file:
            for position, index in enumerate(roots, start=1):
                item = _item(writer, wall, index, comments[index], number, officials, plan, region, calendar, truth)
                file.write_json(item)
                kind = schedule.due(position)
                if kind in ("broken", "future"):
                    _write_bad(file, kind, item, position, calendar, defects)
                # A post without comments is repeated, so that one bad row is one repeated post.
                waiting = waiting or kind == "duplicate"
                if waiting and not item["comments"]["count"]:
                    defects.add(file, file.write_json(item), "exact duplicate of the row before")
                    waiting = False
    return len(indices)


def _numbers(plan: PostPlan, indices: np.ndarray) -> dict[int, int]:
    """Ids of posts and comments: each wall counts both in one row, in order of time."""
    counters = [0] * WALLS
    number = {}
    for index in indices.tolist():
        wall = wall_of(int(plan.municipality[index]))
        counters[wall] += 1
        number[index] = counters[wall]
    return number


def _authority_names(region: Region) -> list[str]:
    return [*region.authorities.values(), *(here.administration for here in region.municipalities)]


def _item(
    writer: PostWriter,
    wall: int,
    index: int,
    answers: list[int],
    number: dict[int, int],
    officials: dict[str, int],
    plan: PostPlan,
    region: Region,
    calendar: Calendar,
    truth: PostTruth,
) -> dict[str, Any]:
    rng = writer.rng
    owner, post_id = -(_COMMUNITY_BASE + wall), number[index]
    written, topic = writer.write(index, formal=False), writer.topic(index)
    is_geotagged = topic is not None and rng.random() < _GEOTAGGED_SHARE
    is_there = rng.random() > _ELSEWHERE_SHARE
    truth.record("wall", f"wall{owner}_{post_id}", index, written, is_located=is_geotagged and is_there)
    listed = [_comment(writer, owner, post_id, answer, number, plan, truth) for answer in answers]
    name, town = page_of(region, wall)
    groups: list[dict[str, Any]] = [{"id": -owner, "name": name, "city": {"title": town} if town else None}]
    if topic and plan.intent[index] in (COMPLAINT, QUESTION) and rng.random() < 0.65:
        authority = region.authority(topic.owner, int(plan.municipality[index]))
        at = int(plan.instant[index] + 3600 * rng.lognormvariate(2.4, 0.9))
        if at < calendar.end:
            listed.append(_official(rng, owner, post_id, officials[authority], at, topic))
            listed.sort(key=lambda comment: (comment["date"], comment["id"]))
            groups.append({"id": _AUTHORITY_BASE + officials[authority], "name": authority, "city": None})
    likes = int(rng.paretovariate(0.9)) - 1
    return {
        "id": post_id,
        "owner_id": owner,
        "from_id": _USER_BASE + int(plan.author[index]),
        "date": int(plan.instant[index]),
        "post_type": "post",
        "text": written.text,
        "comments": {"count": len(listed), "list": listed},
        "likes": {"count": min(likes, 5000)},
        "reposts": {"count": min(likes, 5000) // 9},
        "views": {"count": 40 + 25 * min(likes, 5000)},
        "groups": groups,
        "geo": _geotag(rng, plan, region, index, is_there=is_there) if is_geotagged else None,
    }


def _geotag(rng: random.Random, plan: PostPlan, region: Region, index: int, *, is_there: bool) -> dict[str, Any]:
    """The point a phone adds to a post: some steps away from the house, or at work, at the other end of the town."""
    here = region.municipalities[plan.municipality[index]]
    street = int(plan.street[index]) if is_there else rng.randrange(len(here.streets))
    lat, lon = here.site(street, int(plan.house[index]), int(plan.building[index]))
    north, east = rng.gauss(0, _STEPS_AWAY_DEGREES), rng.gauss(0, 2 * _STEPS_AWAY_DEGREES)
    return {"type": "point", "coordinates": f"{lat + north:.6f} {lon + east:.6f}"}


def _comment(
    writer: PostWriter, owner: int, post_id: int, index: int, number: dict[int, int], plan: PostPlan, truth: PostTruth
) -> dict[str, Any]:
    written = writer.write(index, formal=False)
    truth.record("wall", f"wall{owner}_{post_id}_r{number[index]}", index, written, is_located=False)
    answered = int(plan.answered[index])
    is_deeper = answered != int(plan.root[index])
    return {
        "id": number[index],
        "post_id": post_id,
        "owner_id": owner,
        "from_id": _USER_BASE + int(plan.author[index]),
        "date": int(plan.instant[index]),
        "text": written.text,
        "likes": {"count": int(writer.rng.paretovariate(1.3)) - 1},
        "reply_to_comment": number[answered] if is_deeper else None,
        "reply_to_user": _USER_BASE + int(plan.author[answered]) if is_deeper else None,
    }


def _official(rng: random.Random, owner: int, post_id: int, authority: int, at: int, topic: Topic) -> dict[str, Any]:
    day = local(at + rng.randint(3, 20) * DAY).strftime("%d.%m.%Y")
    text = replies.answer(rng, topic, "по указанному адресу", day, is_formal=rng.random() < 0.3)
    return {
        "id": _OFFICIAL_COMMENT_BASE + post_id,
        "post_id": post_id,
        "owner_id": owner,
        "from_id": -(_AUTHORITY_BASE + authority),
        "date": at,
        "text": text,
        "likes": {"count": 0},
        "reply_to_comment": None,
        "reply_to_user": None,
    }


def _write_bad(
    file: RowFile, kind: str, item: dict[str, Any], position: int, calendar: Calendar, defects: Defects
) -> None:
    if kind == "broken":
        defects.add(file, file.write_line(f'{{"id":{item["id"]},"owner_id":{item["owner_id"]},"text":"'), "broken JSON")
        return
    odd = item | {
        "id": _BAD_POST_BASE + position,
        "date": calendar.end + 400 * DAY,
        "comments": {"count": 0, "list": []},
        "groups": [],
    }
    defects.add(file, file.write_json(odd), "date in the future")


def write_feed(
    out: Path,
    plan: PostPlan,
    region: Region,
    calendar: Calendar,
    writer: PostWriter,
    truth: PostTruth,
    defects: Defects,
) -> int:
    """Writes social/monitoring.csv; returns the number of posts in it (planted bad rows not counted)."""
    indices = np.flatnonzero(plan.source == FEED).tolist()
    schedule = Schedule(len(indices), ("unknown date", "future", "duplicate"))
    with RowFile(out / "social" / "monitoring.csv", FEED_HEADER, delimiter=";") as file:
        for position, index in enumerate(indices, start=1):
            row = _feed_row(writer, index, plan, region, truth)
            file.write_csv(row)
            bad_id = f"a-{_BAD_POST_BASE + position}"
            match schedule.due(position):
                case "unknown date":
                    defects.add(file, file.write_csv((bad_id, "вчера вечером", *row[2:])), "unknown date")
                case "future":
                    when = local(calendar.end + 400 * DAY).strftime("%d.%m.%Y %H:%M")
                    defects.add(file, file.write_csv((bad_id, when, *row[2:])), "date in the future")
                case "duplicate":
                    defects.add(file, file.write_csv(row), "exact duplicate of the row before")
    return len(indices)


def _feed_row(writer: PostWriter, index: int, plan: PostPlan, region: Region, truth: PostTruth) -> tuple[Any, ...]:
    written = writer.write(index, formal=False)
    post_id = f"a-{index + 1}"
    truth.record("feed", post_id, index, written, is_located=False)
    author = int(plan.author[index])
    wall = wall_of(int(plan.municipality[index]))
    is_first_network = wall in (0, 3)
    page, town = page_of(region, wall)
    answered = int(plan.answered[index])
    return (
        post_id,
        local(int(plan.instant[index])).strftime("%d.%m.%Y %H:%M"),
        "Одноклассники" if is_first_network else "Телеграм",
        f"{_NICKS[author % len(_NICKS)]} {author}",
        written.text,
        f"https://{'ok' if is_first_network else 'tg'}.example/p/{index + 1}",
        int(writer.rng.paretovariate(1.1)) - 1,
        f"a-{answered + 1}" if answered >= 0 else "",
        page,
        town or "",
    )
