"""What a source's new deliveries must be like, beside its own past. The limits are that past's, and come from outside.

`otklik/intake/arrivals/` measures what arrives and says what the past lets expect; a suite is made of that, so that
every figure is an expectation with its own limits and its own sentence.
"""

from collections.abc import Sequence
from typing import NamedTuple

from data_quality.expectations import Severity, Suite, nothing_in, total

_LOOK = "Look at the file; if it is right, take it in with --on-failure accept."

# The longest prefix of a figure's name that stands here says what it means.
_MEANINGS = {
    "rows": "Rows of a file, beside the files of the same source: was it cut short, doubled, or exported otherwise?",
    "hours_silent": "Nothing new since, far beyond the source's own rhythm: is the export still running?",
    "empty": "Share of rows without this field: a column that was dropped, renamed or moved.",
    "top": "Share of rows with one and the same value: a default instead of what people gave.",
    "drift": "How far its values are spread otherwise than in the source's past (population stability index).",
    "drift_hour": "Hours of the day are not those of the source's past (index): a shifted zone, or lost times.",
    "drift_length": "Texts are not as long as in the source's past (index): cut, or another column.",
    "drift_point": "Places on the map are not those of the source's past (index): latitude and longitude swapped?",
    "drift_source_post_id": "Ids do not look as they did (index): a spreadsheet rounded them, or another column.",
    "drift_source_message_id": "Ids do not look as they did (index): a spreadsheet rounded them, or another column.",
    "share_garbled": "Share of texts with characters that a wrong encoding leaves: export as UTF-8.",
    "share_markup": "Share of texts with HTML in them: clean them in the mapping.",
    "share_not_cyrillic": "Share of texts without one Cyrillic letter: another column, or a wrong encoding.",
    "share_repeated": "Share of rows whose words and instant stood under another id already: the same under new ids.",
    "share_known": "Share of accounts that were seen before: account names are spelt otherwise now.",
    "share_backwards": "Share of rows whose times cannot follow each other: a clock or two columns are wrong.",
    "share_contradicting": "Share of decisions that the same person decided otherwise in the same file.",
    "share_far_back": "Share of rows from long before all that the source ever told: dates that were lost or swapped.",
}


class Figure(NamedTuple):
    """A figure of what arrives, with the limits that its source's past sets; None for no limit."""

    name: str
    least: float | None
    most: float | None


Limits = tuple[str, float | None, float | None]
"""Name, least and most of a figure."""


def arrivals(source: str, entity: str, limits: Sequence[Limits], on_failure: str) -> list[Suite]:
    """The suites on what arrives from a source: it is like its past, and nothing was kept out.

    Args:
        source: the source.
        entity: one of the entities it feeds.
        limits: of every figure that was measured.
        on_failure: `stop`, `publish_without` or `accept`. Deliveries that are only unusual are a warning where they are
            accepted; and so is what was kept out, or is not there, where the snapshot may go without.
    """
    is_usual = Severity.WARNING if on_failure == "accept" else Severity.BLOCKING
    is_whole = Severity.BLOCKING if on_failure == "stop" else Severity.WARNING
    missing = Suite(
        table="raw_missing",
        query=f"""
            select coalesce(sum(n_deliveries), 0) as n_deliveries
            from read_parquet('lake/missing/*.parquet', hive_partitioning = false)
            where source = '{source}' and entity = '{entity}'
        """,
        expectations=(
            nothing_in(
                "n_deliveries",
                "Deliveries are kept out, since their gate refused them; meta_freshness says since when. Every run "
                "judges them anew: deliver them right, or take the file away.",
                severity=is_whole,
            ),
        ),
        is_computed_once=True,
    )
    figures = [Figure(*one) for one in limits]
    if not figures:
        return [missing]
    columns = ", ".join(f"max(value) filter (figure = '{figure.name}') as {figure.name}" for figure in figures)
    # silence lasts after what arrived was taken out again
    severities = {"hours_silent": is_whole if is_usual is Severity.BLOCKING else is_usual}
    return [
        missing,
        Suite(
            table=f"arriving_{entity}",
            query=f"select {columns} from read_parquet("
            f"'lake/arrivals/source={source}/entity={entity}/findings.parquet', hive_partitioning = false)",
            expectations=tuple(
                total(
                    figure.name,
                    f"{_meaning(figure.name)} {_LOOK}",
                    least=figure.least,
                    most=figure.most,
                    severity=severities.get(figure.name, is_usual),
                )
                for figure in figures
                if figure.least is not None or figure.most is not None
            ),
            is_computed_once=True,
        ),
    ]


def _meaning(figure: str) -> str:
    return _MEANINGS[max((prefix for prefix in _MEANINGS if figure.startswith(prefix)), key=len)]
