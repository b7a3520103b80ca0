"""The wheel, installed where nothing of the repository is, does what a checkout does and writes only its home."""

import hashlib
import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("orchestration", "otklik", "incidents", "nlp", "graph", "data_quality", "lab")
CARRIED = {
    **{f"{package}/": f"{package}/" for package in PACKAGES},
    "dbt_project/": "otklik/project/dbt_project/",
    "requirements/lock.txt": "otklik/project/requirements/lock.txt",
    "workspace.yaml": "otklik/project/workspace.yaml",
}


@dataclass(frozen=True)
class Installation:
    """An environment with the wheel and the locked dependencies, an empty folder to work in, and one of its user."""

    environment: Path
    folder: Path
    user: Path

    def otklik(self, *args: str) -> str:
        """What a command prints; it must succeed."""
        # nothing of the test's own surroundings: no source tree on the path, no bytecode among the installed files
        variables = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "OTKLIK"))}
        variables |= {"PYTHONDONTWRITEBYTECODE": "1", "HOME": str(self.user)}
        result = subprocess.run(
            [self.environment / "bin" / "otklik", *args],
            env=variables,
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert result.returncode == 0, result.stderr[-3000:]
        return result.stdout

    @property
    def files(self) -> dict[str, str]:
        """Everything installed, by content."""
        files = sorted(path for path in self.environment.rglob("*") if path.is_file())
        return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def pip(*args: str | Path) -> None:
    (tool,) = (ROOT / "tools").glob("pip-*.whl")
    command = [sys.executable, str(tool / "pip"), "--quiet", "--disable-pip-version-check", *map(str, args)]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr[-3000:]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    # what a wheel is built with is locked too, so neither building nor installing needs a network
    pip("wheel", ROOT, "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", folder)
    (path,) = folder.glob("otklik-*.whl")
    return path


@pytest.fixture(scope="module")
def installation(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    environment = tmp_path_factory.mktemp("environment")
    venv.create(environment, symlinks=True)
    packages = Path(sysconfig.get_path("purelib", vars={"base": str(environment)}))
    # the locked dependencies alone: a .pth file that stands in this folder is not followed, so no checkout comes along
    (packages / "locked.pth").write_text(sysconfig.get_path("purelib") + "\n")
    pip("--python", environment / "bin" / "python", "install", "--no-deps", "--no-index", "--no-compile", wheel)
    return Installation(environment, tmp_path_factory.mktemp("elsewhere"), tmp_path_factory.mktemp("user"))


def test_the_wheel_carries_what_the_platform_reads_and_nothing_else(wheel):
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *CARRIED],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    wanted = set()
    for name in listed:
        (prefix,) = (prefix for prefix in CARRIED if name.startswith(prefix))
        wanted.add(CARRIED[prefix] + name.removeprefix(prefix))
    carried = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert carried == wanted


def test_an_installed_platform_publishes_a_region_and_writes_nothing_beside_its_home(installation):
    before = installation.files
    installation.otklik("demo", "--out", "demo", "--posts", "60", "--messages", "60", "--days", "20")
    deployment = ("--home", "home", "--sources", "demo/sources.yaml")
    summary = json.loads(installation.otklik("run", "--json", *deployment))
    assert summary["status"] == "published"
    assert summary["row_counts"]["fct_post"] == 60
    assert (
        summary["row_counts"]["dim_topic"] == len((ROOT / "dbt_project/seeds/topic.csv").read_text().splitlines()) - 1
    )
    findings = installation.otklik("doctor", *deployment)
    assert "versions: as in requirements/lock.txt." in findings
    assert summary["snapshot_id"] in findings
    assert json.loads(installation.otklik("run", "--json", *deployment))["status"] == "unchanged"
    assert installation.files == before
    assert {path.name for path in installation.folder.iterdir()} == {"demo", "home"}
    assert list(installation.user.iterdir()) == []


def test_an_installed_platform_explains_a_text_and_scores_itself(installation, tmp_path):
    explained = json.loads(installation.otklik("explain-text", "Лифт не работает", "--json"))
    assert (explained["intent"]["label"], explained["topic"]["label_ru"]) == ("complaint", "Лифты")
    truth, scored = tmp_path / "intents.csv", tmp_path / "scores.json"
    truth.write_text("text,intent\nЛифт не работает,complaint\nСпасибо за новую дорогу!,thanks\n", encoding="utf-8")
    installation.otklik("evaluate", "intents", "--truth", str(truth), "--json", str(scored))
    scores = json.loads(scored.read_text(encoding="utf-8"))
    assert (scores["n"], scores["accuracy"]) == (2, 1.0)


def test_the_schema_an_installed_platform_prints_is_the_documented_one(installation):
    documented = (ROOT / "docs" / "sources.schema.json").read_text(encoding="utf-8")
    assert json.loads(installation.otklik("source", "schema")) == json.loads(documented)
