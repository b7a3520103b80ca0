"""A home knows the platform that wrote it: older ones are brought forward, newer ones refused, whatever is killed."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from otklik.cli import app
from otklik.commands.doctor import Level, examine
from otklik.home.errors import ConfigurationError, HomeLockedError
from otklik.home.lock import hold_home
from otklik.home.settings import Home, Settings
from otklik.home.versions import HOME_FORMAT, platform_version, require_current, version_of
from otklik.upgrade import STEPS, hold_current

SUBJECT = "c_0123456789abcdef"
SOURCES = """
version: 1
alerts: {targets: {operators: {kind: log}}}
sources:
  hotline:
    title: Горячая линия
    path: hotline*.csv
    format: csv
    entities:
      post: {select: select 1 as source_post_id from source}
"""

# Every kind of file operation of Python that an upgrade makes; the process is killed at the one whose turn it is.
KILLED = """
import os, signal, sys
from pathlib import Path
from otklik.home.settings import Home
from otklik.upgrade import hold_current
root, turn = Path(sys.argv[1]), int(sys.argv[2])
seen = 0
def kill(event, args):
    global seen
    if event in ("os.rename", "os.remove", "open") and str(args[0]).startswith(str(root)):
        seen += 1
        if seen == turn:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(kill)
with hold_current(Home(root), holder="a test"):
    pass
"""


@pytest.fixture
def first_format(tmp_path: Path) -> Home:
    """What the first format looks like to an upgrade: a lake, a warehouse, no word of a version."""
    home = Home(tmp_path / "home")
    (home.lake / "raw").mkdir(parents=True)
    (home.lake / "raw" / "load.parquet").write_bytes(b"rows")
    home.warehouse.write_bytes(b"tables")
    home.warehouse.with_suffix(".duckdb.wal").write_bytes(b"changes")
    return home


def bring_forward(home: Home) -> list[str]:
    with hold_current(home, holder="a test") as hold:
        return hold.upgrade


def files(home: Home) -> dict[str, bytes]:
    """Everything of a home but who held it last."""
    found = (path for path in home.root.rglob("*") if path.is_file() and path != home.lock_file)
    return {str(path.relative_to(home.root)): path.read_bytes() for path in found}


def test_a_new_home_is_of_this_platform_and_nothing_is_to_be_done(tmp_path):
    home = Home(tmp_path / "home")
    assert version_of(home) is None
    assert bring_forward(home) == []
    assert json.loads((home.root / "version.json").read_text()) == {
        "format": HOME_FORMAT,
        "platform": platform_version(),
    }
    require_current(home)


def test_a_home_of_the_first_format_keeps_its_lake_loses_its_warehouse_and_gets_a_key_of_ids(first_format):
    sentences = bring_forward(first_format)
    assert sentences == [
        f"Brought {first_format.root} to format 2: the warehouse was removed, and the next run makes it again from the "
        "lake.",
        f"Brought {first_format.root} to format 3: tables of earlier snapshots stand in their folders analyst/ and are "
        "for analysts.",
        f"Brought {first_format.root} to format 4: ids of posts, messages and instructions are made under a key of "
        "this home now (vault/id_key: back it up), so they are others than in the snapshots from before; the lines of "
        "the access log were chained.",
        f"Brought {first_format.root} to format 5: departments and active citizens have lists of their people as "
        "interest groups had.",
    ]
    assert sorted(files(first_format)) == ["lake/raw/load.parquet", "vault/id_key", "version.json"]
    assert bring_forward(first_format) == []


def test_whoever_holds_a_home_brings_it_forward_but_a_backup_which_changes_nothing():
    root = Path(__file__).parents[3]
    files = [path for name in ("otklik", "orchestration") for path in (root / name).rglob("*.py")]
    holders = {path.name for path in files if "with hold_home(" in path.read_text(encoding="utf-8")}
    assert holders == {"upgrade.py", "backup.py"}, "hold it by otklik.upgrade.hold_current"


def test_steps_lead_from_each_format_to_the_next():
    assert [step.to_format for step in STEPS] == list(range(2, HOME_FORMAT + 1))


@pytest.mark.parametrize("step", STEPS, ids=lambda step: f"to_{step.to_format}")
def test_a_step_taken_twice_does_no_more_than_once(first_format, step):
    for earlier in STEPS[: STEPS.index(step)]:
        earlier.take(first_format)
    step.take(first_format)
    once = files(first_format)
    step.take(first_format)
    assert files(first_format) == once


def test_an_upgrade_killed_at_any_file_operation_is_finished_by_the_next(first_format, tmp_path):
    finished = Home(tmp_path / "finished")
    shutil.copytree(first_format.root, finished.root)
    bring_forward(finished)
    codes = []
    while not codes or codes[-1] != 0:
        home = Home(tmp_path / f"killed_{len(codes) + 1}")
        shutil.copytree(first_format.root, home.root)
        command = [sys.executable, "-c", KILLED, str(home.root), str(len(codes) + 1)]
        codes.append(subprocess.run(command, check=False).returncode)
        bring_forward(home)
        assert {name for name in files(home) if not name.startswith(".")} == set(files(finished)), len(codes)
        assert version_of(home) == version_of(finished)
    # the lock, the version read, the warehouse and its log, and the note of each format written and moved
    assert codes[:-1] == [-9] * (len(codes) - 1)
    assert len(codes) > 6


def test_a_home_in_use_is_not_brought_forward(first_format):
    with hold_home(first_format, holder="the nightly run"), pytest.raises(HomeLockedError, match="the nightly run"):
        bring_forward(first_format)
    assert first_format.warehouse.exists()


COMMANDS = (
    ["run"],
    ["publish"],
    ["erase", SUBJECT, "--reason", "asked"],
    ["reveal", SUBJECT, "--reason", "asked"],
    ["map", SUBJECT],
    ["map", "--organisation", "Администрация"],
    ["replay"],
    ["alert"],
    ["status"],
    ["monitor"],
    ["status", "--overdue"],
    ["explain-text", "Лифт не работает"],
    ["ui"],
)


def command(home: Home, args: list[str]) -> Exception | None:
    """What a command raises on a home, which the front door prints; its exit code is the error's."""
    environment = {"OTKLIK_HOME": str(home.root), "OTKLIK_SOURCES": str(home.root.parent / "sources.yaml")}
    options = ["--home", str(home.root)] if args[0] == "explain-text" else []
    return CliRunner().invoke(app, [*args, *options], env=environment).exception


@pytest.mark.parametrize("args", COMMANDS, ids=" ".join)
def test_a_home_of_a_newer_platform_is_refused_and_not_touched(first_format, tmp_path, args):
    # its configuration may be one that only the newer platform can read: the home is looked at first
    (tmp_path / "sources.yaml").write_text("version: 99", encoding="utf-8")
    (first_format.root / "version.json").write_text('{"format": 99, "platform": "7.3.1"}')
    before = files(first_format)
    error = command(first_format, args)
    assert isinstance(error, ConfigurationError)
    assert error.exit_code == 2
    assert str(error) == (
        f"{first_format.root}: written by otklik 7.3.1 in format 99; this is otklik {platform_version()}, which knows "
        f"formats up to {HOME_FORMAT}. Install otklik 7.3.1 or newer."
    )
    assert files(first_format) == before


WITHOUT_HOLDING = [args for args in COMMANDS if args[0] in ("reveal", "replay", "alert", "explain-text")]


@pytest.mark.parametrize("args", [*WITHOUT_HOLDING, ["map", SUBJECT]], ids=" ".join)
def test_a_command_that_does_not_hold_the_home_says_what_brings_it_forward(first_format, tmp_path, args):
    (tmp_path / "sources.yaml").write_text(SOURCES, encoding="utf-8")
    before = files(first_format)
    assert str(command(first_format, args)).endswith(f"Bring it forward: otklik run --home {first_format.root}")
    assert files(first_format) == before


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"format": 2}', '{"format": "2", "platform": "1"}', '{"format": 0, "platform": "1"}']
)
def test_an_unreadable_note_is_no_home_of_any_format(first_format, text):
    (first_format.root / "version.json").write_text(text)
    with pytest.raises(ConfigurationError, match="found no version of a home; accepted is"):
        bring_forward(first_format)
    assert first_format.warehouse.exists()


@pytest.mark.parametrize(
    ("note", "level", "found"),
    [
        (None, Level.DOUBTFUL, f"of format 1; otklik {platform_version()} works on format {HOME_FORMAT}."),
        ({"format": HOME_FORMAT, "platform": "0.0.9"}, Level.FINE, f"of format {HOME_FORMAT}, last written by otklik"),
        ({"format": 99, "platform": "7.3.1"}, Level.BROKEN, "written by otklik 7.3.1 in format 99"),
    ],
)
def test_doctor_tells_the_format_of_a_home(first_format, tmp_path, note, level, found):
    if note:
        (first_format.root / "version.json").write_text(json.dumps(note))
    settings = Settings(home=first_format, source_files=(tmp_path / "sources.yaml",))
    (finding,) = (finding for finding in examine(settings) if finding.subject == "home")
    assert finding.level is level
    assert found in finding.found


def test_status_tells_that_a_home_is_older(first_format):
    shown = CliRunner().invoke(app, ["status"], env={"OTKLIK_HOME": str(first_format.root)})
    assert f"Home of format 1: the next otklik run brings it to {HOME_FORMAT}." in shown.stdout
