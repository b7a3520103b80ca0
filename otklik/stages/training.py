"""Training of the topic model on the labels of the user's own sources and people → `<home>/models/topic/`.

What is held out for the scores, and where a model is kept, belongs here. The model is `nlp.topic_model`; which label of
a text is learned from is decided in `training_labels`.
A model learned from people's words stays in the home: it is never published and never part of the project.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from nlp.classification import Classification, expected_calibration_error
from nlp.topic_model import LABELS, TopicModel, TopicModelError, fit, load
from otklik.home import lake
from otklik.home.errors import ConfigurationError
from otklik.home.settings import Home
from otklik.stages.training_labels import labelled_texts

HELD_OUT_SHARE = 0.2


@dataclass(frozen=True)
class TrainingSummary:
    """What a training learned from and how well it does on texts held out of a first training on the rest.

    Attributes:
        model_version: of the model kept. n_texts: distinct labelled texts. n_held_out: texts scored.
        route_score: S of definition 2. f1_macro, ece: of each label.
        trained_until: newest instant of a labelled post, in ISO 8601; None when posts have no instant.
        agreement, n_corrected, n_disputed: of people's labels; see `LabelledTexts`.
        is_new: False when the same labels had already given this model.
    """

    model_version: str
    n_texts: int
    n_held_out: int
    route_score: float
    f1_macro: dict[str, float]
    ece: dict[str, float]
    trained_until: str | None
    agreement: dict[str, float]
    n_corrected: dict[str, int]
    n_disputed: dict[str, int]
    is_new: bool


def train(home: Home) -> TrainingSummary:
    """Train on the home's labelled texts, and keep the model with its scores in the place of the one before.

    Raises:
        ConfigurationError: too few labelled texts.
    """
    labelled = labelled_texts(home)
    frame, taxonomy = labelled.frame, _taxonomy(home, labelled.frame)
    held_out = np.random.default_rng(0).random(len(frame)) < HELD_OUT_SHARE
    try:
        scores = _scores(_fit(frame[~held_out], taxonomy), frame[held_out])
        model = _fit(frame, taxonomy)
    except TopicModelError as error:
        raise ConfigurationError(
            f"Nothing to train the topic model on: {error} Map declared_authority, declared_group and declared_topic "
            "in sources.yaml, or deliver people's decisions as entity `label`."
        ) from error
    path = _model_path(home, model.version)
    is_new = not path.exists()
    if is_new:
        _write_whole(path, model)
    summary = TrainingSummary(
        model.version,
        len(frame),
        int(held_out.sum()),
        *scores,
        labelled.last_posted_at.isoformat() if labelled.last_posted_at else None,
        labelled.agreement,
        labelled.n_corrected,
        labelled.n_disputed,
        is_new,
    )
    pointer = home.current_training.with_suffix(".tmp")
    pointer.write_text(json.dumps(asdict(summary), indent=2) + "\n", encoding="utf-8")
    pointer.replace(home.current_training)
    for superseded in sorted(path.parent.glob("*.npz")):
        if superseded != path:
            superseded.unlink()
    return summary


def current_training(home: Home) -> TrainingSummary | None:
    """What the training that gave the current model learned from, or None when none was."""
    if not home.current_training.exists():
        return None
    return TrainingSummary(**json.loads(home.current_training.read_text(encoding="utf-8")))


def current_model(home: Home) -> TopicModel | None:
    """The model trained last, or None when none was."""
    training = current_training(home)
    return load(_model_path(home, training.model_version)) if training else None


def _model_path(home: Home, version: str) -> Path:
    return home.current_training.with_name(f"{version}.npz")


def _fit(frame: pd.DataFrame, taxonomy: list[tuple[str, str]]) -> TopicModel:
    return fit(frame["text"].tolist(), *(frame[name].tolist() for name in LABELS), taxonomy=taxonomy)


def _taxonomy(home: Home, frame: pd.DataFrame) -> list[tuple[str, str]]:
    """Topics of the deployment's own list, with their groups, if labels are written in its names; else none."""
    rows = pq.read_table(lake.reference_path(home, "topic"), columns=["topic_ru", "group_ru"]).to_pylist()
    named = [(row["topic_ru"], row["group_ru"]) for row in rows if row["topic_ru"] and row["group_ru"]]
    return sorted(named) if {topic for topic, _ in named} & set(frame["topic"]) else []


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
