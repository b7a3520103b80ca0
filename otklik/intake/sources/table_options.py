"""How a table is written down: the options of CSV files, workbooks and JSON documents."""

import codecs
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator
from pydantic_core import PydanticCustomError


def _known_encoding(name: str) -> str:
    try:
        codecs.lookup(name)
        b"".decode(name)  # not every codec is of characters
    except LookupError:
        raise PydanticCustomError(
            "encoding",
            "no such encoding; accepted is what Python knows, such as utf-8, utf-16, windows-1251, koi8-r, cp866, "
            "iso-8859-1, windows-1252, shift_jis, gb18030",
        ) from None
    return name


class TableOptions(BaseModel):
    """How a table is written down: CSV, and what of it a workbook or a JSON document has too."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    delimiter: str = Field(default=",", min_length=1, max_length=1, description="One character between fields.")
    quote: str = Field(default='"', max_length=1, description="One character around fields, or empty for none.")
    encoding: Annotated[str, AfterValidator(_known_encoding)] = Field(
        default="utf-8", description="How the file's bytes spell its characters: any encoding that Python knows."
    )
    escape: str | None = Field(
        default=None, min_length=1, max_length=1, description="Before a quote within quotes; by default it is doubled."
    )
    null: str | None = Field(default=None, min_length=1, description=r"What stands for no value, such as \N.")
    header_row: int | list[int] | None = Field(
        default=None,
        description="The row that names the columns, counted from 1, where titles stand above; two rows where names "
        "are spread over both. By default the first that is not empty.",
    )
    sheet: str | list[str] | None = Field(
        default=None,
        description="XLSX: the sheet or sheets to read. By default the first, and all that have its columns.",
    )
    rows: str | None = Field(
        default=None, description="JSON: where the list of rows stands, such as data.items; by default the whole."
    )

    @field_validator("header_row")
    @classmethod
    def _one_or_two_rows(cls, value: int | list[int] | None) -> int | list[int] | None:
        rows = value if isinstance(value, list) else [] if value is None else [value]
        if (
            value == []
            or any(row < 1 for row in rows)
            or rows != list(range(rows[0], rows[0] + len(rows)) if rows else [])
        ):
            raise PydanticCustomError("header_row", "accepted are a row from 1 on, or rows that follow each other")
        return value

    @property
    def header_rows(self) -> list[int]:
        """The rows that name the columns; empty for the first that is not empty."""
        if self.header_row is None:
            return []
        return self.header_row if isinstance(self.header_row, list) else [self.header_row]

    @property
    def sheets(self) -> list[str]:
        """The sheets to read; empty for the first and those like it."""
        return [self.sheet] if isinstance(self.sheet, str) else self.sheet or []
