"""Subject ids as people type them: exactly one where one is asked for, none where words are kept."""

import re

from otklik.home.errors import ConfigurationError

_SUBJECT = re.compile(r"[cs]_[0-9a-f]{16}")


def require_subject(text: str) -> None:
    """Refuse what is not exactly one subject id.

    Raises:
        ConfigurationError: it is not.
    """
    if not _SUBJECT.fullmatch(text):
        raise ConfigurationError(
            f"Found {text!r}; accepted is one subject id, such as c_0123456789abcdef (a citizen) or "
            "s_0123456789abcdef (a member of staff)."
        )


def require_no_subject(words: str, option: str) -> None:
    """Refuse words that name a subject: they are kept when the subject is erased.

    Raises:
        ConfigurationError: they do.
    """
    if _SUBJECT.search(words):
        raise ConfigurationError(f"{option}: found a subject id; the words are kept for ever, so name nobody in them.")
