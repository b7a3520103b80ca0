"""`${NAME}` in sources files: where it stands for the environment, and what is said when the environment lacks it."""

import re
from collections.abc import Mapping

from otklik.home.errors import ConfigurationError


def fill_from_environment(text: str, where: str, environment: Mapping[str, str]) -> str:
    """A text with `${NAME}` and `${NAME:-default}` filled in.

    Raises:
        ConfigurationError: a variable is not set; names it and the place in the sources file, `where`.
    """

    def value(match: re.Match[str]) -> str:
        name, default = match.group(1), match.group(2)
        found = environment.get(name) or default
        if found is None:
            raise ConfigurationError(
                f"{where}: the environment variable {name} is not set. Set it, or write ${{{name}:-default}}."
            )
        return found

    return re.sub(r"\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}", value, text)
