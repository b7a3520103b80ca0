"""Masking of identifiers, contacts, credentials and people's names in texts that are published.

The engines are `nlp.leaks` and `nlp.person_names`; here is only what a finding is replaced by, and that nothing
unscanned gets through: a long text is scanned piece by piece, and a piece that cannot be scanned is withheld whole.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

import pyarrow as pa

from nlp.leak_patterns import REVIEW, LeakPattern, leak_version
from nlp.leaks import DEFAULT_BATCH_SIZE, FAILED, MAX_SCAN_CHARS, NOT_TEXT, Finding, scan, scan_text
from nlp.person_names import NAMES_VERSION, PLACEHOLDER, Span, find_names

REDACTION_SCHEMA = pa.schema(
    [
        pa.field("text_hash", pa.string(), False, {"doc": "MD5 of the words."}),
        pa.field("redacted_text", pa.string(), False, {"doc": "The words with identifiers and names masked."}),
        pa.field("n_masked", pa.int32(), False, {"doc": "Places masked."}),
        pa.field(
            "model_version",
            pa.string(),
            False,
            {"doc": "Version of scanner, patterns and finder of names."},
        ),
    ],
    metadata={"doc": "One row per text and version of the scanner."},
)

PLACEHOLDERS = {
    "passport_ru": "[паспорт]",
    "inn_person": "[ИНН]",
    "inn_org": "[ИНН]",
    "snils": "[СНИЛС]",
    "ogrn": "[ОГРН]",
    "ogrnip": "[ОГРНИП]",
    "bank_card": "[карта]",
    "bank_account": "[счёт]",
    "oms_policy": "[полис]",
    "phone": "[телефон]",
    "email": "[почта]",
    "vehicle_plate": "[госномер]",
    "credential": "[пароль]",
}
"""What stands in place of each kind."""

PERSON_NAME = "person_name"
"""Kind of a place where a person's name stood; no kind of leak."""

WITHHELD = "[не проверено]"
"""Stands in place of a piece of text that could not be scanned."""

_MASKED = re.compile(r"\[[^\[\]\s]{1,30}( [^\[\]\s]{1,30})?\]")

# A piece of a long text is read with this many characters of its neighbour: labels and numbers may lie across the cut.
_OVERLAP_CHARS = 1_000
_SMALLEST_PIECE = 200


def redact(text: str, *, extra_patterns: Sequence[LeakPattern] = ()) -> str:
    """The text with every identifier and name replaced by its kind: «Иванова И. И., +7 912 …» → «[имя], [телефон]».

    Args:
        text: any length.
        extra_patterns: a user's own, from `nlp.leak_patterns.load_patterns`.

    Raises:
        TypeError: the text is not a string.
    """
    if not isinstance(text, str):
        raise TypeError(f"text is {type(text).__name__}; pass a string (an empty one if there is none)")
    findings = _all_findings(text, scan_text(text, extra_patterns=extra_patterns), extra_patterns)
    return _masked(text, findings + _people(text, find_names([text])[0]), _names(extra_patterns))[0]


def redaction_version(extra_patterns: Sequence[LeakPattern] = ()) -> str:
    """Version of what is masked: of the scanner, its patterns and the finder of names."""
    return f"{leak_version(tuple(extra_patterns))}{NAMES_VERSION}"


def redact_texts(
    texts: Iterable[tuple[str, str]],
    *,
    extra_patterns: Sequence[LeakPattern] = (),
    batch_size: int = DEFAULT_BATCH_SIZE,
    is_read_in_context: bool = True,
) -> Iterator[pa.Table]:
    """Redact texts in batches.

    Args:
        texts: pairs (text_hash, text), read lazily; a text that is no string is withheld.
        extra_patterns: a user's own.
        batch_size: texts a batch.
        is_read_in_context: False for strings that are no sentences.

    Yields:
        Tables with the columns of `REDACTION_SCHEMA`, one row a text in the order given.
    """
    pairs = iter(texts)
    version, names = redaction_version(extra_patterns), _names(extra_patterns)
    while batch := list(islice(pairs, batch_size)):
        found: dict[int, list[Finding]] = {}
        numbered = ((str(row), text) for row, (_, text) in enumerate(batch))
        findings = next(scan(numbered, extra_patterns=extra_patterns, batch_size=len(batch))).findings
        fields = ("text_hash", "kind", "start_char", "end_char", "pattern_name")
        for row, kind, start, end, name in zip(*(findings[field].to_pylist() for field in fields), strict=True):
            found.setdefault(int(row), []).append(Finding(kind, start, end, "", name))
        words = [text if isinstance(text, str) else "" for _, text in batch]
        people = find_names(words, is_read_in_context=is_read_in_context)
        masked = [
            _masked(text, _all_findings(text, found.get(row, []), extra_patterns) + _people(text, people[row]), names)
            if isinstance(text, str)
            else (WITHHELD, 1)
            for row, (_, text) in enumerate(batch)
        ]
        yield pa.table(
            [
                pa.array([text_hash for text_hash, _ in batch], pa.string()),
                pa.array([text for text, _ in masked], pa.string()),
                pa.array([count for _, count in masked], pa.int32()),
                pa.array([version] * len(batch), pa.string()),
            ],
            REDACTION_SCHEMA,
        )


def _people(text: str, spans: Sequence[Span]) -> list[Finding]:
    """Names as findings; what stands in place of something masked before is none."""
    masked = [match.span() for match in _MASKED.finditer(text)] if spans else []
    return [
        Finding(PERSON_NAME, span.start, span.end, "", PERSON_NAME)
        for span in spans
        if not any(span.start < end and start < span.end for start, end in masked)
    ]


def _names(extra: Sequence[LeakPattern]) -> dict[str, str]:
    return {
        **PLACEHOLDERS,
        PERSON_NAME: PLACEHOLDER,
        **{pattern.kind: pattern.placeholder or f"[{pattern.kind}]" for pattern in extra},
    }


def _all_findings(text: str, findings: list[Finding], extra: Sequence[LeakPattern]) -> list[Finding]:
    """The findings; of a text that was not scanned to its end, those of its pieces."""
    if not any(finding.kind == REVIEW for finding in findings):
        return findings
    size = min(MAX_SCAN_CHARS // 2, len(text) // 2)
    if size < _SMALLEST_PIECE or any(finding.pattern_name in (FAILED, NOT_TEXT) for finding in findings):
        return [Finding(REVIEW, 0, len(text), "", FAILED)]
    found: list[Finding] = []
    overlap = min(_OVERLAP_CHARS, size // 2)
    for start in range(0, len(text), size):
        begin = max(0, start - overlap)
        piece = text[begin : start + size + overlap]
        found += [
            finding._replace(start=finding.start + begin, end=finding.end + begin)
            for finding in _all_findings(piece, scan_text(piece, extra_patterns=extra), extra)
        ]
    return found


def _masked(text: str, findings: list[Finding], names: Mapping[str, str]) -> tuple[str, int]:
    """The text with findings replaced, and how many places were."""
    parts: list[str] = []
    place = n_masked = 0
    for finding in sorted(findings, key=lambda finding: (finding.start, -finding.end)):
        if finding.end <= place:
            continue
        if finding.start >= place:
            parts += (text[place : finding.start], names.get(finding.kind, WITHHELD))
            n_masked += 1
        place = finding.end
    parts.append(text[place:])
    return "".join(parts), n_masked
