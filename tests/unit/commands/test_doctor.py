"""`otklik doctor`: names what would stop the next run, says what to do, and changes nothing."""

from pathlib import Path

import pytest

from nlp import sense
from otklik.commands import doctor
from otklik.commands.doctor import Finding, Level, examine, print_findings
from otklik.home.lock import hold_home
from otklik.home.settings import Home, Settings

SOURCES = """
version: 1
sources:
  hotline:
    title: Горячая линия
    path: {path}
    format: csv
    entities:
      post: {{select: select 1 as source_post_id from source}}
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A home without anything wrong, before its first run."""
    (tmp_path / "hotline.csv").write_text("id\n1\n", encoding="utf-8")
    (tmp_path / "sources.yaml").write_text(SOURCES.format(path="hotline*.csv"), encoding="utf-8")
    return Settings(home=Home(tmp_path / "home"), source_files=(tmp_path / "sources.yaml",))


def of(subject: str, settings: Settings) -> list[Finding]:
    return [finding for finding in examine(settings) if finding.subject == subject]


def test_a_home_before_its_first_run_is_fit_and_is_not_made(settings):
    findings = examine(settings)
    assert [finding.subject for finding in findings if finding.level is not Level.FINE] == ["snapshot"]
    assert of("sources", settings)[-1].found == "1 sources, 1 files."
    assert print_findings(findings)
    assert not settings.home.root.exists()


def test_secrets_that_others_may_read_are_broken_and_the_command_that_mends_it_is_named(settings):
    settings.home.vault.mkdir(parents=True, mode=0o755)
    settings.home.vault.chmod(0o755)
    (settings.home.vault / "key_v1").touch()
    (finding,) = of("vault", settings)
    assert finding.level is Level.BROKEN
    assert finding.advice == f"Run: chmod -R go= {settings.home.vault}"
    assert not print_findings(examine(settings))


def test_a_vault_without_its_key_is_broken(settings):
    settings.home.vault.mkdir(parents=True, mode=0o700)
    assert [finding.found for finding in of("vault", settings)] == ["its key is gone."]


def test_who_holds_the_home_is_named(settings):
    with hold_home(settings.home, holder="the nightly run"):
        (finding,) = of("lock", settings)
    assert "held by the nightly run" in finding.found
    assert of("lock", settings)[0].level is Level.FINE


def test_a_pattern_without_files_is_doubtful_and_a_missing_file_is_broken(settings, tmp_path):
    sources = tmp_path / "sources.yaml"
    sources.write_text(SOURCES.format(path="nothing*.csv"), encoding="utf-8")
    assert of("sources", settings)[0].level is Level.DOUBTFUL
    sources.write_text(SOURCES.format(path="nothing.csv"), encoding="utf-8")
    assert of("sources", settings)[0].level is Level.BROKEN


def test_an_unreadable_sources_file_is_broken_and_the_rest_is_still_looked_at(settings, tmp_path):
    (tmp_path / "sources.yaml").write_text("version: 7\n", encoding="utf-8")
    assert of("sources", settings)[0].level is Level.BROKEN
    assert of("snapshot", settings)


def test_other_versions_than_the_locked_ones_are_named(settings, monkeypatch, tmp_path):
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "lock.txt").write_text("duckdb==0.0.1 \\\n", encoding="utf-8")
    monkeypatch.setattr(doctor, "PROJECT_DIR", tmp_path)
    (finding,) = of("versions", settings)
    assert finding.level is Level.DOUBTFUL
    assert "instead of 0.0.1" in finding.found


def test_too_little_disk_is_doubtful_and_says_how_much_a_run_wants(settings, monkeypatch):
    monkeypatch.setattr(doctor, "LEAST_DISK_GB", 1e9)
    (finding,) = of("disk", settings)
    assert finding.level is Level.DOUBTFUL
    assert "A run may want 1000000000.0 GB" in finding.advice


def test_an_encoder_that_is_asked_for_and_not_installed_is_doubtful(settings, tmp_path, monkeypatch):
    asking = SOURCES.format(path="nothing*.csv") + "parameters:\n  sentence_encoder: true\n"
    (tmp_path / "sources.yaml").write_text(asking, encoding="utf-8")
    monkeypatch.setattr(sense, "PACKAGE", "otklik-no-such-encoder")
    (finding,) = of("sentence encoder", settings)
    assert (finding.level, finding.advice) == (Level.DOUBTFUL, "Run: pip install 'otklik[semantic]'")
