"""Cases by what they are called: whole or short, as people write the code of a case."""

from typing import Any

from sqlalchemy import or_, select

from dosar.database.system_tables import search_word_table
from dosar.database.text.folding import fold_text
from dosar.language.form import CASE_FORM
from dosar.language.question import Question
from dosar.records.finding.search import names_of_code
from dosar.records.repository import Repository


def cases_called(repository: Repository, question: Question, typed: str) -> list[int]:
    """The numbers of the cases within reach that are called so, by the answers to this question.

    *D-2026-0001* is *2026-1*, *1* and *d 1*, too; who wrote a whole code means that case alone.
    """
    name = fold_text("".join(typed.split()))
    case: Any = repository.record_class(CASE_FORM)
    code = getattr(case, question.name)
    with_word = select(search_word_table.c.record_id).where(
        search_word_table.c.form == CASE_FORM, search_word_table.c.word == name, search_word_table.c.sensitivity == ""
    )
    candidates = select(case.id, code).where(or_(case.id.in_(with_word), code.in_([typed, typed.upper(), name])))
    called = {number: text for number, text in repository.session.execute(candidates) if name in names_of_code(text)}
    return [number for number, text in called.items() if fold_text(text) == name] or sorted(called)
