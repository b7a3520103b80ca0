"""The access log: every act is in it, and no line is changed, removed or cut off without showing."""

import json
import shutil
import stat
from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

from otklik.cli import app
from otklik.commands.doctor import Level, examine
from otklik.home.errors import ConfigurationError
from otklik.home.settings import Home, Settings
from otklik.intake.access_log import accesses, chain_old_log, forget_in_log, head_of, note_access
from otklik.intake.entity import Realm
from otklik.intake.sources.naming_reasons import NAMING_REASONS
from otklik.intake.vault import Vault
from otklik.privacy.audit import audit
from otklik.privacy.naming import reveal_subject
from otklik.upgrade import hold_current

AT = datetime(2026, 9, 30, tzinfo=UTC)
ANNA, BORIS = "c_00000000000000aa", "c_00000000000000bb"


@pytest.fixture
def home(tmp_path):
    """A home in whose vault somebody looked three times, once twice for one person."""
    home = Home(tmp_path / "home")
    with hold_current(home, holder="a test"):
        pass
    for why, subject in (("inquiry 7", ANNA), ("inquiry 8", BORIS), ("inquiry 9", ANNA)):
        note_access(home, "reveal", who="operator", at=AT, why=why, subject_id=subject)
    return home


def log(home):
    return home.vault / "access.jsonl"


def rewrite(home, change):
    lines = log(home).read_text(encoding="utf-8").splitlines()
    log(home).write_text("".join(f"{line}\n" for line in change(lines)), encoding="utf-8")


def verify(home, *options):
    return CliRunner().invoke(app, ["audit", "verify", "--home", str(home.root), *options])


def test_every_act_is_a_line_for_its_owner_alone(home):
    told = [(one["act"], one["who"], one["why"], one["subject_id"]) for one in accesses(home)]
    assert told == [
        ("reveal", "operator", "inquiry 7", ANNA),
        ("reveal", "operator", "inquiry 8", BORIS),
        ("reveal", "operator", "inquiry 9", ANNA),
    ]
    for name in ("access.jsonl", "access_subjects.jsonl"):
        assert stat.S_IMODE((home.vault / name).stat().st_mode) == 0o600
    assert audit(home).problems == ()
    assert ANNA not in home.access_head.read_text()


CUT_OFF = "access_head.json knows 3 lines of access.jsonl, which has 2: its end was cut off"


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda lines: [lines[0], lines[2]], "line 2 of access.jsonl does not follow from the one before it"),
        (lambda lines: [lines[1], lines[2]], "line 1 of access.jsonl does not follow from the one before it"),
        (lambda lines: lines[:2], CUT_OFF),
        (lambda lines: [], CUT_OFF.replace("has 2", "has 0")),
        (lambda lines: [lines[0].replace("inquiry 7", "inquiry 1"), *lines[1:]], "line 2 of access.jsonl does not"),
        (lambda lines: [*lines[:2], lines[2].replace("inquiry 9", "inquiry 1")], "knows another line 3"),
        (lambda lines: [lines[0], "not json", lines[2]], "line 2 of access.jsonl cannot be read"),
        (lambda lines: [lines[1], lines[0], lines[2]], "line 1 of access.jsonl does not follow"),
    ],
)
def test_a_changed_removed_or_cut_off_line_is_told_by_verify_and_doctor(home, change, problem):
    rewrite(home, change)
    assert any(problem in one for one in audit(home).problems)
    result = verify(home)
    assert result.exit_code == 1
    assert problem in result.stdout
    findings = [one for one in examine(Settings(home=home, source_files=())) if one.subject == "access log"]
    assert any(one.level is Level.BROKEN and problem in one.found for one in findings)


def test_a_log_that_is_removed_as_a_whole_is_told(home):
    log(home).unlink()
    assert CUT_OFF.replace("has 2", "has 0") in audit(home).problems


def test_a_log_rewritten_with_its_note_is_told_by_a_snapshot_and_by_a_note_kept_elsewhere(home):
    told = head_of(home)
    manifest = home.published / "snapshots" / "20260930T000000Z-00000000" / "manifest.json"
    manifest.parent.mkdir(parents=True)
    manifest.write_text(json.dumps({"access_log": {"lines": told.lines, "sha256": told.sha256}}))
    # whoever may write to the whole home begins the log anew, without two of its acts
    shutil.rmtree(home.vault)
    home.access_head.unlink()
    note_access(home, "reveal", who="operator", at=AT, why="inquiry 7", subject_id=ANNA)
    cut_off = "knows 3 lines of access.jsonl, which has 1: its end was cut off"
    assert audit(home).problems == (f"snapshot 20260930T000000Z-00000000 {cut_off}",)
    shutil.rmtree(manifest.parent)
    assert audit(home).problems == ()
    assert audit(home, told=told).problems == (f"the note {cut_off}",)


def test_the_note_that_the_command_prints_is_the_one_it_takes(home):
    printed = verify(home)
    assert printed.exit_code == 0
    assert printed.stdout.splitlines()[0] == "3 lines: whole."
    option, value = printed.stdout.splitlines()[1].split(" ")
    assert verify(home, option, value).exit_code == 0
    assert verify(home, option, "3:" + "0" * 64).exit_code == 1
    assert isinstance(verify(home, option, "three").exception, ConfigurationError)


def test_whoever_is_erased_leaves_the_log_and_its_chain_holds(home):
    assert forget_in_log(home, ANNA) == 2
    assert ANNA not in "".join(path.read_text() for path in home.vault.glob("*.jsonl"))
    assert [one["subject_id"] for one in accesses(home)] == [None, BORIS, None]
    receipts = home.lake / "erasures"
    receipts.mkdir(parents=True)
    (receipts / "1.json").write_text(json.dumps({"n_log_lines": 2}))
    verdict = audit(home)
    assert (verdict.problems, verdict.n_erased) == ((), 2)
    note_access(home, "reveal", who="operator", at=AT, why="inquiry 10", subject_id=BORIS)
    assert audit(home).problems == ()


def test_who_was_looked_at_cannot_be_taken_out_but_by_an_erasure(home):
    forget_in_log(home, ANNA)
    assert audit(home).problems == ("2 lines name nobody any more, and erasures account for 0",)


def test_a_line_cannot_be_put_on_somebody_else(home):
    path = home.vault / "access_subjects.jsonl"
    path.write_text(path.read_text().replace(BORIS, "c_00000000000000cc"))
    assert audit(home).problems == ("access_subjects.jsonl names somebody for line 2 whom that line is not about",)


def test_an_act_killed_before_its_note_is_no_damage_and_the_next_one_notes_both(home):
    before = home.access_head.read_text()
    note_access(home, "reveal", who="operator", at=AT, why="inquiry 10", subject_id=BORIS)
    home.access_head.write_text(before)
    assert audit(home).problems == ()
    note_access(home, "reveal", who="operator", at=AT, why="inquiry 11", subject_id=BORIS)
    assert audit(home).problems == ()
    assert head_of(home).lines == 5


def test_a_log_from_before_lines_were_chained_is_chained_once(tmp_path):
    home = Home(tmp_path / "home")
    home.vault.mkdir(parents=True)
    old = [
        {"at": AT.isoformat(), "who": "operator", "act": "reveal", "why": f"for {BORIS}", "subject_id": BORIS},
        {"at": AT.isoformat(), "who": "operator", "act": "reveal", "why": "inquiry 2", "subject_id": "erased"},
        {"at": AT.isoformat(), "who": "operator", "act": "erase", "why": "letter 17", "subject_id": None},
    ]
    log(home).write_text("".join(json.dumps(line) + "\n" for line in old))
    chain_old_log(home)
    told = [(one["act"], one["why"], one["subject_id"]) for one in accesses(home)]
    assert told == [("reveal", "for the subject", BORIS), ("reveal", "inquiry 2", None), ("erase", "letter 17", None)]
    assert audit(home).problems == ()
    content = log(home).read_bytes()
    chain_old_log(home)
    assert log(home).read_bytes() == content


def test_naming_takes_one_subject_and_a_reason_of_the_deployment_and_is_written_down_first(home):
    with Vault(home.vault) as vault:
        anna = vault.subjects(Realm.CITIZENS, "wall", ["anna"])["anna"]
    asked = {"who": "operator", "at": AT, "accepted": NAMING_REASONS}
    found = reveal_subject(home, anna, reason="official_inquiry", note="case 17", **asked)
    assert [account.name for account in found] == ["anna"]
    assert accesses(home)[-1]["why"] == "official_inquiry: case 17"
    assert accesses(home)[-1]["subject_id"] == anna
    n_lines = len(accesses(home))
    for subject, reason, note, message in (
        (anna, "curiosity", "", "--reason: found 'curiosity'; accepted, by `naming_reasons`, are"),
        (anna, "consent", f"see {BORIS}", "--note: found a subject id"),
        (f"{anna} {BORIS}", "consent", "", "accepted is one subject id"),
        (BORIS, "consent", "", "it may have been erased"),
    ):
        with pytest.raises(ConfigurationError, match=message):
            reveal_subject(home, subject, reason=reason, note=note, **asked)
    assert len(accesses(home)) == n_lines


def test_a_deployment_lists_its_own_reasons(home, tmp_path):
    sources = tmp_path / "sources.yaml"
    sources.write_text(
        "version: 1\nnaming_reasons: {works_council: the works council asks}\n"
        "sources: {s: {title: S, path: a.csv, format: csv, entities: {post: {select: select 1 as source_post_id}}}}\n"
    )
    with Vault(home.vault) as vault:
        anna = vault.subjects(Realm.CITIZENS, "wall", ["anna"])["anna"]
    command = ["reveal", anna, "--home", str(home.root), "--sources", str(sources), "--reason"]
    assert CliRunner().invoke(app, [*command, "works_council"]).stdout == "citizens\twall\tanna\n"
    error = CliRunner().invoke(app, [*command, "consent"]).exception
    assert str(error).endswith("are\n  works_council: the works council asks")
