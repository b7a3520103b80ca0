"""Accounts as exports write them: obscured mail addresses are spelled out, and accounts of systems are no people."""

import re

# How archives of mailing lists hide the @ and the dots: Mailman 2 ` at `, HyperKitty `(a)`, MARC ` () `, others `[at]`.
_OBSCURED_AT = re.compile(r" ?[(\[{<] ?(?:at|a|) ?[)\]}>] ?| at ", re.IGNORECASE)
_OBSCURED_DOT = re.compile(r" ?[(\[{<] ?(?:dot|\.) ?[)\]}>] ?| dot | ! ", re.IGNORECASE)
_AROUND = "<>()[]{}\"',;:"

# The part before the @ of accounts that nobody writes from by hand.
_SYSTEMS = re.compile(
    r"(mailer[-_.]?daemon|postmaster|(do[-_.]?)?not?[-_.]?reply|healthmailbox[0-9a-f]*|microsoftexchange[0-9a-f]*"
    r"|systemmailbox\{?[0-9a-f-]*\}?|inboundproxy|bounces?|auto[-_.]?(reply|confirm)|notifications?)(\+.*)?"
)


def spelled_address(written: str) -> str | None:
    """The mail address that a value obscures (`ivan at example.org (Ivan)`), lower case; None where it hides none.

    Only a value without an @ is looked at: elsewhere `at` is a word. Linear in the value's length.
    """
    if "@" in written:
        return None
    name, at, domain = _OBSCURED_AT.sub("@", " ".join(written.split()), count=1).partition("@")
    name, domain = (_OBSCURED_DOT.sub(".", part).strip() for part in (name, domain))
    if not (at and name and domain):
        return None
    name, domain = name.split()[-1].strip(_AROUND), domain.split()[0].strip(_AROUND)
    return f"{name}@{domain}".lower() if name and "." in domain else None


def is_system(account: str) -> bool:
    """Whether nobody writes from an account by hand: bounces, no-reply addresses, mailboxes that servers test."""
    return _SYSTEMS.fullmatch(account.partition("@")[0].lower()) is not None


def addressed(
    recipients: list[str], sender: str | None, *, bots: frozenset[str] | set[str] = frozenset()
) -> tuple[list[str], str | None]:
    """The people a message is for, and why it is left out where there are none.

    Args:
        recipients: accounts, perhaps with the sender and programs among them.
        sender: who wrote.
        bots: accounts of programs.

    Returns:
        The people, in order; and None, `bot` where only programs were addressed, or `note_to_self`.
    """
    others = [one for one in dict.fromkeys(recipients) if one != sender]
    people = [one for one in others if one not in bots]
    return people, None if people else "bot" if others else "note_to_self"
