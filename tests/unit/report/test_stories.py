"""Stories of incidents: one time line, three clocks, words that cannot be markup, few files."""

import re
from pathlib import Path

import pytest

from otklik.report.pages import write_report
from otklik.report.stories import addresses
from tests.unit.report.conftest import AS_OF, HOSTILE


@pytest.fixture(scope="module")
def report(database: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    surface = tmp_path_factory.mktemp("stories")
    write_report(surface, database, AS_OF)
    return surface / "report"


def story_of(report: Path, incident: str) -> str:
    page = (report / "stories" / f"{incident[0]}.html").read_text(encoding="utf-8")
    (found,) = re.findall(rf'<article id="{incident}".*?</article>', page, flags=re.DOTALL)
    return str(found)


def test_every_incident_that_a_page_lists_leads_to_its_story(report: Path) -> None:
    links = 0
    for page in [report / "index.html", *report.glob("authorities/*.html"), *report.glob("topics/*.html")]:
        for link in re.findall(r'href="([^"]*stories/[^"]+)"', page.read_text(encoding="utf-8")):
            path, _, incident = link.partition("#")
            assert f'<article id="{incident}"' in (page.parent / path).read_text(encoding="utf-8")
            links += 1
    assert links > 40


def test_words_and_deeds_stand_in_one_line_by_time(report: Path) -> None:
    story = story_of(report, "i38")
    assert re.findall(r'<span class="soft">(\d\d\.\d\d\.\d{4} \d\d:\d\d)</span>', story) == [
        "23.08.2026 00:00", "23.08.2026 01:00", "23.08.2026 02:00",
    ]  # fmt: skip
    assert re.findall(r"<blockquote>(.*?)</blockquote>", story) == [
        "Яма у дома, звоните [телефон]", "&lt;script&gt;alert(1)&lt;/script&gt;&#34;&amp;",
    ]  # fmt: skip
    assert HOSTILE not in story


def test_writers_are_numbered_and_no_pseudonym_is_told(report: Path) -> None:
    story = story_of(report, "i38")
    assert re.findall(r"(?:Житель</span><span lang=\"en\">Citizen</span>) (\d)", story) == ["1", "2"]
    assert "c_" not in story


def test_the_reply_clock_tells_term_end_and_verdict(report: Path) -> None:
    story = story_of(report, "i38")
    for told in ("24.08.2026 00:00", "идёт", "с опозданием"):
        assert told in story


def test_many_stories_are_more_files_and_never_one_that_is_too_large() -> None:
    few = [f"{i:032x}"[::-1] for i in range(4_000)]
    many = [f"{i:032x}"[::-1] for i in range(20_000)]
    assert {place.partition("#")[0] for place in addresses(few).values()} == {f"stories/{i:x}.html" for i in range(16)}
    files: dict[str, int] = {}
    for place in addresses(many).values():
        files[place.partition("#")[0]] = files.get(place.partition("#")[0], 0) + 1
    assert (len(files), max(files.values())) == (256, 79)
