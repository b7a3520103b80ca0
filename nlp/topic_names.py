"""Names of topics as examples of themselves: what `nlp.topic_model` learns from beside labelled texts."""

from collections import Counter
from collections.abc import Sequence

from nlp.topic_features import MIN_TEXTS

Labels = Sequence[str | None]


def with_names(
    texts: Sequence[str], authorities: Labels, groups: Labels, topics: Labels, taxonomy: Sequence[tuple[str, str]]
) -> tuple[list[str], tuple[list[str | None], list[str | None], list[str | None]]]:
    """Texts with the names of topics behind them, and authority, group and topic of each.

    A name stands there MIN_TEXTS times, as often as a word must be read to be a feature. Its group is that of the
    taxonomy (pairs of topic and group), else the one it is labelled with most; nothing is known of its authority.
    """
    together = Counter((topic, group) for topic, group in zip(topics, groups, strict=False) if topic and group)
    by_labels = {topic: group for (topic, group), _ in sorted(together.items(), key=lambda item: (item[1], item[0]))}
    lone: dict[str, str | None] = dict.fromkeys(topic for topic in topics if topic)
    named = sorted((lone | by_labels | dict(taxonomy)).items()) * MIN_TEXTS
    names = [name for name, _ in named]
    labels = [*authorities, *[None] * len(names)], [*groups, *(group for _, group in named)], [*topics, *names]
    return [*texts, *names], labels
