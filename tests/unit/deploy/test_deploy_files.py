"""What `deploy/` holds fits together, and what systemd and nginx say of it where they are installed."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[3]
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))

with_systemd = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")


def installed_here(unit: Path, folder: Path) -> Path:
    """The unit with the programs of this environment: systemd asks whether they are there."""
    bin_folder = Path(sys.executable).parent
    text = unit.read_text(encoding="utf-8").replace("/opt/otklik/bin", str(bin_folder))
    (folder / unit.name).write_text(text, encoding="utf-8")
    return folder / unit.name


@with_systemd
def test_systemd_has_nothing_to_say_about_the_units(tmp_path):
    units = [installed_here(unit, tmp_path) for unit in (*UNITS, *(DEPLOY / "systemd").glob("*.timer"))]
    assert len(units) == 5
    result = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True)
    assert (result.returncode, result.stderr) == (0, "")


@with_systemd
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_systemd_calls_each_service_well_confined(unit):
    # 2.0 of 10 on systemd's scale, where a service without any directive has 9.6
    command = ["systemd-analyze", "security", "--offline=yes", "--threshold=20", str(unit)]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout[-500:]


def test_the_workspace_that_units_and_containers_name_is_where_the_wheel_puts_it():
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert '"workspace.yaml" = "otklik/project/workspace.yaml"' in project
    named = {
        path.name: set(re.findall(r"/opt/\S+workspace\.yaml", path.read_text(encoding="utf-8")))
        for path in (DEPLOY / "compose.yaml", *UNITS)
    }
    where = {"/opt/otklik/lib/python3.11/site-packages/otklik/project/workspace.yaml"}
    assert {name for name, found in named.items() if found == where} == {
        *("compose.yaml", "otklik-daemon.service", "otklik-webserver.service")
    }


def test_nothing_but_the_proxy_is_seen_from_outside():
    services = YAML(typ="safe").load(DEPLOY / "compose.yaml")["services"]
    assert {name for name, service in services.items() if "ports" in service} == {"proxy"}
    assert {name for name, service in services.items() if service.get("network_mode") == "service:proxy"} == {
        *("database", "webserver", "daemon", "monitor")
    }
    for text in (path.read_text(encoding="utf-8") for path in (DEPLOY / "compose.yaml", *UNITS)):
        assert "0.0.0.0" not in text


def test_every_variable_of_the_history_is_in_the_file_of_the_environment():
    needed = set(re.findall(r"env: (\w+)", (DEPLOY / "dagster.yaml").read_text(encoding="utf-8")))
    given = set(re.findall(r"^(\w+)=", (DEPLOY / "otklik.env").read_text(encoding="utf-8"), flags=re.MULTILINE))
    assert needed == {f"OTKLIK_DAGSTER_{name}" for name in ("HOST", "PORT", "USER", "PASSWORD", "DATABASE")}
    assert needed <= given


def test_folders_that_compose_mounts_into_are_there_and_belong_to_the_service():
    services = YAML(typ="safe").load(DEPLOY / "compose.yaml")["services"]
    image = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    into = {Path(one.split(":")[1]).parent.as_posix() for one in services["daemon"]["volumes"] if "yaml:" in one}
    assert into == {"/srv/otklik", "/srv/otklik/dagster"}
    assert "--home-dir /srv/otklik otklik" in image
    assert "install -d -o otklik -g otklik -m 0700 /srv/otklik/dagster" in image
