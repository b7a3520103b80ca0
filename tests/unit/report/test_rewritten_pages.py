"""Pages after an erasure: made anew from the changed tables, or gone where today's cannot be made of old tables."""

import shutil
from pathlib import Path

import duckdb
import pytest

from otklik.report.writers import WRITERS, rewrite_pages
from tests.unit.report.conftest import AS_OF


@pytest.fixture
def surface(database: Path, tmp_path: Path) -> Path:
    surface = tmp_path / "analyst"
    surface.mkdir()
    shutil.copy(database, surface / "otklik.duckdb")
    WRITERS["analyst"](surface, surface / "otklik.duckdb", AS_OF)
    return surface


def test_words_that_were_erased_are_on_no_page(surface: Path) -> None:
    story = surface / "report" / "stories" / "i.html"
    assert "Яма у дома" in story.read_text(encoding="utf-8")
    with duckdb.connect(str(surface / "otklik.duckdb")) as connection:
        connection.execute("delete from v_post where author_subject_id = 'c_0'")
    rewrite_pages(surface, surface / "otklik.duckdb", AS_OF)
    assert "Яма у дома" not in story.read_text(encoding="utf-8")


def test_pages_of_an_older_platform_are_removed(surface: Path) -> None:
    with duckdb.connect(str(surface / "otklik.duckdb")) as connection:
        connection.execute("alter table v_post drop column text")
    rewrite_pages(surface, surface / "otklik.duckdb", AS_OF)
    assert sorted(path.name for path in surface.iterdir()) == ["otklik.duckdb"]
