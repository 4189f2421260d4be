"""Is this person known already? Asked before she is filed a second time.

The same code, personal number, telephone or e-mail, or a name that sounds nearly the same with the same
year of birth. The question is asked of every record, also of those the worker may not reach: two workers
cannot notice by themselves that they help one person. Of a record out of reach she learns that there is one,
not whose, and that :data:`dosar.records.repository.MOST_ASKED_IN_A_DAY` times a day: nobody tries out numbers.
This is the one deliberate read outside the scope, and only :func:`find_duplicates` leads to it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, func, literal, select, union_all

from dosar.database.sealing.blind_index import LAST_CHARACTER
from dosar.database.system_tables import search_word_table
from dosar.database.text.folding import fold_text, near_misses, word_as_heard
from dosar.database.text.transliteration import cyrillic_readings
from dosar.language.form import Form
from dosar.language.question import Answers, Question, Unknown
from dosar.records.finding.search import MAX_WORD_LENGTH, search_words
from dosar.records.repository import Repository
from dosar.records.scope.row_scope import SYSTEM_SCOPE, OutOfReach, Scope, acting_as, current_scope

LEAST_LIKENESS = 88
"""From this likeness on (of 100), two names may be one."""
SAME_FIRST_LETTERS = 3
"""Two words of a name begin alike: who shares less is not compared."""
MAX_COMPARED = 2000
MAX_DUPLICATES_TOLD = 5


@dataclass(frozen=True)
class LikelyDuplicate:
    """A record that may be the same person's."""

    id: int
    likeness: float
    """100 for the same number or address."""


def deciding_questions(form: Form) -> set[str]:
    """The questions by which a person is recognised; none for a form that is not about one."""
    if form.person is None:
        return set()
    return form.person.question_names | {question.name for question in _exact_questions(form)}


def _exact_questions(form: Form) -> list[Question]:
    return [question for question in form.stored_questions if question.identifies and question.search]


def find_duplicates(
    repository: Repository, form: Form, answers: Answers, but: int | None = None
) -> list[LikelyDuplicate]:
    """The records of the form that may be of the person these answers are about, the likeliest first.

    ``form`` is the whole form, ``but`` the record the answers are of. Raises :class:`OutOfReach` for who
    may neither enter nor correct such records.
    """
    scope = current_scope.get()
    if not (scope.may("enter", form.key) or scope.may("correct", form.key)):
        raise OutOfReach(form.key)
    if not deciding_questions(form):
        return []
    with acting_as(SYSTEM_SCOPE if _may_ask_beyond(repository, form, answers, scope) else scope):
        exactly = _with_same_number(repository, form, answers) - {but}
        nearly = _with_alike_words(repository, form, answers) - {but}
        compared = _compare_records(repository, form, answers, exactly | nearly)
    found = [likely for likely in compared if likely.id in exactly or likely.likeness >= LEAST_LIKENESS]
    found.sort(key=lambda likely: (likely.id not in exactly, -likely.likeness, -likely.id))
    return found[:MAX_DUPLICATES_TOLD]


def _may_ask_beyond(repository: Repository, form: Form, answers: Answers, scope: Scope) -> bool:
    """Whether records out of reach are looked through too; after that those in reach go on being found."""
    asked = form.key, tuple(str(answers.get(name)) for name in sorted(deciding_questions(form)))
    return scope.reaches_all_cases or repository.duplicate_checks.allows(scope.worker_id, asked)


def _with_same_number(repository: Repository, form: Form, answers: Answers) -> set[int]:
    """The records that have one of these numbers or addresses, in whichever question."""
    numbers = {
        written[0][0]
        for question in _exact_questions(form)
        if (answer := answers.get(question.name)) is not None
        and not isinstance(answer, Unknown)
        and (written := search_words(question.words(answer)))
    }
    if not numbers:
        return set()
    return set(
        repository.session.scalars(
            select(search_word_table.c.record_id)
            .where(search_word_table.c.form == form.key, search_word_table.c.word.in_(sorted(numbers)))
            .limit(MAX_COMPARED)
        )
    )


def _with_alike_words(repository: Repository, form: Form, answers: Answers) -> set[int]:
    """The records in which two words begin like two words of the name: few of many, off the search index."""
    parts = {part for name in whole_names(form, answers) for part in name.split()}
    beginnings = sorted({part[:SAME_FIRST_LETTERS] for part in parts})
    if len(beginnings) < 2:
        return set()
    begun = union_all(
        *[
            select(search_word_table.c.record_id, literal(position).label("place")).where(
                search_word_table.c.form == form.key, alike
            )
            for position, beginning in enumerate(beginnings)
            for alike in _words_beginning(beginning, {part for part in parts if part.startswith(beginning)})
        ]
    ).subquery()
    return set(
        repository.session.scalars(
            select(begun.c.record_id)
            .group_by(begun.c.record_id)
            .having(func.count(begun.c.place.distinct()) >= 2)
            .limit(MAX_COMPARED)
        )
    )


def _words_beginning(beginning: str, parts: Iterable[str]) -> Iterator[ColumnElement[bool]]:
    """The words that begin so, and those that a wrong letter at the beginning keeps apart from one of the parts."""
    yield and_(search_word_table.c.word >= beginning, search_word_table.c.word < beginning + LAST_CHARACTER)
    forms = sorted({form for part in parts for form in near_misses(part)})
    if forms:
        yield search_word_table.c.word.in_(forms)


def whole_names(form: Form, answers: Answers) -> list[str]:
    """The person's names as they sound; only those of which no part is missing."""
    names = []
    for name_questions in form.person.names if form.person else ():
        parts = [str(answer) for name in name_questions if _is_word(answer := answers.get(name))]
        if len(parts) == len(name_questions):
            names += [_as_heard(read) for read in cyrillic_readings(" ".join(parts))]
    return list(dict.fromkeys(names))


def _as_heard(name: str) -> str:
    return " ".join(word_as_heard(part)[:MAX_WORD_LENGTH] for part in fold_text(name).replace("-", " ").split())


def _is_word(answer: Any) -> bool:
    return answer is not None and not isinstance(answer, Unknown)


def _compare_records(repository: Repository, form: Form, answers: Answers, ids: Iterable[int]) -> list[LikelyDuplicate]:
    record_class = repository.record_class(form.key)
    questions = [form.questions[name] for name in sorted(deciding_questions(form))]
    columns = [name for question in questions for name in question.column_names()]
    record_ids = sorted(ids)
    if not record_ids:
        return []
    rows = repository.session.execute(
        select(record_class.id, *[getattr(record_class, name) for name in columns]).where(
            record_class.id.in_(record_ids)
        )
    )
    names, year = whole_names(form, answers), _birth_year(form, answers)
    found = []
    for row in rows:
        columned = dict(zip(columns, row[1:], strict=True))
        theirs = {question.name: question.restore_answer(columned) for question in questions}
        likeness = _likeness(names, whole_names(form, theirs)) if _may_be_same(year, _birth_year(form, theirs)) else 0
        found.append(LikelyDuplicate(row.id, likeness))
    return found


def _likeness(ours: Sequence[str], theirs: Sequence[str]) -> float:
    from rapidfuzz.fuzz import token_sort_ratio  # takes a while to come

    return max((token_sort_ratio(our, other) for our in ours for other in theirs), default=0.0)


def _birth_year(form: Form, answers: Answers) -> str:
    """The year of birth, as far as it is known."""
    born = form.questions.get(form.person.born or "") if form.person else None
    plain: Any = born.plain(answers.get(born.name)) if born is not None else None
    return str(plain or "")[:4]


def _may_be_same(year: str, other: str) -> bool:
    return not year or not other or year == other
