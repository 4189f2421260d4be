"""Rows that a paper has in several tables: which of them a row stands in is told by one of its choices."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from dosar.language.question_options import Name
from dosar.language.text.texts import Text


class RowPart(BaseModel):
    """One of these tables."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: Text
    """What the paper calls it."""
    by: Name
    """The column that tells whether a row stands in it."""
    choices: Annotated[tuple[str, ...], Field(min_length=1)]
    """Its choices, of which a new row has the first; only the first table has also the rows without any."""
