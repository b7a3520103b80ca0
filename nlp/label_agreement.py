"""Agreement of people who label the same things: Krippendorff's alpha for names without order (definition 25)."""

from collections import Counter
from collections.abc import Iterable, Sequence


def krippendorff_alpha(units: Iterable[Sequence[str]]) -> float | None:
    """Alpha = 1 - observed disagreement / disagreement expected by chance (Krippendorff 2018, chapter 12).

    Args:
        units: for each thing labelled, the labels that people gave it, in any order. Things with fewer than two labels
            count for nothing.

    Returns:
        1 for full agreement, 0 for chance, below 0 for worse than chance. None when no thing has two labels, or all
        labels are the same one: chance cannot be told apart then.

    Example:
        >>> krippendorff_alpha([["a", "a"], ["b", "b"], ["a", "b"]])
        0.4444444444444444
    """
    paired = [Counter(unit) for unit in units if len(unit) > 1]
    totals: Counter[str] = sum(paired, Counter())
    n = totals.total()
    expected = n * n - sum(count * count for count in totals.values())
    if not expected:
        return None
    disagreement = 0.0
    for counts in paired:
        size = counts.total()
        disagreement += (size * size - sum(count * count for count in counts.values())) / (size - 1)
    return 1 - (n - 1) * disagreement / expected
