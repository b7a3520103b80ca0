"""`otklik evaluate`: score our own functions. One of the two commands that load `lab/`, when they are called."""

from pathlib import Path


def evaluate_and_print(
    task: str,
    json_out: Path | None,
    *,
    truth: Path,
    train: Path | None,
    messages: Path | None,
    edges: Path | None,
    home: Path | None,
    seen: Path | None,
) -> None:
    """Score a task against a file of truth, print the scores, and write them if a file is named.

    Raises:
        ConfigurationError: the task or a file is not as it should be.
    """
    from lab.evaluation import EvaluationRequest, evaluate  # noqa: TID251 - scoring is no part of a running deployment
    from lab.evaluation.report import print_scores, write_json  # noqa: TID251

    request = EvaluationRequest(truth=truth, train=train, messages=messages, edges=edges, home=home, seen=seen)
    scores = evaluate(task, request)
    if json_out is not None:
        write_json(json_out, scores)
    print_scores(task, scores)
