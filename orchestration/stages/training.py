"""Training of the topic model on the labels that the user's own sources carry → `<home>/models/topic/`.

Which rows are learned from, what is held out for the scores, and where a model is kept. The model is `nlp.topic_model`.
A model learned from people's words stays in the home: it is never published and never part of the project.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from nlp.topic_model import LABELS, TopicModel, TopicModelError, fit, load
from orchestration.engine import connect
from orchestration.errors import ConfigurationError
from orchestration.evaluation.statistics import Classification, expected_calibration_error
from orchestration.settings import Home

HELD_OUT_SHARE = 0.2
_CURRENT = "current.json"

_LABELLED = """
    select
        text_hash,
        any_value(text) as text,
        mode(nullif(trim(declared_authority), '')) as authority,
        mode(nullif(trim(declared_group), '')) as "group",
        mode(nullif(trim(declared_topic), '')) as topic
    from read_parquet('{glob}', union_by_name = true)
    where length(trim(coalesce(text, ''))) > 0
    group by text_hash
    having authority is not null or "group" is not null or topic is not null
    order by text_hash
"""


@dataclass(frozen=True)
class TrainingSummary:
    """What a training learned from and how well it does on texts held out of a first training on the rest.

    Attributes:
        model_version: of the model kept. n_texts: distinct labelled texts. n_held_out: texts scored.
        route_score: S of definition 2. f1_macro, ece: of each label.
        is_new: False when the same labels had already given this model.
    """

    model_version: str
    n_texts: int
    n_held_out: int
    route_score: float
    f1_macro: dict[str, float]
    ece: dict[str, float]
    is_new: bool


def labelled_texts(home: Home) -> pd.DataFrame:
    """Distinct texts of the lake's posts that a source labelled.

    Returns:
        text_hash, text (str), authority, group, topic (str or None), ordered by text_hash. A text that repeats under
        different labels gets its most frequent one.
    """
    with connect() as connection:
        frame = connection.execute(_LABELLED.format(glob=home.lake / "raw" / "post" / "*" / "*.parquet")).df()
    return frame.astype(object).where(frame.notna(), None)


def train(home: Home) -> TrainingSummary:
    """Train on the home's labelled texts, keep the model and its scores, and make it the current one.

    Raises:
        ConfigurationError: too few labelled texts.
    """
    frame = labelled_texts(home)
    held_out = np.random.default_rng(0).random(len(frame)) < HELD_OUT_SHARE
    try:
        scores = _scores(_fit(frame[~held_out]), frame[held_out])
        model = _fit(frame)
    except TopicModelError as error:
        raise ConfigurationError(
            f"Nothing to train the topic model on: {error} Map declared_authority, declared_group and declared_topic "
            "in sources.yaml."
        ) from error
    path = _folder(home) / f"{model.version}.npz"
    is_new = not path.exists()
    if is_new:
        _write_whole(path, model)
    summary = TrainingSummary(model.version, len(frame), int(held_out.sum()), *scores, is_new)
    pointer = path.with_name(f".{_CURRENT}.tmp")
    pointer.write_text(json.dumps(asdict(summary), indent=2) + "\n", encoding="utf-8")
    pointer.replace(path.with_name(_CURRENT))
    return summary


def current_model(home: Home) -> TopicModel | None:
    """The model trained last, or None when none was."""
    pointer = _folder(home) / _CURRENT
    if not pointer.exists():
        return None
    return load(pointer.with_name(f"{json.loads(pointer.read_text(encoding='utf-8'))['model_version']}.npz"))


def _folder(home: Home) -> Path:
    return home.root / "models" / "topic"


def _fit(frame: pd.DataFrame) -> TopicModel:
    return fit(frame["text"].tolist(), *(frame[name].tolist() for name in LABELS))


def _scores(model: TopicModel, held_out: pd.DataFrame) -> tuple[float, dict[str, float], dict[str, float]]:
    predicted = model.predict(held_out["text"].tolist())
    weighted, macro, ece = [], {}, {}
    for name in LABELS:
        known = held_out[name].notna().to_numpy()
        if not known.any():
            raise TopicModelError(f"{name}: no labelled text among {len(held_out)} held out.")
        truth, named = held_out[name][known].tolist(), predicted[name][known].tolist()
        found = Classification(truth, named)
        weighted.append(found.f1_weighted())
        macro[name] = found.f1_macro()
        is_right = np.array(truth, dtype=object) == np.array(named, dtype=object)
        ece[name] = expected_calibration_error(predicted[f"{name}_probability"].to_numpy()[known], is_right)
    return float(np.mean(weighted)), macro, ece


def _write_whole(path: Path, model: TopicModel) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.tmp")
    model.save(temporary)
    temporary.replace(path)
