"""Which texts a person should label next: those a model doubts, and of these not the same one twice.

Formula. Every text is its row of `nlp.topic_features`, of length 1, times the model's doubt of it in [0, 1]; texts are
drawn one after the other with a probability in proportion to their squared distance to the nearest one drawn
(k-means++: Arthur & Vassilvitskii, SODA 2007; doubt as length: Ash et al., BADGE, ICLR 2020). A text that is sure, or
near one already drawn, is hardly ever drawn.
"""

import numpy as np
import scipy.sparse as sp

# Texts a choice is made among; of more, the most doubtful.
MAX_TEXTS = 20_000


def most_helpful(rows: sp.csr_matrix, doubt: np.ndarray, n: int, *, seed: int = 0) -> list[int]:
    """Numbers of the texts to label, the most telling first.

    Args:
        rows: of `TextFeatures`, float32, one a text.
        doubt: of each text, 0 (sure) to 1.
        n: how many; fewer where the rest repeat what is drawn or leave no doubt.
        seed: of the draw; the same input and seed give the same texts.
    """
    kept = np.sort(np.argsort(-doubt, kind="stable")[:MAX_TEXTS])
    rows, doubt = rows[kept], doubt[kept].astype(np.float64)
    if not len(kept) or doubt.max() <= 0:
        return []
    random = np.random.default_rng(seed)
    chosen = [int(doubt.argmax())]
    nearest = np.full(len(kept), np.inf)
    while len(chosen) < n:
        last = chosen[-1]
        likeness = np.asarray((rows @ rows[last].T).todense(), dtype=np.float64).ravel()
        distance = doubt**2 + doubt[last] ** 2 - 2 * doubt * doubt[last] * likeness
        # a text that repeats one drawn is at no distance, but for rounding; one without known features is like none
        distance[(likeness > 1 - 1e-4) | (doubt <= 0)] = 0
        distance[last] = 0
        nearest = np.minimum(nearest, np.maximum(distance, 0))
        if nearest.max() <= 0:
            break
        chosen.append(int(random.choice(len(kept), p=nearest / nearest.sum())))
    return [int(kept[place]) for place in chosen[:n]]
