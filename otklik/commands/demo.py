"""`otklik demo`: write the invented region. One of the two commands that load `lab/`, when they are called."""

from pathlib import Path

from otklik.commands.run import say
from otklik.home.errors import ConfigurationError
from otklik.home.settings import parse_instant


def write_demo(out: Path, *, posts: int, messages: int, days: int, seed: int, end: str) -> None:
    """Write exports in foreign shapes, `sources.yaml` and the planted truth, and say what to do with them.

    Raises:
        ConfigurationError: the folder holds something already, or a number is out of range.
    """
    from lab.demo import generate  # noqa: TID251 - the demo is no part of a running deployment

    try:
        summary = generate(out, posts=posts, messages=messages, days=days, seed=seed, end=parse_instant(end, "--end"))
    except (FileExistsError, ValueError) as error:
        raise ConfigurationError(str(error)) from error
    say(f"Wrote {summary.posts:,} posts and {summary.messages:,} messages of an invented region to {out}.")
    say(f"Next: otklik run --sources {out / 'sources.yaml'}")
