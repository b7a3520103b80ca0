"""Drift of what arrives from what the trained model learned: PSI of its own names before and after the training."""

from datetime import UTC, datetime
from typing import Any

import pytest

TRAINED_UNTIL = datetime(2026, 2, 10, tzinfo=UTC)
N_OLD, N_NEW = 2_000, 1_000


def drift(world: Any, group: str, **parameters: Any) -> list[tuple[str, str]]:
    """Severity and figure of every drift found when post `i` is named by the SQL expression `group`.

    Posts 0 to 1,999 were there at the training, 2,000 to 2,999 came after it.
    """
    world.connection.execute(
        f"""
        create or replace table raw_post as
        select 'p' || i as source_post_id, 'load1' as load_id, md5('t' || i) as text_hash, 't' || i as text,
            timestamptz '2026-02-01 00:00:00Z' + if(i < {N_OLD}, interval 1 day, interval 20 day) as posted_at
        from range({N_OLD + N_NEW}) as r (i);
        create or replace table post_route as
        select md5('t' || i) as text_hash, {group} as predicted_group, 'Ямы' as predicted_topic, 't1' as model_version
        from range({N_OLD + N_NEW}) as r (i)
        """
    )
    given = {"trained_until": TRAINED_UNTIL, "drift_least_posts": 500} | parameters
    result = world.evaluate("routes", tables={"group_drift"}, **given)
    return [(row["severity"], row["observed"]) for row in result.failures]


def test_the_same_mix_of_groups_is_no_drift(world: Any) -> None:
    assert drift(world, "['Дороги', 'Двор', 'ЖКХ'][i % 3 + 1]") == []


def test_a_season_that_doubles_one_group_is_a_warning(world: Any) -> None:
    # Half and half becomes 1 to 9: (.1 - .5) ln .2 + (.9 - .5) ln 1.8 = .879, less (1/1000 + 1/2000).
    found = drift(world, f"if(i < {N_OLD}, i % 2 = 0, i % 10 = 0)::varchar")
    assert [severity for severity, _ in found] == ["warning"]
    assert float(found[0][1].split()[-1]) == pytest.approx(0.8774, abs=1e-3)


def test_posts_of_another_kind_stop_the_run(world: Any) -> None:
    found = drift(world, f"if(i < {N_OLD}, 'Дороги', 'Налоги')")
    assert [severity for severity, _ in found] == ["warning", "blocking"]


def test_many_rare_groups_and_few_posts_are_no_drift(world: Any) -> None:
    # Groups drawn by chance from 200: without taking off what chance gives, PSI would be about 0.3.
    assert drift(world, "(hash(i) % 200)::varchar") == []


@pytest.mark.parametrize(
    "parameters", [{"drift_least_posts": N_NEW + 1}, {"trained_until": None}, {"route_version": None}]
)
def test_too_few_new_posts_or_no_training_judge_nothing(world: Any, parameters: dict[str, Any]) -> None:
    assert drift(world, f"if(i < {N_OLD}, 'Дороги', 'Налоги')", **parameters) == []
