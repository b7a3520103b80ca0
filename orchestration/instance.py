"""The home's Dagster instance folder. Its `dagster.yaml` is written once and then belongs to the operator."""

import os
import sys
from pathlib import Path

import dagster as dg
from dagster._core.instance.ref import InstanceRef
from dagster._core.storage.sqlite_storage import DagsterSqliteStorage
from dagster._serdes import ConfigurableClassData

from orchestration.event_log import KeptSqliteStorage
from otklik.home.settings import PROJECT_DIR, Home, Settings


def prepare_instance(home: Home) -> None:
    """Create the instance folder and its `dagster.yaml` unless they are there."""
    home.dagster.mkdir(parents=True, exist_ok=True)
    path = home.dagster / "dagster.yaml"
    if not path.exists():
        path.write_bytes(Path(__file__).with_name("dagster.yaml").read_bytes())


def open_instance(home: Home) -> dg.DagsterInstance:
    """The home's instance; where its `dagster.yaml` asks for Dagster's own files, with a faster way of writing them."""
    prepare_instance(home)
    ref = InstanceRef.from_dir(str(home.dagster))
    storage = ref.storage_data
    if storage is not None and storage.class_name == DagsterSqliteStorage.__name__:
        kept = ConfigurableClassData(KeptSqliteStorage.__module__, KeptSqliteStorage.__name__, storage.config_yaml)
        ref = ref._replace(storage_data=kept)
    return dg.DagsterInstance.from_ref(ref)


def open_ui(settings: Settings, *, port: int) -> None:
    """Become Dagster's UI and daemon on loopback for this home; does not return.

    Args:
        settings: home and sources.
        port: on 127.0.0.1.
    """
    prepare_instance(settings.home)
    os.environ.update(
        DAGSTER_HOME=str(settings.home.dagster),
        OTKLIK_HOME=str(settings.home.root),
        OTKLIK_SOURCES=":".join(str(path) for path in settings.source_files),
    )
    dagster = Path(sys.executable).with_name("dagster")
    workspace = str(PROJECT_DIR / "workspace.yaml")
    # replaces this process: Ctrl-C and signals go to Dagster itself
    os.execv(dagster, [str(dagster), "dev", "--workspace", workspace, "--host", "127.0.0.1", "--port", str(port)])  # noqa: S606
