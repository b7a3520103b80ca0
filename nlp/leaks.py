"""Leak detection: Russian identifiers, contacts and credentials in texts, with masked evidence.

Frames in, frames out, three steps: prefilters over the whole batch in RE2 (linear in the text, inside Arrow;
`nlp.leak_sieve`), the patterns that hit over the texts they hit, check digits and context words over what they
matched. What could not be scanned to its end is `review`, never clean. Patterns are data (`nlp.leak_patterns`);
masking of published texts is `nlp.redaction`.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from nlp.leak_patterns import REVIEW, LeakPattern, built_in_patterns, leak_version
from nlp.leak_sieve import suspects
from nlp.leak_spans import TooManyError, find_spans
from nlp.leak_text import CleanText, clean, needs_cleaning

FINDING_SCHEMA = pa.schema(
    [
        pa.field("text_hash", pa.string(), False, {"doc": "MD5 of the words."}),
        pa.field("finding_ordinal", pa.int32(), False, {"doc": "Number of the finding in the text, from 0."}),
        pa.field("kind", pa.string(), False, {"doc": "What was found, or review."}),
        pa.field("start_char", pa.int32(), False, {"doc": "Offset of the first character."}),
        pa.field("end_char", pa.int32(), False, {"doc": "Offset after the last character."}),
        pa.field("last_two", pa.string(), False, {"doc": "Its last two characters; of credentials none."}),
        pa.field("pattern_name", pa.string(), False, {"doc": "Pattern that found it, or why the text needs a review."}),
        pa.field("model_version", pa.string(), False, {"doc": "Version of the scanner and its patterns."}),
    ],
    metadata={"doc": "One row per finding in a text, and version of the scanner."},
)

SCAN_SCHEMA = pa.schema(
    [
        pa.field("text_hash", pa.string(), False, {"doc": "MD5 of the words."}),
        pa.field("status", pa.string(), False, {"doc": "clean, leak or review (not read to its end)."}),
        pa.field("n_findings", pa.int32(), False, {"doc": "Findings in it."}),
        pa.field("model_version", pa.string(), False, {"doc": "Version of the scanner and its patterns."}),
    ],
    metadata={"doc": "One row per text and version of the scanner."},
)

CLEAN, LEAK = "clean", "leak"
DEFAULT_BATCH_SIZE = 20_000
# A suspicious text is read up to here; beyond it stands `review`. Bounds the time one hostile text can take.
MAX_SCAN_CHARS = 25_000

TOO_LONG, TOO_MANY, NOT_TEXT, FAILED = "too_long", "too_many", "not_text", "failed"
"""`pattern_name` of a `review` finding: why the text was not scanned to its end."""


class Finding(NamedTuple):
    """A finding. Evidence is masked: it never holds more of the text than two characters.

    Attributes:
        kind: one of `nlp.leak_patterns.KINDS`, a user's own kind, or `review`.
        start: first character in the text as given. end: one past the last.
        last_two: last two characters of the match; empty for `review` and for credentials.
        pattern_name: the pattern that matched, or why the text needs a review.
    """

    kind: str
    start: int
    end: int
    last_two: str
    pattern_name: str


class LeakScan(NamedTuple):
    """What was found in one batch.

    Attributes:
        findings: one row a finding, columns of `FINDING_SCHEMA`, by text and place in it.
        texts: one row a text in the order given, columns of `SCAN_SCHEMA`; `status` is clean, leak or review, and
            review wins over leak because something was left unseen.
    """

    findings: pa.Table
    texts: pa.Table


def scan(
    texts: Iterable[tuple[str, str]],
    *,
    extra_patterns: Sequence[LeakPattern] | None = None,
    batch_size: int = DEFAULT_BATCH_SIZE,
) -> Iterator[LeakScan]:
    """Scan texts for leaks.

    Args:
        texts: pairs (text_hash, text), read lazily. A text that is no string is reported as `review`.
        extra_patterns: a user's own, from `nlp.leak_patterns.load_patterns`; they come after the built-in ones and
            do not report what those have reported.
        batch_size: texts a batch.

    Yields:
        Findings of each batch. Offsets count Python characters, end exclusive.

    Raises:
        ValueError: batch_size is below 1.
    """
    if batch_size < 1:
        raise ValueError(f"batch_size is {batch_size}; it must be at least 1")
    pairs = iter(texts)
    extra = tuple(extra_patterns or ())
    version = leak_version(extra)
    while batch := list(islice(pairs, batch_size)):
        found = _scan_batch([text for _, text in batch], extra)
        yield _tables([text_hash for text_hash, _ in batch], found, version)


def scan_text(text: str, *, extra_patterns: Sequence[LeakPattern] | None = None) -> list[Finding]:
    """Findings of one text by place; empty means clean, and a finding of kind `review` that it was not all read."""
    return _scan_batch([text], tuple(extra_patterns or ()))[0]


def _scan_batch(texts: Sequence[object], extra: tuple[LeakPattern, ...]) -> list[list[Finding]]:
    """Findings of each text, in order."""
    cleaned: dict[int, CleanText] = {}
    found: list[list[Finding]] = [[] for _ in texts]
    readable = []
    for index, text in enumerate(texts):
        if not isinstance(text, str):
            found[index] = [Finding(REVIEW, 0, 0, "", NOT_TEXT)]
        readable.append(_encodable(text) if isinstance(text, str) else "")
    column = pa.array(readable, pa.large_string())
    for index in pc.indices_nonzero(needs_cleaning(column)).to_pylist():
        if len(readable[index]) > MAX_SCAN_CHARS:
            found[index] = _scan_head(readable[index], extra)
            readable[index] = ""
            continue
        cleaned[index] = clean(readable[index])
        readable[index] = cleaned[index].text
    if any(found) or cleaned:
        column = pa.array(readable, pa.large_string())
    patterns = (*built_in_patterns(), *extra)
    for index, candidates in suspects(readable, column, patterns, head_chars=MAX_SCAN_CHARS).items():
        # of a long text only the head has met the patterns: suspicious as a whole, it is never clean
        if candidates or len(readable[index]) > MAX_SCAN_CHARS:
            found[index] = _findings(readable[index], candidates, cleaned.get(index))
    return found


def _scan_head(text: str, extra: tuple[LeakPattern, ...]) -> list[Finding]:
    """Findings in the head of a long text that needs cleaning; its tail is not even prefiltered."""
    head = _scan_batch([text[:MAX_SCAN_CHARS]], extra)[0]
    return [*head, Finding(REVIEW, MAX_SCAN_CHARS, len(text), "", TOO_LONG)]


def _findings(text: str, patterns: Sequence[LeakPattern], source: CleanText | None) -> list[Finding]:
    read, reason = text[:MAX_SCAN_CHARS], TOO_LONG if len(text) > MAX_SCAN_CHARS else None
    try:
        kept = find_spans(read, patterns)
    except TooManyError:
        kept, reason = [], TOO_MANY
    except Exception:  # noqa: BLE001 whatever went wrong, the text was not scanned and must not pass as clean
        kept, reason = [], FAILED
    findings = []
    for start, end, pattern in kept:
        # of a secret that somebody may still use, not even a character
        last_two = "" if pattern.kind == "credential" else read[end - 2 : end]
        if source is not None:
            start, end = source.place(start, end)
        findings.append(Finding(pattern.kind, start, end, last_two, pattern.name))
    if reason is not None:
        end = source.place(0, len(text))[1] if source is not None else len(text)
        findings.append(Finding(REVIEW, MAX_SCAN_CHARS if reason == TOO_LONG else 0, end, "", reason))
    return findings


def _encodable(text: str) -> str:
    """The text, lone surrogates replaced: Arrow holds UTF-8 and a broken character must not hide a leak."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode()
    return text


def _tables(hashes: Sequence[str], found: Sequence[Sequence[Finding]], version: str) -> LeakScan:
    rows = [
        (text_hash, ordinal, *finding, version)
        for text_hash, findings in zip(hashes, found, strict=True)
        for ordinal, finding in enumerate(findings)
    ]
    columns = [[row[place] for row in rows] for place in range(len(FINDING_SCHEMA))]
    status = [
        REVIEW if any(finding.kind == REVIEW for finding in findings) else LEAK if findings else CLEAN
        for findings in found
    ]
    # a review row is a remark about the text, not a finding in it
    counts = [sum(finding.kind != REVIEW for finding in findings) for findings in found]
    return LeakScan(
        pa.table(
            [pa.array(column, field.type) for column, field in zip(columns, FINDING_SCHEMA, strict=True)],
            FINDING_SCHEMA,
        ),
        pa.table(
            [
                pa.array(hashes, pa.string()),
                pa.array(status),
                pa.array(counts, pa.int32()),
                pa.array([version] * len(hashes)),
            ],
            SCAN_SCHEMA,
        ),
    )
