"""The search index follows the rules of spelling: when they change, it is made anew, once."""

from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from inspect import getsource
from types import ModuleType

from sqlalchemy import Connection, delete, insert, select

from dosar.database.ordering.sort_columns import word_sorted_questions
from dosar.database.sealing import blind_index
from dosar.database.system_tables import search_word_table
from dosar.database.text import folding, transliteration
from dosar.language.form import Form
from dosar.language.privacy import inherited_clearances
from dosar.language.text import characters
from dosar.language.text.collation import sorted_after
from dosar.migrations.convert.conversion import fill_sort_columns, reindex_form
from dosar.records.finding import search

RULE_MODULES: tuple[ModuleType, ...] = (characters, transliteration, folding, inherited_clearances, search, blind_index)
"""What decides which words of an answer stand in the index, and who finds by them."""
RULES_ENTRY = "~rules"
"""The form under which the index says by which rules it was made."""
ALPHABETS_ENTRY = "~alphabets"
"""The form under which it says by which alphabets the sort columns were."""


def refresh_index(connection: Connection, forms: Iterable[Form]) -> None:
    """Make the words of every record anew if they were made by other rules than today's."""
    if _is_made_by(connection, RULES_ENTRY, _rules_digest()):
        return
    for form in forms:
        if any(question.search for question in form.questions.values()):
            reindex_form(connection, form)
    connection.execute(delete(search_word_table).where(search_word_table.c.form == RULES_ENTRY))
    connection.execute(insert(search_word_table).values(form=RULES_ENTRY, word=_rules_digest(), record_id=0))


def has_index(connection: Connection) -> bool:
    """Whether the index was ever made, or only its empty table."""
    told = select(search_word_table.c.form).where(search_word_table.c.form == RULES_ENTRY)
    return connection.execute(told).first() is not None


def refresh_sort_columns(connection: Connection, forms: Iterable[Form]) -> None:
    """Put the records in order anew if they were by other alphabets than today's: a language came or went."""
    digest = sha256(repr(sorted_after()).encode()).hexdigest()
    if _is_made_by(connection, ALPHABETS_ENTRY, digest):
        return
    for form in forms:
        if questions := word_sorted_questions(form):
            fill_sort_columns(connection, form, questions)
    connection.execute(delete(search_word_table).where(search_word_table.c.form == ALPHABETS_ENTRY))
    connection.execute(insert(search_word_table).values(form=ALPHABETS_ENTRY, word=digest, record_id=0))


def _is_made_by(connection: Connection, entry: str, digest: str) -> bool:
    """Whether the entry tells this digest."""
    told = select(search_word_table.c.form).where(search_word_table.c.form == entry, search_word_table.c.word == digest)
    return connection.execute(told).first() is not None


@cache
def _rules_digest() -> str:
    return sha256("".join(map(getsource, RULE_MODULES)).encode()).hexdigest()
