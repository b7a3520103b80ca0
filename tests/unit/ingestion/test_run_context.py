"""A run's instant: what was asked for, else what files pin, else the clock."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from otklik.home.errors import ConfigurationError
from otklik.home.settings import Home, Settings, parse_instant
from otklik.intake.sources.configuration import Configuration
from otklik.intake.sources.parameters import Parameters
from otklik.run_context import decide, inputs_fingerprint

CLOCK = datetime(2026, 11, 21, 12, tzinfo=UTC)
EARLY, LATE = datetime(2020, 1, 1, tzinfo=UTC), datetime(2022, 1, 1, tzinfo=UTC)


def _decide(asked, *pinned):
    settings = Settings(Home(Path("home")), (), as_of=asked)
    context = decide(settings, Configuration(pinned=pinned, parameters=Parameters(), sources={}), CLOCK)
    return context.as_of, context.received_at


def test_a_live_deployment_looks_from_the_clock():
    assert _decide(None) == (CLOCK, CLOCK)


def test_an_archive_looks_from_where_it_is_pinned_whatever_the_clock_says():
    assert _decide(None, EARLY) == (EARLY, EARLY)


def test_what_is_asked_for_wins():
    assert _decide(LATE, EARLY) == (LATE, LATE)


def test_looking_back_does_not_make_the_present_come_from_the_future():
    assert _decide(EARLY) == (EARLY, CLOCK)
    assert _decide(EARLY, LATE) == (EARLY, LATE)


def test_two_archives_need_an_instant():
    with pytest.raises(ConfigurationError, match=r"pin different instants: 2020-01-01.*2022-01-01.*--as-of"):
        _decide(None, EARLY, LATE)
    assert _decide(EARLY, EARLY, LATE) == (EARLY, LATE)


def test_a_newly_trained_model_is_something_new(tmp_path):
    configuration = Configuration(pinned=(), parameters=Parameters(), sources={})
    context = decide(Settings(Home(tmp_path), (), as_of=EARLY), configuration, CLOCK)
    before = inputs_fingerprint(context)
    context.home.current_training.parent.mkdir(parents=True)
    context.home.current_training.write_text('{"model_version": "a"}')
    assert inputs_fingerprint(context) != before


@pytest.mark.parametrize("text", ["yesterday", "2026-09-30", "2026-09-30T00:00:00"])
def test_an_instant_needs_a_zone(text):
    with pytest.raises(ConfigurationError, match=f"--as-of: found '{text}'.*with its zone"):
        parse_instant(text, "--as-of")
