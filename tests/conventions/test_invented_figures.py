"""A page that quotes what was measured on the region `otklik demo` writes says that the region is invented."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted(path.relative_to(ROOT).as_posix() for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")))
# How a page speaks of measuring there: by the seed of a region, by its planted posts, or of a demo that has a size.
_MEASURED = re.compile(
    r"\bseeds? \d|\bplanted (incidents?|posts?|copies|in)\b|\bdemos? (of|region)\b|\bdemo's\b", re.IGNORECASE
)
_SAID = re.compile(r"\binvented region\b|выдуманн\w+ регион", re.IGNORECASE)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_that_measures_on_the_invented_region_says_so(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    measured = _MEASURED.search(text)
    assert measured is None or _SAID.search(text), f"{page} says {measured[0]!r}; call the region invented there"


def test_figures_of_the_invented_region_are_found_at_all():
    found = {page for page in PAGES if _MEASURED.search((ROOT / page).read_text(encoding="utf-8"))}
    assert {"docs/duplicates.md", "docs/evaluation.md", "docs/decisions/0015-joining-by-evidence.md"} <= found
