"""`otklik label`: what a person decides, cheaply."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from otklik.commands.options import HomeOption, SourcesOption, settings_of

label_app = typer.Typer(no_args_is_help=True, help="Draw what is worth a person's answer, and take answers in.")


def required(into: Path | None) -> Path:
    """The file that answers are added to.

    Raises:
        typer.BadParameter: none was named.
    """
    if into is None:
        raise typer.BadParameter("say with --into which CSV of labels the answers are added to.")
    return into


@label_app.callback()
def _label() -> None:
    """Draw what is worth a person's answer, and take answers in."""


@label_app.command("topics")
def label_topics(
    home: HomeOption = None,
    sources: SourcesOption = None,
    texts: Annotated[int, typer.Option(min=1, help="Texts to draw; a hundred are an hour's work.")] = 100,
    sheet: Annotated[
        Path | None,
        typer.Option(help="Sheet to write.", show_default="<home>/restricted/labelling/topics.csv"),
    ] = None,
    answers: Annotated[
        Path | None, typer.Option(help="An answered sheet, to be written as labels; nothing is drawn then.")
    ] = None,
    into: Annotated[Path | None, typer.Option(help="CSV of labels to add them to; a source of yours reads it.")] = None,
    annotator: Annotated[str, typer.Option(help="Who decided, as a code or a role; never a name.")] = "a1",
) -> None:
    """Authority, group and topic: draw the texts whose labels would help the model most, or take the answers in.

    Drawn are texts that nobody labelled, which the model in force doubts and which differ from one another.
    """
    from otklik.commands.label_topics import draw_topic_sheet, take_topics_in

    settings = settings_of(home, sources)
    if answers is None:
        path = sheet or settings.home.restricted / "labelling" / "topics.csv"
        draw_topic_sheet(settings.home, path, texts)
        return
    take_topics_in(settings, answers, required(into), annotator=annotator, clock=datetime.now(UTC))


@label_app.command("incidents")
def label_incidents(
    home: HomeOption = None,
    sources: SourcesOption = None,
    pairs: Annotated[int, typer.Option(min=1, help="Pairs to draw; two hundred are an hour's work.")] = 200,
    sheet: Annotated[
        Path | None,
        typer.Option(
            help="Sheet to write, or to go on with.", show_default="<home>/restricted/labelling/incidents.csv"
        ),
    ] = None,
    ask: Annotated[bool, typer.Option("--ask", help="Ask on this terminal, pair after pair; q stops.")] = False,
    answers: Annotated[
        Path | None, typer.Option(help="An answered sheet, to be written as labels; nothing is drawn then.")
    ] = None,
    into: Annotated[Path | None, typer.Option(help="CSV of labels to add them to; a source of yours reads it.")] = None,
    annotator: Annotated[str, typer.Option(help="Who decided, as a code or a role; never a name.")] = "a1",
) -> None:
    """Which posts are one incident: draw pairs for a person to read, ask, or take the answers in.

    Answers are same, different and cannot_tell: would one visit of one crew to one place settle both matters?
    """
    from otklik.commands.label_incidents import ask_on_terminal, draw_sheet, take_in

    settings = settings_of(home, sources)
    if answers is not None:
        take_in(settings, answers, required(into), annotator=annotator, clock=datetime.now(UTC))
        return
    path = sheet or settings.home.restricted / "labelling" / "incidents.csv"
    if not (ask and path.exists()):
        draw_sheet(settings.home, path, pairs)
    if ask:
        ask_on_terminal(path)
