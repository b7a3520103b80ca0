"""How posts were joined to incidents, against the planted ones of an invented region (definition 3).

`python -m lab.evaluation.planted_joining --demo FOLDER --home HOME` reads `truth/incidents.csv` of `otklik demo` and
the snapshot in force of a home that ran it. Incidents that lent posts to the region's labels chose its weights, so they
score nothing. Scores are over pairs of posts of the others:
    precision = |pairs of one planted incident and one found| / |pairs of one found, both posts planted|,
    recall = the same / |pairs of one planted incident|.
"""

import argparse
from pathlib import Path
from typing import Any

from lab.evaluation.report import print_scores
from otklik.home.engine import connect, text_literal
from otklik.home.settings import Home
from otklik.intake.keyed_ids import keyed_id_sql, keyed_ids, register_ids
from otklik.publishing.snapshot_files import DATABASE_NAME

# Ids of the sources are not published: the post's id is made under the key of the home.
_POSTS = f"""
create table post as
select
    bridge.incident_id as found,
    truth.incident_id as planted,
    coalesce(truth.is_told, false) as is_told
from (
    select {keyed_id_sql("post", "source", "source_post_id")} as post_id, incident_id, is_told, is_labelled
    from read_csv(
        $truth, header = true, types = {{'is_told': 'BOOLEAN', 'is_labelled': 'BOOLEAN'}},
        auto_type_candidates = ['VARCHAR']
    )
) as truth
full join published.bridge_incident_post as bridge using (post_id)
where not coalesce(truth.is_labelled, false)
"""
_PAIRS = (
    "select coalesce(sum(n * (n - 1) / 2), 0)::bigint from (select count(*) as n from post where {where} group by {by})"
)


def joining_scores(truth: Path, home: Home) -> dict[str, Any]:
    """Score the incidents of the snapshot in force.

    Args:
        truth: incidents.csv with source, source_post_id, incident_id, is_told and is_labelled.
        home: folder of a deployment that published.

    Returns:
        n_posts, n_incidents and n_pairs of the truth; precision; precision_with_others, where a pair with a post of no
        planted incident is wrong; recall; told_share of the pairs, those of two told posts, and told_recall among them.
        A share of nothing is null.
    """
    with connect() as connection:
        register_ids(connection, keyed_ids(home))
        database = home.analyst / DATABASE_NAME
        connection.execute(f"attach {text_literal(database)} as published (read_only)")
        connection.execute(_POSTS, {"truth": str(truth)})

        def pairs(by: str, where: str) -> int:
            (count,) = connection.execute(_PAIRS.format(where=where, by=by)).fetchone() or (0,)
            return int(count)

        planted, told = "planted is not null", "planted is not null and is_told"
        n_pairs, n_told = pairs("planted", planted), pairs("planted", told)
        n_joined = pairs("planted, found", f"{planted} and found is not null")
        (n_posts, n_incidents) = connection.execute(
            f"select count(*), count(distinct planted) from post where {planted}"
        ).fetchone() or (0, 0)
        return {
            "n_posts": n_posts,
            "n_incidents": n_incidents,
            "n_pairs": n_pairs,
            "precision": _share(n_joined, pairs("found", f"{planted} and found is not null")),
            "precision_with_others": _share(n_joined, pairs("found", "found is not null")),
            "recall": _share(n_joined, n_pairs),
            "told_share": _share(n_told, n_pairs),
            "told_recall": _share(pairs("planted, found", f"{told} and found is not null"), n_told),
        }


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def main() -> None:
    """Print the scores of a demo."""
    parser = argparse.ArgumentParser(description="Score how the posts of an invented region were joined to incidents.")
    parser.add_argument("--demo", type=Path, required=True, help="folder that `otklik demo` wrote")
    parser.add_argument("--home", type=Path, required=True, help="home that ran it")
    arguments = parser.parse_args()
    truth = arguments.demo / "truth" / "incidents.csv"
    print_scores("joining", joining_scores(truth, Home(arguments.home)))


if __name__ == "__main__":
    main()
