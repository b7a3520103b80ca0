"""Prometheus's text format, version 0.0.4: what node_exporter's textfile collector and a scrape both read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_ESCAPED = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})


@dataclass(frozen=True)
class Figure:
    """One figure with all that it was measured for.

    Attributes:
        name: without the prefix `otklik_`; ends in its unit where it has one.
        meaning: one sentence.
        samples: labels and value, each combination of labels once.
    """

    name: str
    meaning: str
    samples: Iterable[tuple[Mapping[str, str], float]]


def exposition(figures: Iterable[Figure]) -> str:
    """The figures as text, in their order; one that was measured for nothing is left out.

    Every figure is a gauge: it says what is, and after a restore or a retention it may be less than it was.
    """
    lines = []
    for figure in figures:
        name = f"otklik_{figure.name}"
        if samples := [f"{name}{_labels(labels)} {_number(value)}" for labels, value in figure.samples]:
            lines += [f"# HELP {name} {figure.meaning}", f"# TYPE {name} gauge", *samples]
    return "".join(f"{line}\n" for line in lines)


def _labels(labels: Mapping[str, str]) -> str:
    told = ",".join(f'{name}="{value.translate(_ESCAPED)}"' for name, value in labels.items())
    return f"{{{told}}}" if told else ""


def _number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else repr(float(value))
