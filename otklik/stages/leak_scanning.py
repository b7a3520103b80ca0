"""Texts of the lake → what leaks in messages, and published words and strings, masked.

The scanner is `nlp.leaks`, the masking `nlp.redaction`; both by one version, which changes with the deployment's own
patterns too. Here is which texts they must see and where their tables go.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from nlp.leak_patterns import LeakPattern, leak_version
from nlp.leaks import FINDING_SCHEMA, SCAN_SCHEMA, scan
from nlp.redaction import REDACTION_SCHEMA, redact_texts, redaction_version
from otklik.home import lake
from otklik.home.engine import connect, text_literal
from otklik.home.settings import Home
from otklik.stages.texts import MESSAGE_WORDS, batch_file, count_rows, drop_superseded, seen_by, unseen_texts

LEAK_SCAN, LEAK_FINDING, TEXT_REDACTION = "leak_scan", "leak_finding", "text_redaction"

_SHOWN = pa.field("redacted_text", pa.string(), True, {"doc": "The words, identifiers masked; null where none are."})
TEXT_REDACTION_SCHEMA = REDACTION_SCHEMA.set(1, _SHOWN)
ENRICHED_LEAK_SCHEMAS = {
    LEAK_SCAN: SCAN_SCHEMA,
    LEAK_FINDING: FINDING_SCHEMA,
    TEXT_REDACTION: TEXT_REDACTION_SCHEMA,
}

_BATCH_TEXTS = 20_000
_WITH_WORDS = ("post", "case_event")
# What sources call things: few strings in many rows, so each is hashed once and not in every row.
_STRINGS = {
    "post": ("declared_group", "declared_topic", "declared_municipality", "declared_district", "declared_authority"),
    "case_event": ("authority",),
    "instruction": ("title", "authority"),
    "outcome": ("indicator", "place", "period", "comparator_title", "unit"),
}
REDACTED_ENTITIES = tuple(_STRINGS)


@dataclass(frozen=True)
class LeakSummary:
    """What one pass did: texts newly read, texts read in all, findings or masked places in the new ones."""

    n_new: int
    n_total: int
    n_found: int
    model_version: str


def scan_messages(home: Home, patterns: tuple[LeakPattern, ...]) -> LeakSummary:
    """Scan the internal messages' texts that this version of the scanner has not read.

    Args:
        home: the deployment's folder.
        patterns: its own patterns, from `own_patterns`.
    """
    version = leak_version(patterns)
    n_new = n_found = 0
    texts = unseen_texts(
        lake.message_text_files(home), MESSAGE_WORDS, seen_by(home, LEAK_SCAN, version), batch_size=_BATCH_TEXTS
    )
    for batch in scan(texts, extra_patterns=patterns, batch_size=_BATCH_TEXTS):
        hashes = batch.texts["text_hash"]
        # findings first: a text counts as read once its verdict is there
        lake.write_table(batch_file(home, LEAK_FINDING, version, hashes), batch.findings)
        lake.write_table(batch_file(home, LEAK_SCAN, version, hashes), batch.texts)
        n_new += batch.texts.num_rows
        n_found += batch.findings.num_rows
    drop_superseded(home, LEAK_SCAN, [LEAK_FINDING, LEAK_SCAN], version)
    return LeakSummary(n_new, count_rows(home, LEAK_SCAN), n_found, version)


def redact_published(home: Home, patterns: tuple[LeakPattern, ...]) -> LeakSummary:
    """Mask identifiers and names in words that are published, those that this version of the scanner has not read.

    Words of posts and case events, titles of instructions, and what sources call topics, places, authorities and
    figures. A text without a row in `text_redaction` must not be shown: it was not read.
    """
    version = redaction_version(patterns)
    n_new = n_found = 0
    files = [lake.raw_files(home, entity) for entity in _WITH_WORDS]
    seen = seen_by(home, TEXT_REDACTION, version)
    # the second pass sees what the first one wrote, so equal words are read once
    passes = ((unseen_texts(files, "text", seen, batch_size=_BATCH_TEXTS), True), (_unseen_strings(home, seen), False))
    for texts, is_text in passes:
        for batch in redact_texts(texts, extra_patterns=patterns, batch_size=_BATCH_TEXTS, is_read_in_context=is_text):
            is_masked = pc.greater(batch["n_masked"], 0)
            shown = pc.if_else(is_masked, batch["redacted_text"], pa.scalar(None, pa.string()))
            table = batch.set_column(1, _SHOWN, shown)
            lake.write_table(batch_file(home, TEXT_REDACTION, version, batch["text_hash"]), table)
            n_new += batch.num_rows
            n_found += pc.sum(batch["n_masked"]).as_py()
    drop_superseded(home, TEXT_REDACTION, [TEXT_REDACTION], version)
    return LeakSummary(n_new, count_rows(home, TEXT_REDACTION), n_found, version)


def _unseen_strings(home: Home, seen: str) -> Iterator[tuple[str, str]]:
    """Pairs of MD5 and string, of the strings that sources name things by, in order of the MD5."""
    stated = " union ".join(
        f"select {name} as words from read_parquet({text_literal(lake.raw_files(home, entity))}, union_by_name = true)"
        for entity, names in _STRINGS.items()
        for name in names
    )
    with connect() as connection:
        rows = connection.execute(
            f"""
            select md5(words) as text_hash, words from ({stated}) as stated
            where words is not null and md5(words) not in ({seen})
            order by text_hash
            """
        ).fetchall()
    yield from rows
