"""Data Docs: what a gate found, as pages that Great Expectations renders and that need no network to be read.

Great Expectations' own page frame loads styles and scripts from half a dozen foreign addresses, so its sections stand
in a frame of ours. It renders the counts that verdicts hold, never a value of a row.
"""

import html
import re
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from data_quality.gx_engine import gx_context

if TYPE_CHECKING:
    from great_expectations.core import ExpectationSuiteValidationResult
    from great_expectations.render.view.view import DefaultJinjaSectionView

_FRAME = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
body {{ font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem; }}
table {{ border-collapse: collapse; margin: .5rem 0 1rem; width: 100%; }}
th, td {{ border-bottom: 1px solid #ccc; padding: .3rem .6rem; text-align: left; vertical-align: top; }}
td:first-child {{ width: 3rem; }} td:last-child {{ width: 16rem; }}
h2 {{ border-top: 2px solid #888; padding-top: 1rem; }} h5 {{ font-size: 1rem; margin: 1rem 0 0; }}
.badge {{ background: #e4e4e4; border-radius: 3px; color: #222; padding: 0 .3rem; }}
.fa-check-circle::before {{ color: #207a37; content: "✓"; }}
.fa-times::before {{ color: #b3261e; content: "✗"; }}
.fa-exclamation-triangle::before {{ color: #8a6100; content: "!"; }}
.text-danger {{ color: #b3261e; }}
@media (prefers-color-scheme: dark) {{
  body {{ background: #1c1c1c; color: #eee; }} a {{ color: #8ab4f8; }} .text-danger {{ color: #f2877f; }}
}}
</style></head><body>
<main>
{body}
</main>
</body></html>
"""
_BODY = re.compile(r"<main>\n(.*)\n</main>", re.DOTALL)
_IDS = re.compile(r' id="[^"]*"')
_BETWEEN_TAGS = re.compile(r">\s+<")


def suite_section(table: str, outcome: "ExpectationSuiteValidationResult") -> str:
    """What was demanded of one table and what was found, as HTML, a heading for each column."""
    from great_expectations.render.renderer.page_renderer import ValidationResultsPageRenderer

    # the first section names Great Expectations' own run, which there is none of
    _, *sections = ValidationResultsPageRenderer().render(outcome).sections
    shown = [_shown(one.to_json_dict(), n) for n, one in enumerate(sections)]
    # one document has many tables, and an id only once
    anonymous = _IDS.sub("", _BETWEEN_TAGS.sub("> <", "\n".join(shown)))
    return f"<h3>{html.escape(table)}</h3>\n{anonymous}"


def gate_section(name: str, description: str, verdict: str, sections: list[str]) -> str:
    """The part of a document about one gate."""
    head = f'<h2 id="{html.escape(name)}">Gate {html.escape(name)}: {html.escape(verdict)}</h2>'
    return "\n".join([head, f"<p>{html.escape(description)}</p>", *sections])


def document(title: str, body: str) -> str:
    """A whole HTML file that loads nothing from anywhere."""
    return _FRAME.format(title=html.escape(title), body=body)


def collected(as_of: datetime, documents: dict[str, str]) -> str:
    """One document out of those of all gates of a run, with a list of what is in it.

    Args:
        as_of: the instant the run looked from.
        documents: name of a gate → its document.
    """
    title = f"Gates as of {as_of.isoformat()}"
    found = {name: _BODY.search(text) for name, text in sorted(documents.items())}
    bodies = {name: body[1] for name, body in found.items() if body is not None}
    links = "".join(f'<li><a href="#{html.escape(name)}">{html.escape(name)}</a></li>' for name in bodies)
    return document(title, "\n".join([f"<h1>{html.escape(title)}</h1>\n<ul>{links}</ul>", *bodies.values()]))


def _shown(section: dict[str, Any], n: int) -> str:
    drawn = _view().render({"section": section, "section_loop": {"index": n}})  # type: ignore[no-untyped-call]
    return str(drawn)


@cache
def _view() -> "DefaultJinjaSectionView":
    """Great Expectations' templates, compiled once a process."""
    gx_context()  # silences it before its first import
    from great_expectations.render.view.view import DefaultJinjaSectionView

    return DefaultJinjaSectionView()
