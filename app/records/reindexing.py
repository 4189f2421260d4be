"""The search index follows the rules of spelling: when they change, it is made anew, once."""

from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from inspect import getsource
from types import ModuleType

from sqlalchemy import Connection, delete, insert, select

from app.language import characters
from app.language.form import Form
from app.records import cyrillic, folding, search
from app.records.converting import index_anew
from app.records.system import word

RULES: tuple[ModuleType, ...] = (characters, cyrillic, folding, search)
"""What decides which words of an answer stand in the index."""
MADE_BY = "~rules"
"""The form under which the index says by which rules it was made."""


def refresh_index(connection: Connection, forms: Iterable[Form]) -> None:
    """Make the words of every record anew if they were made by other rules than today's."""
    made_by = select(word.c.word).where(word.c.form == MADE_BY)
    if connection.execute(made_by).scalars().all() == [_rules()]:
        return
    for form in forms:
        if any(question.search for question in form.questions.values()):
            index_anew(connection, form)
    connection.execute(delete(word).where(word.c.form == MADE_BY))
    connection.execute(insert(word).values(form=MADE_BY, word=_rules(), record_id=0))


@cache
def _rules() -> str:
    return sha256("".join(map(getsource, RULES)).encode()).hexdigest()
