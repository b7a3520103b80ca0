"""How one run is asked to do otherwise than its sources files say."""

from collections.abc import Sequence

from otklik.home.errors import ConfigurationError
from otklik.intake.sources.configuration import Configuration
from otklik.intake.sources.on_failure import OnFailure


def on_failure_for_one_run(configuration: Configuration, asked: Sequence[str]) -> Configuration:
    """The configuration with other answers to a failed gate.

    Args:
        configuration: what the sources files say.
        asked: each `ANSWER`, for every source, or `SOURCE=ANSWER`; later ones win.

    Raises:
        ConfigurationError: a source or an answer is not known.
    """
    sources = dict(configuration.sources)
    for one in asked:
        name, _, answer = one.rpartition("=")
        if (name and name not in sources) or answer not in set(OnFailure):
            raise ConfigurationError(
                f"--on-failure {one!r}: accepted are {', '.join(OnFailure)}, alone or behind one of "
                f"{', '.join(f'{source}=' for source in sources)}."
            )
        for source in [name] if name else sources:
            sources[source] = sources[source].model_copy(update={"on_failure": OnFailure(answer)})
    return configuration.model_copy(update={"sources": sources})
