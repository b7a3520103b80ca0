"""How sure a share is. The dbt macro of the same name repeats it where SQL needs it; a test compares the two."""

from scipy.stats import binomtest


def wilson_interval(n_hits: int, n: int) -> tuple[float, float] | None:
    """Bounds of Wilson's two-sided 95 % score interval (1927) of n_hits / n (definition 5); None where n is 0."""
    if n == 0:
        return None
    low, high = binomtest(n_hits, n).proportion_ci(method="wilson")
    return float(low), float(high)
