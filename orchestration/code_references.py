"""Where an asset is written, shown beside it in the UI: a model of dbt, or the function that computes it."""

import inspect
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import dagster as dg

_KEY = "dagster/code_references"


def code_reference(path: Path, line: int | None = None) -> dict[str, Any]:
    """Metadata of an asset that is written in a file."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dg.BetaWarning)  # the metadata is; nothing of ours leans on it
        written = dg.LocalFileCodeReference(file_path=str(path), line_number=line)
        return {_KEY: dg.CodeReferencesMetadataValue(code_references=[written])}


def with_code_references(assets: Sequence[dg.AssetsDefinition]) -> list[dg.AssetsDefinition]:
    """The assets, each that names no file with the function that computes it."""
    return [asset.map_asset_specs(_named(asset)) for asset in assets]


def _named(asset: dg.AssetsDefinition) -> Any:
    # behind the wrapper that tells errors (`failures.py`)
    code = inspect.unwrap(getattr(asset.op.compute_fn, "decorated_fn")).__code__  # noqa: B009 (Dagster types it wider)
    written = code_reference(Path(code.co_filename), code.co_firstlineno)
    return lambda spec: spec if _KEY in spec.metadata else spec.merge_attributes(metadata=written)
