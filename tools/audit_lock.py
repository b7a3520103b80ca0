"""What can be said of the lock without a network; exits with 1 if something is wrong.

Every requirement is pinned to one version and to hashes, none comes from an address of its own, what is installed is
what is locked and nothing beside it, and every licence is told. Known vulnerabilities need a network: feed what `make
sbom` writes to a scanner of yours.

    python tools/audit_lock.py requirements/lock.txt
"""

import re
import sys
from importlib import metadata
from pathlib import Path

_ENTRY = re.compile(r"^(?P<name>[A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?==(?P<version>\S+?)(?=\s|$)(?P<rest>.*)$", re.DOTALL)
# Not in the lock: what installs it, and the project itself.
_BESIDE = {"otklik", "pip", "uv", "setuptools", "wheel"}
_DEMANDING = re.compile(r"\b(A?GPL|GNU (Affero )?General Public|SSPL|Commons Clause|BUSL)", re.IGNORECASE)


def normal(name: str) -> str:
    """A package's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def entries(lock: Path) -> dict[str, tuple[str, list[str]]]:
    """Name → version and hashes; raises where an entry is not pinned."""
    text = re.sub(r"\\\n", " ", lock.read_text(encoding="utf-8"))
    found = {}
    for line in (one.strip() for one in text.splitlines()):
        if not line or line.startswith("#"):
            continue
        match = _ENTRY.match(line)
        if match is None or "://" in line:
            raise SystemExit(f"{lock}: not pinned to a version of the index: {line[:100]}")
        found[normal(match["name"])] = match["version"], re.findall(r"--hash=sha256:([0-9a-f]{64})", match["rest"])
    return found


def licence_of(distribution: metadata.Distribution) -> str:
    """What a package says of its licence; empty where it says nothing."""
    about = distribution.metadata
    classifiers = [one.rpartition(":: ")[2] for one in about.get_all("Classifier") or [] if one.startswith("License")]
    told = about.get("License-Expression") or ", ".join(classifiers) or (about.get("License") or "").splitlines()[:1]
    return told if isinstance(told, str) else "".join(told)


def main() -> int:
    """Print what was found; 0 if nothing is wrong."""
    locked = entries(Path(sys.argv[1]))
    installed = {normal(one.name): one for one in metadata.distributions()}
    problems = [f"{name}=={version} has no hash" for name, (version, hashes) in locked.items() if not hashes]
    problems += [
        f"{name} {installed[name].version} is installed, the lock says {version}"
        for name, (version, _) in locked.items()
        if name in installed and installed[name].version != version
    ]
    problems += [f"{name} is installed and not locked" for name in installed.keys() - locked.keys() - _BESIDE]
    licences = {name: licence_of(installed[name]) for name in locked.keys() & installed.keys()}
    silent = sorted(name for name, licence in licences.items() if not licence)
    demanding = sorted(f"{name} ({licence})" for name, licence in licences.items() if _DEMANDING.search(licence))
    for problem in sorted(problems):
        print(f"✗ {problem}")
    n_hashes = sum(len(hashes) for _, hashes in locked.values())
    print(f"{len(locked)} packages pinned, {n_hashes:,} hashes, {len(licences)} installed.")
    print(f"Licences that ask for more than a notice: {', '.join(demanding) or 'none'}.")
    print(f"Packages that tell no licence: {', '.join(silent) or 'none'}.")
    return 1 if problems else 0


if __name__ == "__main__":
    raise SystemExit(main())
