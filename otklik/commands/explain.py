"""`otklik explain-text`: the labels of one text and the words that carried each of them.

The text stays on the terminal: it is neither logged nor stored, and what leaks in it is shown masked.
"""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from rich.console import Console
from rich.table import Table

from nlp.explain import Explanation, Reason, explain, word_effects
from nlp.leak_patterns import REVIEW
from nlp.places import Place
from nlp.redaction import PLACEHOLDERS
from otklik.home import lake
from otklik.home.settings import Home
from otklik.intake.reference.rows import built_in
from otklik.run_context import is_encoder_asked

if TYPE_CHECKING:
    from nlp.topic_model import TopicModel

_MOST_WORDS = 5
_SENTIMENTS_RU = {"negative": "отрицательная", "neutral": "нейтральная", "positive": "положительная"}
_PLACES_RU = {
    "municipality": "муниципалитет",
    "settlement": "населённый пункт",
    "street": "улица",
    "institution": "учреждение",
}


def explain_and_print(text: str, home: Home | None, *, is_json: bool) -> None:
    """Print the explanation of a text, or of standard input for `-`, as a table or as one JSON object."""
    found = explanation(sys.stdin.read() if text == "-" else text, home)
    if is_json:
        sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=2) + "\n")
    else:
        print_explanation(found)


def explanation(text: str, home: Home | None) -> dict[str, Any]:
    """Labels and reasons as plain data, codes with Russian labels beside them.

    Args:
        text: what somebody wrote.
        home: a deployment whose names of places and trained model are used; None for what is built in.
    """
    names, model = ((), None) if home is None else _of_home(home)
    found = explain(text, gazetteer=names, with_sense=home is not None and is_encoder_asked(home))
    return {
        "intent": _labelled(found.intent, _seed("intent"), found.intent_probability, found.intent_reasons),
        "topic": _labelled(found.topic, _seed("topic"), found.topic_probability, found.topic_reasons),
        "places": [
            {"label": place.kind, "label_ru": _PLACES_RU[place.kind], **_place(place)} for place in found.places
        ],
        "sentiment": _labelled(found.sentiment, _SENTIMENTS_RU, None, found.sentiment_reasons),
        "leaks": list(_leaks(found)),
        **({} if model is None else {"trained": _trained(text, model)}),
    }


def print_explanation(found: dict[str, Any]) -> None:
    """Print an explanation as one table."""
    table = Table(box=None, pad_edge=False)
    for name in ("what", "label", "because of"):
        table.add_column(name, overflow="fold")
    for row in _rows(found):
        table.add_row(*row)
    Console(highlight=False, markup=False).print(table)


def _rows(found: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    for what in ("intent", "topic", "sentiment"):
        yield what, _title(found[what]), _because(found[what]["reasons"])
    for place in found["places"] or [None]:
        yield "place", *(("none", "") if place is None else (_title(place), f"«{place['words']}»"))
    for leak in found["leaks"] or [None]:
        yield "leak", *(("none", "") if leak is None else (_title(leak), leak["evidence"]))
    for what, label in found.get("trained", {}).items():
        yield f"trained {what}", _title(label), _because(label["reasons"])


def _title(label: dict[str, Any]) -> str:
    russian = f" ({label['label_ru']})" if label.get("label_ru") else ""
    probability = f", {label['probability']:.2f}" if label.get("probability") is not None else ""
    return f"{label['label'] or 'none named'}{russian}{probability}"


def _because(reasons: Sequence[dict[str, Any]]) -> str:
    shown = [
        (f"«{reason['words']}»" if reason["words"] else reason["cue"])
        + (f" → {reason['for']}" if reason.get("for") else "")
        + f" {reason['points']:+.2f}"
        for reason in reasons[:_MOST_WORDS]
    ]
    return "; ".join(shown) or "no word that speaks for it"


def _labelled(
    label: str | None, russian: dict[str, str], probability: float | None, reasons: Sequence[Reason]
) -> dict[str, Any]:
    return {
        "label": label,
        "label_ru": russian.get(label or ""),
        "probability": probability,
        "reasons": [
            {"words": reason.words, "cue": reason.cue, "points": reason.points}
            # a reason for something else, such as the runner-up, says for what
            | ({"for": reason.label} if reason.label != label else {})
            for reason in reasons
        ],
    }


def _place(place: Place) -> dict[str, Any]:
    said = {"words": place.surface, "place_key": place.place_key, "house": place.house}
    return {"label": place.kind, "label_ru": _PLACES_RU[place.kind], **said}


def _leaks(found: Explanation) -> Iterator[dict[str, Any]]:
    for leak in found.leaks:
        is_review = leak.kind == REVIEW
        yield {
            "label": leak.kind,
            "label_ru": "не прочитано" if is_review else PLACEHOLDERS.get(leak.kind, "").strip("[]"),
            "evidence": f"characters {leak.start} to {leak.end}"
            + (f", ends in «{leak.last_two}»" if leak.last_two else "")
            + f", pattern {leak.pattern_name}",
        }


def _trained(text: str, model: "TopicModel") -> dict[str, Any]:
    named = model.predict([text]).iloc[0]
    return {
        name: {
            "label": named[name],
            "probability": float(named[f"{name}_probability"]),
            "reasons": [
                {"words": effect.word, "cue": "leave one word out", "points": effect.loss}
                for effect in word_effects(text, _probability_of(model, name, named[name]))
                if effect.loss > 0
            ],
        }
        for name in model.classes
    }


def _probability_of(model: "TopicModel", name: str, label: str) -> Callable[[Sequence[str]], np.ndarray]:
    place = model.classes[name].index(label)
    return lambda texts: model.probabilities(texts)[name][:, place]


def _of_home(home: Home) -> "tuple[tuple[str, ...], TopicModel | None]":
    from otklik.stages.annotation import gazetteer
    from otklik.stages.training import current_model

    needed = (home.lake / "run" / "source.parquet", lake.reference_path(home, "municipality"))
    has_run = all(path.is_file() for path in needed)
    return tuple(gazetteer(home)) if has_run else (), current_model(home)


def _seed(name: str) -> dict[str, str]:
    """Russian labels of the codes in a seed."""
    code = {"intent": "intent", "topic": "topic_code"}[name]
    return {row[code]: row[f"{name}_ru"] for row in built_in(name)}
