"""What people quote must be countable again from what is published beside it: bursts, post by post.

These suites are part of the gate before publishing (`mart_suites.py`).
"""

from data_quality.expectations import Suite, between, equal


def figure_suites() -> tuple[Suite, ...]:
    """Suites that count a published figure again."""
    return (_bursts(),)


def _bursts() -> Suite:
    """A burst's numbers can be counted again, post by post."""
    return Suite(
        table="burst",
        query="""
            with posts as (select burst_id, count(*) as n, count(*) filter (where is_first) as n_first
                from bridge_burst_post group by burst_id),
            incidents as (select burst_id, count(*) as n, sum(n_posts) as n_posts
                from bridge_burst_incident group by burst_id)
            select
                bursts.n_posts, posts.n as n_posts_linked, incidents.n_posts as n_posts_of_incidents,
                bursts.n_incidents, incidents.n as n_incidents_linked, posts.n_first
            from fct_burst as bursts
            left join posts using (burst_id)
            left join incidents using (burst_id)
            where not bursts.is_suppressed
        """,
        expectations=(
            equal("n_posts", "n_posts_linked", "A burst counts exactly the posts listed as its own."),
            equal("n_posts_of_incidents", "n_posts_linked", "Its incidents hold exactly those posts."),
            equal("n_incidents", "n_incidents_linked", "A burst counts exactly the incidents listed as its own."),
            between("n_first", "One post was the first.", least=1, most=1),
        ),
        relations=("bridge_burst_incident", "bridge_burst_post", "fct_burst"),
        is_computed_once=True,
    )
