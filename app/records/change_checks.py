"""What a changed form would do to the records it has: refused, waiting for ``dosar upgrade``, or only told.

:mod:`app.language.changes` compares the files; here the records that are kept have their say.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from app.language.changes import Kept, kept_questions, places_of
from app.language.finding import Finding, finding
from app.language.form import CASE, Form
from app.language.message import msgid
from app.language.question import Question
from app.language.reading import Source
from app.records.held import Held

KEPT_APART = msgid(
    'Without "belongs_to: case" everybody who may see the form would see the sheets of all cases (%(count)s), which '
    "only those who work on the case see. Put the line back, or keep this form as it is and begin another one with a "
    "new name."
)
BELONG_NOWHERE = msgid(
    "Records of this form that belong to no case: %(count)s. Say which case each belongs to: add a question (type: "
    "link, to: case), answer it on each of them, and name it here (case_was: …). Or take this line away and begin "
    "another form with a new name."
)
NO_CASE_NAMED = msgid(
    'Records of this form that do not say in "%(name)s" which case they belong to: %(lacking)s of %(count)s. Take '
    "this line away, answer the question on each of them, then put it back."
)


@dataclass(frozen=True)
class Changed:
    """A form with records, as it stands and as its file says it now."""

    older: Form
    now: Form
    source: Source
    held: Held

    def place(self, *path: Any) -> Any:
        """The line of this key."""
        return self.source.place(path)


def refused(one: Changed) -> Iterator[Finding]:
    """Changes that would lose records, or show them to others, with what to do instead."""
    yield from _belonging(one)


def waiting(one: Changed) -> Iterator[Finding]:
    """Changes that only ``dosar upgrade`` makes: it says what it does, and takes a copy first."""
    if gets_case(one.older, one.now) and (count := one.held.records(one.older.key)):
        yield finding(
            one.place("belongs_to"), "F025",
            'The records of this form (%(count)s) get their case from "%(name)s": run "dosar upgrade".',
            count=count, name=one.now.case_was,
        )
    yield from _seen_by_more(one)


def gets_case(older: Form, now: Form) -> bool:
    """Whether records that belonged to no case belong to one from now on."""
    return now.belongs_to is not None and older.belongs_to is None


def loses_case(older: Form, now: Form) -> bool:
    """Whether records that belonged to cases stand by themselves from now on."""
    return older.belongs_to is not None and now.belongs_to is None


def _belonging(one: Changed) -> Iterator[Finding]:
    if not (gets_case(one.older, one.now) or loses_case(one.older, one.now)):
        return
    count = one.held.records(one.older.key)
    if not count:
        return
    if loses_case(one.older, one.now):
        yield finding(one.place("form"), "F048", KEPT_APART, count=count)
        return
    named = _case_question(one.older, one.now)
    if named is None:
        yield finding(one.place("belongs_to"), "F048", BELONG_NOWHERE, count=count)
    elif lacking := one.held.without(one.older.key, named):
        yield finding(
            one.place("case_was"), "F048", NO_CASE_NAMED, lacking=lacking, count=count, name=one.now.case_was
        )


def _case_question(older: Form, now: Form) -> str | None:
    """The column that says which case each record belongs to, as it stands."""
    for kept in kept_questions(older, now):
        if not kept.rows_of and kept.now.name == now.case_was and kept.older.link_target() == CASE:
            return kept.older.name
    return None


# --- more people would see it ------------------------------------------------------------------------

def _seen_by_more(one: Changed) -> Iterator[Finding]:
    names = reached_by_more(one.older, one.now)
    if names and (count := one.held.records(one.older.key)):
        yield finding(
            one.place("private_to"), "F049",
            "More people would see the records of this form (%(count)s), which only those named in %(names)s reach. "
            'If that is meant, run "dosar upgrade"; if not, put private_to back.', count=count, names=names,
        )
    places = places_of(one.now)
    for kept, what, count in read_by_more(one.older, one.now, one.held):
        yield finding(
            one.place(*places[kept.rows_of, kept.now.name], "name"), "F049",
            'More people would read the answers to "%(name)s" (%(count)s), which are only for those who may know '
            '"%(what)s". If that is meant, run "dosar upgrade"; if not, write sensitivity: %(what)s again.',
            count=count, name=kept.now.name, what=what,
        )


def reached_by_more(older: Form, now: Form) -> str:
    """The questions that named the only people to reach the records, if others reach them from now on."""
    narrow = older.private_to and not (now.private_to and {*now.private_to} <= {*older.private_to})
    return ", ".join(older.private_to) if narrow else ""


def read_by_more(older: Form, now: Form, held: Held) -> Iterator[tuple[Kept, str, int]]:
    """The questions whose answers more people read from now on, what one had to know for them, and how many."""
    for kept in kept_questions(older, now):
        freed = _clearances(older, kept.rows_were_of, kept.older) - _clearances(now, kept.rows_of, kept.now)
        if freed and (count := held.answered(older.key, kept.rows_were_of, kept.older)):
            yield kept, min(freed), count


def _clearances(form: Form, rows_of: str, question: Question) -> set[str]:
    """What one must be cleared for to read the answers: a column's table counts too."""
    table = form.questions.get(rows_of)
    return {one.sensitivity for one in (question, table) if one is not None and one.sensitivity}
