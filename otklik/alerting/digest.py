"""The weekly digest: every target is told once of each week, by the first snapshot of it."""

import hashlib
import json
import os
from collections.abc import Mapping
from datetime import datetime

from otklik.alerting.overdue import TELLING_SECONDS, complete_lines
from otklik.alerting.targets import AlertError, send
from otklik.home.errors import ConfigurationError
from otklik.home.lock import held_file
from otklik.home.settings import Home
from otklik.intake.sources.alert_options import AlertOptions, Target
from otklik.publishing.manifests import current_manifest
from otklik.publishing.snapshot_files import DATABASE_NAME
from otklik.report.digest import Digest, weekly_digest


def tell_digest(home: Home, options: AlertOptions, environment: Mapping[str, str] = os.environ) -> list[str]:
    """Send the digest of the week of the snapshot in force to every target that has none of that week yet.

    Returns:
        Names of the targets that were told; none where `weekly_digest` is not asked for.

    Raises:
        ConfigurationError: nothing was published in this home yet.
        AlertError: a target could not be reached; the others were told.
    """
    if not options.weekly_digest:
        return []
    manifest = current_manifest(home.published)
    if manifest is None:
        raise ConfigurationError(f"{home.published}: nothing is published yet; run `otklik run` first.")
    database = (home.analyst / DATABASE_NAME).resolve()
    digest = weekly_digest(database, datetime.fromisoformat(manifest["as_of"]))
    told, problems = [], []
    for name, target in sorted(options.targets.items()):
        try:
            if _tell_once(home, name, target, digest, environment):
                told.append(name)
        except (AlertError, ConfigurationError) as error:
            problems.append(f"{name}: {error}")
    if problems:
        raise AlertError("Not everybody got the digest; it is tried again next time. " + " ".join(problems))
    return told


def _tell_once(home: Home, name: str, target: Target, digest: Digest, environment: Mapping[str, str]) -> bool:
    """As for what is overdue: the week is written down after the letter went out."""
    path = home.alerts / f"{name}.digest.jsonl"
    refused = f"{path}: another process has been telling this target for {TELLING_SECONDS} s; end it and try again."
    with held_file(path, refusal=lambda _: AlertError(refused), wait_seconds=TELLING_SECONDS) as file:
        if digest.week in complete_lines(file):
            return False
        key = hashlib.sha256(f"digest {digest.week}\n{digest.text}".encode()).hexdigest()[:32]
        send(
            target,
            key=key,
            subject=digest.subject,
            text=digest.text,
            content={
                "kind": "digest",
                "key": key,
                "week": digest.week,
                "subject": digest.subject,
                "text": digest.text,
            },
            environment=environment,
            html=digest.html,
        )
        file.write(json.dumps(digest.week) + "\n")
        file.flush()
        os.fsync(file.fileno())
    return True
