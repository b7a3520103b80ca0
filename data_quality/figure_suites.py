"""What people quote must be countable again from what is published beside it: bursts, and the days of history.

These suites are part of the gate before publishing (`mart_suites.py`).
"""

from data_quality.expectations import Suite, between, equal, nothing_in


def figure_suites() -> tuple[Suite, ...]:
    """Suites that count a published figure again."""
    return (_bursts(), _history())


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


def _history() -> Suite:
    """The last day of history is what incidents say now, and its days hold every incident opened in them."""
    sources = "read_parquet('lake/run/source.parquet')"
    return Suite(
        table="history",
        query=f"""
            with days as (
                select min(history_date) as first_date, max(history_date) as last_date from fct_history_daily
            ),
            incidents as (
                select
                    fct_incident.*, states.is_awaiting_authority,
                    cast(timezone(sources.time_zone, fct_incident.opened_at) as date) as opened_day,
                    cast(timezone(sources.time_zone, fct_incident.first_reply_at) as date) as replied_day
                from fct_incident
                inner join dim_incident_state as states using (state)
                inner join {sources} as sources using (source)
            ),
            now as (
                select
                    count(*) filter (where is_awaiting_authority) as n_open,
                    count(*) filter (where is_overdue) as n_overdue,
                    count(*) filter (where opened_day >= first_date) as n_received,
                    count(*) filter (where replied_day >= first_date) as n_answered
                from incidents cross join days
            ),
            told as (
                select
                    coalesce(sum(n_open) filter (where history_date = last_date), 0) as n_open_told,
                    coalesce(sum(n_overdue) filter (where history_date = last_date), 0) as n_overdue_told,
                    coalesce(sum(n_received), 0) as n_received_told,
                    coalesce(sum(n_answered), 0) as n_answered_told,
                    count(*) filter (where n_overdue > n_open or n_open < 0 or n_on_time > n_ripe) as n_impossible
                from fct_history_daily cross join days
            )
            select * from now cross join told where exists (from fct_history_daily)
        """,
        expectations=(
            equal("n_open", "n_open_told", "What is open at the end of history is what is open."),
            equal("n_overdue", "n_overdue_told", "What is overdue at the end of history is what is overdue."),
            equal("n_received", "n_received_told", "Days of history hold every incident opened in them."),
            equal("n_answered", "n_answered_told", "Days of history hold every first reply given in them."),
            nothing_in("n_impossible", "No day has more overdue than open, or more in time than ripe."),
        ),
        relations=("dim_incident_state", "fct_history_daily", "fct_incident"),
        is_computed_once=True,
    )
