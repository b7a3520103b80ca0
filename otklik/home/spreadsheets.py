"""Cells that a spreadsheet shows and does not run: words of citizens are in the sheets that people open."""

# What spreadsheets take for the beginning of a formula (OWASP, CSV injection).
FORMULA_MARKS = ("=", "+", "-", "@", "\t", "\r")


def inert(text: str) -> str:
    """The text, with an apostrophe before it where it would be a formula.

    Examples:
        >>> inert("=HYPERLINK(1)"), inert("Яма")
        ("'=HYPERLINK(1)", 'Яма')
    """
    return f"'{text}" if text.startswith(FORMULA_MARKS) else text
