"""How far a new load may lie from the loads of its source before it, figure by figure.

Volumes are compared on the scale where a count's chance is the same for every size (2√(n + 3/8), Anscombe 1948), shares
on theirs (asin √p), both by a robust z: the distance from the median of the past, in units of its median absolute
deviation and of what chance alone does to a load of that size. Distributions are compared by the population stability
index, less what chance adds to it, with the source's own past loads. The thresholds below were chosen on invented
regions of other seeds than those that score them (docs/arrivals.md).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

import numpy as np

from otklik.intake.arrivals.profile import DRIFT, EMPTY, SHARE, TOP

Buckets = Mapping[str, int]


@dataclass(frozen=True)
class Thresholds:
    """What the judgement is made with.

    Attributes:
        least_history: loads below which nothing is compared with the past; of a register one is enough.
        least_volumes: loads below which volumes are not: a week has quiet days.
        least_rows: rows below which a load's shares and distributions say nothing.
        volume_z: robust z that a volume may reach.
        share_z: robust z that a share may reach.
        volume_spread: a source's volumes scatter by so much of themselves at least.
        volume_surge: a volume may be so many times the usual one: an accident makes people write.
        share_margin: a share may move by so much anyway.
        drift: index that a distribution may reach anyway.
        drift_of_past: how many times the greatest index of its past loads a load may reach.
        far_share: share of rows that may lie before everything its source ever told.
        silence_of_gap: how many times its longest gap a source may be silent.
    """

    least_history: int = 5
    least_volumes: int = 14
    least_rows: int = 20
    volume_z: float = 4.0
    volume_spread: float = 0.05
    volume_surge: float = 3.0
    share_z: float = 4.0
    share_margin: float = 0.15
    drift: float = 1.0
    drift_of_past: float = 2.0
    far_share: float = 0.2
    silence_of_gap: float = 2.0


THRESHOLDS = Thresholds()

# What holds of any load, whether or not there is a past to compare it with.
_ALWAYS = {
    "share_garbled": 0.3,
    "share_backwards": 0.5,
    "share_contradicting": 0.1,
    "top_text": 0.9,
    "top_department": 0.99,
}
_ALWAYS_FROM = {"top_department": 50}

# A lower share of these is no harm, nor a higher one of those.
_UPPER_ONLY = (TOP, "share_garbled", "share_markup", "share_repeated", "share_backwards", "share_contradicting")
_LOWER_ONLY = ("share_known",)


@dataclass(frozen=True)
class LoadProfile:
    """One load, in counts.

    Attributes:
        load_id: the load.
        rows_read: rows of the file.
        n: rows of it that the lake holds.
        weekday: day of the week in its source's zone, if the load is of about one day.
        counts: figure → bucket → rows.
    """

    load_id: str
    rows_read: int
    n: int
    weekday: int | None
    counts: Mapping[str, Buckets]

    def share(self, figure: str) -> float:
        """Share of the rows that a figure counts."""
        return self.counts.get(figure, {}).get("", 0) / self.n


@dataclass(frozen=True)
class Finding:
    """A figure of the load that lies farthest out, and what its source's past lets expect.

    Attributes:
        figure: name of the figure.
        value: what was found: rows, a share, or an index.
        least: the least that is expected; None for no bound.
        most: the most that is expected; None for no bound.
        load_id: the load.
    """

    figure: str
    value: float
    least: float | None
    most: float | None
    load_id: str

    @property
    def excess(self) -> float:
        """How far out the value lies, in widths of what is accepted; above 0 it is outside."""
        width = (self.most if self.most is not None else 1.0) - (self.least or 0.0) or 1.0
        above = -1.0 if self.most is None else (self.value - self.most) / width
        below = -1.0 if self.least is None else (self.least - self.value) / width
        return max(above, below)


def judge(
    arriving: Sequence[LoadProfile],
    history: Sequence[LoadProfile],
    *,
    is_register: bool,
    thresholds: Thresholds = THRESHOLDS,
) -> list[Finding]:
    """Every figure that can be judged, of the load that lies farthest out in it; sorted by figure.

    Args:
        arriving: loads that no snapshot holds yet.
        history: loads of the same source that were published, in the order in which they came.
        is_register: each load says how things stand, so that one earlier load is past enough.
        thresholds: what the judgement is made with.
    """
    worst: dict[str, Finding] = {}
    for load in arriving:
        for finding in _findings(load, history, thresholds, is_register=is_register):
            known = worst.get(finding.figure)
            if known is None or finding.excess > known.excess:
                worst[finding.figure] = finding
    return [worst[figure] for figure in sorted(worst)]


def silence(
    last_events: Iterable[datetime], as_of: datetime, thresholds: Thresholds = THRESHOLDS
) -> tuple[float, float] | None:
    """Hours since the newest event, and hours that the rhythm of a source's own deliveries lets expect.

    Args:
        last_events: newest event of each of its loads.
        as_of: the instant the run looks from.
        thresholds: what the judgement is made with.

    Returns:
        None where there is no rhythm yet.
    """
    ends = sorted(set(last_events))
    # files of one delivery end at about one time
    gaps = [later - earlier for earlier, later in pairwise(ends) if later - earlier > _ONE_DELIVERY]
    if len(gaps) < thresholds.least_history:
        return None
    longest = max(gaps[-_GAPS:])
    limit = max(longest * thresholds.silence_of_gap, longest + timedelta(days=1))
    return (as_of - ends[-1]) / _HOUR, limit / _HOUR


_HOUR, _ONE_DELIVERY, _GAPS = timedelta(hours=1), timedelta(minutes=30), 60


def _findings(
    load: LoadProfile, history: Sequence[LoadProfile], thresholds: Thresholds, *, is_register: bool
) -> Iterator[Finding]:
    if len(history) >= (1 if is_register else thresholds.least_volumes):
        yield _volume(load, history, thresholds)
    if load.n < thresholds.least_rows:
        return
    past = [one for one in history if one.n >= thresholds.least_rows]
    if len(past) < (1 if is_register else thresholds.least_history):
        yield from _always(load)
        return
    for figure in sorted({*load.counts, *(figure for one in past for figure in one.counts)}):
        # what never was, or always, and is so now, need not be said
        if figure.startswith((EMPTY, TOP, SHARE)) and {one.share(figure) for one in (load, *past)} not in _PLAIN:
            finding = _share(figure, load, past, thresholds)
            if finding.least is not None or finding.most is not None:
                yield finding
        elif figure.startswith(DRIFT) and len(_pooled(figure, [load, *past])) > 1:
            yield _drift(figure, load, past, thresholds)
    if "month" in load.counts:
        yield _far(load, history, thresholds)


_PLAIN = ({0.0}, {1.0})


def _always(load: LoadProfile) -> Iterator[Finding]:
    for figure, most in _ALWAYS.items():
        if figure in load.counts and load.n >= _ALWAYS_FROM.get(figure, 0):
            yield Finding(figure, round(load.share(figure), 4), None, most, load.load_id)


def _volume(load: LoadProfile, history: Sequence[LoadProfile], thresholds: Thresholds) -> Finding:
    """Rows, beside the loads of the same weekday where there are enough of them."""
    past = np.array([_stable(one.rows_read) for one in history])
    weekdays = [one.weekday for one in history]
    residuals = past - np.array([np.median(_alike(past, weekdays, day)) for day in weekdays])
    alike = _alike(past, weekdays, load.weekday)
    centre = float(np.median(alike))
    scatter = max(_mad(residuals), 1.0, thresholds.volume_spread * centre)
    # a median of few scatters itself, by π/2 of the variance
    reach = thresholds.volume_z * scatter * float(np.sqrt(1 + np.pi / 2 / len(alike)))
    least = _rows(centre - reach)
    most = max(_rows(centre + reach), thresholds.volume_surge * _rows(centre))
    return Finding("rows", float(load.rows_read), float(np.floor(least)), float(np.ceil(most)), load.load_id)


def _stable(count: int) -> float:
    return float(2 * np.sqrt(count + 0.375))


def _rows(stable: float) -> float:
    return float(max(0.0, (max(stable, 0.0) / 2) ** 2 - 0.375))


def _alike(past: np.ndarray, weekdays: Sequence[int | None], day: int | None) -> np.ndarray:
    """Volumes of the same day of the week where there are two of them; else all."""
    is_alike = np.array([day is not None and one == day for one in weekdays])
    return past[is_alike] if is_alike.sum() >= 2 else past


def _mad(values: np.ndarray) -> float:
    """Median absolute deviation, scaled to the standard deviation of a normal distribution."""
    return float(1.4826 * np.median(np.abs(values - np.median(values))))


def _share(figure: str, load: LoadProfile, past: Sequence[LoadProfile], thresholds: Thresholds) -> Finding:
    angles = np.arcsin(np.sqrt([min(1.0, one.share(figure)) for one in past]))
    centre = float(np.median(angles))
    chance = 1 / (2 * np.sqrt(load.n))
    reach = thresholds.share_z * float(np.hypot(_mad(angles), chance)) * (1 + 1 / len(past))
    usual = np.sin(centre) ** 2
    most = max(np.sin(min(np.pi / 2, centre + reach)) ** 2, usual + thresholds.share_margin)
    least = min(np.sin(max(0.0, centre - reach)) ** 2, usual - thresholds.share_margin)
    return Finding(
        figure,
        round(load.share(figure), 4),
        None if figure.startswith(_UPPER_ONLY) or least <= 0 else _down(least),
        None if figure.startswith(_LOWER_ONLY) or most >= 1 else _up(most),
        load.load_id,
    )


def _drift(figure: str, load: LoadProfile, past: Sequence[LoadProfile], thresholds: Thresholds) -> Finding:
    whole = _pooled(figure, past)
    own = [_index(one.counts.get(figure, {}), _less(whole, one.counts.get(figure, {}))) for one in past]
    most = max(thresholds.drift, thresholds.drift_of_past * max(own, default=0.0))
    return Finding(figure, round(_index(load.counts.get(figure, {}), whole), 4), None, _up(most), load.load_id)


def _pooled(figure: str, loads: Iterable[LoadProfile]) -> dict[str, int]:
    whole: dict[str, int] = {}
    for one in loads:
        for bucket, n in one.counts.get(figure, {}).items():
            whole[bucket] = whole.get(bucket, 0) + n
    return whole


def _less(whole: Buckets, part: Buckets) -> dict[str, int]:
    return {bucket: n - part.get(bucket, 0) for bucket, n in whole.items()}


def _index(found: Buckets, expected: Buckets) -> float:
    """Population stability index Σ (p − q) ln(p / q), less its mean (k − 1)(1/n + 1/m) where nothing changed.

    Half a row is added to every bucket, so that an empty one gives no infinity.
    """
    buckets = sorted({*found, *expected})
    n, m = sum(found.values()), sum(expected.values())
    if not n or not m or len(buckets) < 2:
        return 0.0
    p = (np.array([found.get(bucket, 0) for bucket in buckets]) + 0.5) / (n + 0.5 * len(buckets))
    q = (np.array([expected.get(bucket, 0) for bucket in buckets]) + 0.5) / (m + 0.5 * len(buckets))
    by_chance = (len(buckets) - 1) * (1 / n + 1 / m)
    return float(max(0.0, np.sum((p - q) * np.log(p / q)) - by_chance))


def _far(load: LoadProfile, history: Sequence[LoadProfile], thresholds: Thresholds) -> Finding:
    """Rows of months before all that the source ever told, the month next to it apart."""
    months = [month for one in history for month in one.counts.get("month", {}) if month]
    first = _month_before(min(months)) if months else ""
    far = sum(n for month, n in load.counts["month"].items() if month and month < first)
    return Finding("share_far_back", round(far / load.n, 4), None, thresholds.far_share, load.load_id)


def _month_before(month: str) -> str:
    year, number = (int(part) for part in month.split("-"))
    return f"{year - 1}-12" if number == 1 else f"{year}-{number - 1:02}"


def _up(value: float) -> float:
    return float(np.ceil(value * 1000) / 1000)


def _down(value: float) -> float:
    return float(np.floor(value * 1000) / 1000)
