"""Whether the queue of incidents agrees with the clocks: Little's law (definition 8) as an expectation on the marts.

Conservation across layers stands in `mart_suites.py`.
"""

from data_quality.expectations import Suite, between, equal

_TOLERANCE = 1e-6


def reply_backlog() -> Suite:
    """L = λW over the whole history of the incidents that were replied to, and every other one waits by its clock too.

    L, the mean number that wait, is counted by letting incidents in at their opening and out at their first reply; λ is
    how many came an hour; W is their mean wait by `fct_incident_clock`. The window begins and ends with nobody waiting,
    so the law holds exactly, whatever the arrivals and waits are like (Stidham 1974): a difference is a clock that was
    stopped at another reply, paused twice, or an incident counted once here and twice there.
    """
    return Suite(
        table="reply_backlog",
        query="""
            with waits as (
                select incident_id, min_by(calendar_hours + paused_hours, attempt_number) as hours
                from fct_incident_clock
                where clock = 'reply' and is_stopped
                group by incident_id
            ),
            moves as (
                select opened_at as moment, 1 as change from fct_incident where first_reply_at is not null
                union all
                select first_reply_at as moment, -1 as change from fct_incident where first_reply_at is not null
            ),
            queue as (
                select
                    sum(change) over (order by moment rows between unbounded preceding and current row) as n_waiting,
                    epoch_us(lead(moment) over (order by moment) - moment) / 3.6e9 as hours
                from (select moment, sum(change) as change from moves group by moment)
            ),
            span as (select nullif(sum(hours), 0) as hours, sum(n_waiting * hours) as waited_hours from queue),
            law as (
                select
                    span.waited_hours / span.hours as mean_waiting,
                    (select count(*) from waits) / span.hours * (select avg(hours) from waits) as arrivals_times_wait
                from span
            )
            select
                abs(mean_waiting - arrivals_times_wait) / nullif(greatest(mean_waiting, arrivals_times_wait), 0)
                    as relative_difference,
                (select count(*) from fct_incident where first_reply_at is null) as n_waiting,
                (select count(*) from fct_incident anti join waits using (incident_id)) as n_with_running_clock
            from law
        """,
        expectations=(
            between(
                "relative_difference", "The mean backlog is arrivals times waiting (Little's law).", most=_TOLERANCE
            ),
            equal("n_waiting", "n_with_running_clock", "Who was not replied to has a reply clock that runs."),
        ),
        relations=("fct_incident", "fct_incident_clock"),
        is_computed_once=True,
    )
