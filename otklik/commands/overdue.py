"""`otklik status --overdue`: who is late, how late and who is next to be told, from the published escalation list."""

from otklik.home.engine import connect
from otklik.home.errors import ConfigurationError
from otklik.home.settings import Home
from otklik.publishing.snapshot_files import DATABASE_NAME

_LATE = """
    select clock, authority_name, escalate_to_authority_name, escalation_level, count(*), max(hours_late), min(due_at)
    from escalation
    group by all
    order by max(hours_late) desc, authority_name, clock, escalation_level
"""


def overdue_lines(home: Home) -> list[str]:
    """One line per authority, clock and level: how many incidents are late, the longest, and who is told next.

    Raises:
        ConfigurationError: nothing was published in this home yet.
    """
    database = home.analyst / DATABASE_NAME
    if not database.exists():
        raise ConfigurationError(f"{database} is not there; run `otklik run --home {home.root}` first.")
    with connect(database) as connection:
        rows = connection.execute(_LATE).fetchall()
    if not rows:
        return ["Nothing is overdue."]
    return [
        f"{authority}: {_counted(clock, count)} late, the longest by {hours:,.0f} h "
        f"(due {due:%Y-%m-%d %H:%M} UTC); level {level}, next: {above}"
        for clock, authority, above, level, count, hours, due in rows
    ]


def _counted(clock: str, count: int) -> str:
    one, many = ("reply", "replies") if clock == "reply" else ("fix", "fixes")
    return f"{count:,} {one if count == 1 else many}"
