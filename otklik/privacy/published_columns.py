"""The table of `docs/privacy.md`: every published column that concerns a person, for whom, why, and for how long.

`python -m otklik.privacy.published_columns` writes it (`make accept`) from the contracts of the marts; a test holds it
equal to them. A row of a mart concerns a person if its grain names a person, or something one person wrote or did; then
every column of it does, and the mart says why it is there (`meta.why`). Elsewhere only counts of people do, and ids.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from otklik.home.errors import OtklikError
from otklik.home.settings import DBT_PROJECT_DIR, PACKAGES_DIR
from otklik.publishing.mart_contracts import ROLLED_UP

PAGE = PACKAGES_DIR / "docs" / "privacy.md"
BEGIN, END = "<!-- published columns: written by make accept -->", "<!-- end of published columns -->"

_OF = {
    "a person, or a group of staff": ("subject_id", "member_id", "source_member_id"),
    "something one person wrote or did": ("post_id", "message_id", "reply_id", "finding_id", "event_id"),
    "a matter that people raised": ("incident_id", "change_id"),
}
_CONCERNS = re.compile(
    r"n_(people|members\w*|citizens|active\w*|loyal|vagrant|persons|subjects|employees|authors)|"
    r"\w*(subject|member|post|message)_id"
)
_KEPT = "5 snapshots, or erasure"
_HEAD = ("table", "a row is about", "for", "columns", "why", "definition", "how long")


class UnexplainedColumnsError(OtklikError):
    """A mart is about people and does not say why it is published."""


def table_of_columns() -> str:
    """The table in Markdown: a row for each mart and audience that has columns about people.

    Raises:
        UnexplainedColumnsError: a mart with rows about people has no `meta.why`.
    """
    rows = [row for path in _contracts() for row in _rows(YAML(typ="safe").load(path)["models"][0])]
    lines = [_HEAD, ["---"] * len(_HEAD), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def page(text: str) -> str:
    """The page with its table as the contracts have it now."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{table_of_columns()}\n\n{END}{after}"


def _contracts() -> list[Path]:
    return sorted((DBT_PROJECT_DIR / "models" / "marts").rglob("*.yml"), key=lambda path: path.stem)


def _rows(mart: Mapping[str, Any]) -> Iterator[list[str]]:
    meta = mart["config"]["meta"]
    about = _is_about(mart)
    columns: dict[str, list[str]] = defaultdict(list)
    for column in mart["columns"]:
        if about or _CONCERNS.fullmatch(column["name"]):
            columns[column["config"]["meta"]["audience"]].append(column["name"])
    why = meta.get("why", "" if about else "How many people a figure stands on, or where to look it up.")
    if about and not why:
        raise UnexplainedColumnsError(
            f"Mart {mart['name']}: a row is about {about}, and `config.meta.why` in its YAML does not say why it is "
            "published; add one sentence."
        )
    definitions = ", ".join(str(number) for number in meta["definition"]) or "–"
    for audience in ("public", "analyst"):
        if audience in columns:
            name = f"`{mart['name'].removeprefix(ROLLED_UP)}`"
            listed = ", ".join(columns[audience])
            yield [name, about or "something else", audience, listed, why, definitions, _KEPT]


def _is_about(mart: Mapping[str, Any]) -> str:
    """What a row is about, by what the mart says or the columns of its grain; empty if about no person."""
    if said := mart["config"]["meta"].get("about"):
        return str(said)
    grain = [name for test in mart.get("data_tests", ()) for name in _grain(test)]
    named = grain or [column["name"] for column in mart["columns"]]
    return next((about for about, names in _OF.items() if set(names) & set(named)), "")


def _grain(test: Any) -> list[str]:
    return list(test["grain"]["arguments"]["columns"]) if isinstance(test, Mapping) and "grain" in test else []


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
