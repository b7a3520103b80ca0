"""The home's Dagster instance folder. Its `dagster.yaml` is written once and then belongs to the operator."""

from orchestration.settings import Home

_DAGSTER_YAML = """\
# Written when the home was made; edit it as you like (https://docs.dagster.io/deployment/oss/dagster-yaml).
# Run history and event logs are SQLite files beside this one. For more than one machine point `storage` at PostgreSQL.

concurrency:
  runs:
    max_concurrent_runs: 1 # a home is held by one run at a time anyway
  pools:
    default_limit: 1 # one writer to the warehouse; a pool without a limit would be no pool

run_monitoring:
  enabled: true # a run whose process died does not stay "started" for ever

retention:
  schedule:
    purge_after_days: 90
  sensor:
    purge_after_days: 7

telemetry:
  enabled: false

nux:
  enabled: false # no pop-up that asks for an e-mail address
"""


def prepare_instance(home: Home) -> None:
    """Create the instance folder and its `dagster.yaml` unless they are there."""
    home.dagster.mkdir(parents=True, exist_ok=True)
    path = home.dagster / "dagster.yaml"
    if not path.exists():
        path.write_text(_DAGSTER_YAML, encoding="utf-8")
