"""Writes the stories of the incidents that pages list: one time line of words and deeds, and three clocks.

A story is an article of a file that holds those whose ids begin alike, and the style sheet shows the one that a link
names. So a story has an address of its own, and thousands of them are few files, each far from too large to open.
"""

from collections.abc import Collection, Mapping
from typing import Any

import duckdb

from otklik.report.rendering import Renderer
from otklik.report.story_figures import StoryFigures
from otklik.report.surface import Row

FOLDER = "stories"
# Beyond so many, files of one digit of the id would come near to the three megabytes that open everywhere.
_FEW = 4_000


def addresses(ids: Collection[str]) -> dict[str, str]:
    """Incident → where its story is, from the folder of the report.

    Args:
        ids: of all incidents that have one; they are hexadecimal digits.
    """
    n_digits = 1 if len(ids) <= _FEW else 2
    return {one: f"{FOLDER}/{one[:n_digits]}.html#{one}" for one in sorted(ids)}


def write_stories(
    renderer: Renderer, connection: duckdb.DuckDBPyConnection, as_of: str, places: Mapping[str, str]
) -> None:
    """The files of all stories.

    Args:
        renderer: of the report.
        connection: to the analysts' surface, read-only.
        as_of: the instant of the snapshot.
        places: what `addresses` said.
    """
    figures, ids = StoryFigures(connection, as_of), sorted(places)
    incidents, posts = figures.incidents(ids), figures.posts(ids)
    events, clocks = figures.events(ids), figures.clocks(ids)
    files: dict[str, list[dict[str, Any]]] = {}
    for one in ids:
        (about,) = incidents[one]
        line = _time_line(posts.get(one, []), events.get(one, []))
        story = {"id": one, "about": about, "line": line, "clocks": clocks.get(one, [])}
        files.setdefault(places[one].partition("#")[0], []).append(story)
    (renderer.folder / FOLDER).mkdir()
    for path, stories in files.items():
        renderer.write(path, "stories.html.j2", told=stories)


def _time_line(posts: list[Row], events: list[Row]) -> list[Row]:
    """Posts and events by time, a post before what answers it at the same instant."""
    line = [row | {"is_post": True} for row in posts] + [row | {"is_post": False} for row in events]
    return sorted(line, key=lambda row: (row["at"], not row["is_post"]))
