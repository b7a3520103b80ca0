"""What `otklik label topics` does: a sheet of texts whose labels would help most, and answers as labels."""

from datetime import datetime
from pathlib import Path

import typer

from otklik.commands.label_incidents import add_labels
from otklik.home.errors import ConfigurationError
from otklik.home.settings import Home, Settings
from otklik.stages.incident_labelling import write_sheet
from otklik.stages.topic_labelling import draw_texts, read_topic_answers, topic_label_rows
from otklik.stages.training import current_model


def draw_topic_sheet(home: Home, path: Path, n_texts: int) -> None:
    """Draw texts and write the sheet.

    Raises:
        ConfigurationError: the home has not run, or a sheet with answers stands there already.
    """
    if not home.warehouse.exists():
        raise ConfigurationError(f"{home.root} has no tables yet; run `otklik run` first.")
    if path.exists() and read_topic_answers(path):
        raise ConfigurationError(f"{path} holds answers: take them in with --answers, then move it or name another.")
    sheet = draw_texts(home, current_model(home), n_texts)
    write_sheet(path, sheet)
    typer.echo(f"{len(sheet):,} texts in {path}. Fill in authority, group and topic where you are certain, then:")
    typer.echo(f"otklik label topics --answers {path} --into labels/topics.csv")


def take_topics_in(settings: Settings, answers: Path, into: Path, *, annotator: str, clock: datetime) -> None:
    """Write answers as rows of the entity `label`, dated by the instant that the deployment looks from."""
    rows = read_topic_answers(answers)
    add_labels(settings, into, clock, lambda at: topic_label_rows(rows, annotator=annotator, at=at))
