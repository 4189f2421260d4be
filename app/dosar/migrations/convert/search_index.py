"""The search index follows the rules of spelling: when they change, it is made anew, once."""

from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from inspect import getsource
from types import ModuleType

from sqlalchemy import Connection, delete, insert, select

from dosar.database.system_tables import search_word_table
from dosar.database.text import folding, transliteration
from dosar.language.form import Form
from dosar.language.text import characters
from dosar.migrations.convert.conversion import reindex_form
from dosar.records import search

RULE_MODULES: tuple[ModuleType, ...] = (characters, transliteration, folding, search)
"""What decides which words of an answer stand in the index."""
RULES_ENTRY = "~rules"
"""The form under which the index says by which rules it was made."""


def refresh_index(connection: Connection, forms: Iterable[Form]) -> None:
    """Make the words of every record anew if they were made by other rules than today's."""
    made_by = select(search_word_table.c.word).where(search_word_table.c.form == RULES_ENTRY)
    if connection.execute(made_by).scalars().all() == [_rules_digest()]:
        return
    for form in forms:
        if any(question.search for question in form.questions.values()):
            reindex_form(connection, form)
    connection.execute(delete(search_word_table).where(search_word_table.c.form == RULES_ENTRY))
    connection.execute(insert(search_word_table).values(form=RULES_ENTRY, word=_rules_digest(), record_id=0))


@cache
def _rules_digest() -> str:
    return sha256("".join(map(getsource, RULE_MODULES)).encode()).hexdigest()
