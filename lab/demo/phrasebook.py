"""What invented citizens write about: the topics of `phrases.toml`, read and checked.

Composing sentences from them is `texts.py`; which authority answers is `region.py`.
"""

import csv
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from otklik.home.settings import DBT_PROJECT_DIR

_SEED = DBT_PROJECT_DIR / "seeds" / "topic.csv"


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic with its words. `owner` and `site` are explained at the top of `phrases.toml`."""

    code: str
    name: str
    group_code: str
    group: str
    site: str
    owner: str
    weight: float
    months: tuple[int, ...]
    problems: tuple[str, ...]
    details: tuple[str, ...]
    future: tuple[str, ...]
    past: tuple[str, ...]
    noun: tuple[str, ...]


@cache
def load_topics() -> tuple[Topic, ...]:
    """The topics in file order, named as the platform's own taxonomy names them.

    Raises:
        FileNotFoundError: the taxonomy dbt_project/seeds/topic.csv is missing.
        ValueError: a topic of `phrases.toml` is not in the taxonomy.
    """
    with _SEED.open(encoding="utf-8", newline="") as file:
        taxonomy = {row["topic_code"]: row for row in csv.DictReader(file)}
    data = tomllib.loads((Path(__file__).parent / "phrases.toml").read_text(encoding="utf-8"))
    unknown = sorted({row["code"] for row in data["topics"]} - taxonomy.keys())
    if unknown:
        raise ValueError(
            f"phrases.toml has topics that {_SEED.name} does not: {', '.join(unknown)}. "
            f"Accepted codes: {', '.join(sorted(taxonomy))}. Rename the topic or add it to the seed."
        )
    return tuple(_topic(row, taxonomy[row["code"]]) for row in data["topics"])


def _topic(row: dict[str, Any], named: dict[str, str]) -> Topic:
    return Topic(
        code=row["code"],
        name=named["topic_ru"],
        group_code=named["group_code"],
        group=named["group_ru"],
        site=row["site"],
        owner=row["owner"],
        weight=row["weight"],
        months=tuple(row.get("months", range(1, 13))),
        problems=tuple(row["problems"]),
        details=tuple(row["details"]),
        future=tuple(row["future"]),
        past=tuple(row["past"]),
        noun=tuple(row["noun"]),
    )
