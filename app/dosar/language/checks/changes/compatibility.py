"""What may change in a form that has answers already, and what would lose some of them."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

from dosar.language.checks.changes.form_comparison import (
    KeptQuestion,
    continued_questions,
    kept_questions,
    late_renamings,
    late_table_renamings,
    paths_by_column,
    questions_by_column,
)
from dosar.language.choices import Choice
from dosar.language.form import Form
from dosar.language.load.finding import Finding, finding
from dosar.language.load.yaml_reader import Source
from dosar.language.question import Question
from dosar.language.text.message import msgid

ANSWERS_REFUSED = msgid(
    'Answers to "%(name)s" that would not be accepted any more: %(count)s. Give it back its limits, or '
    "retire it (retired: true) and add a question with a new name."
)
ANOTHER_TYPE = msgid(
    'Answers of type "%(was)s" do not fit type "%(now)s": retire "%(name)s" (retired: true) and add '
    "a question with a new name."
)
NARROWER_LIMITS = msgid(
    'Answers that were right may no longer be: give "%(name)s" back its limits or choices, or retire '
    "it (retired: true) and add a question with a new name."
)
UNKNOWN_GONE = msgid('Some records may answer "%(name)s" with "does not know": keep unknown: true.')
CountUnfit = Callable[[KeptQuestion, Question], int | None]
"""How many of the answers that are kept would not be accepted any more; nothing where nobody knows."""


def refusal_findings(
    older: Form,
    now: Form,
    source: Source,
    lists: Mapping[str, Sequence[Choice]],
    unfit: CountUnfit = lambda kept_question, question: None,
) -> Iterator[Finding]:
    """Changes under which answers would be lost or mixed up, each with what to do instead."""
    late = {(renaming.rows_of, renaming.now.name) for renaming in late_renamings(older, now)}
    late |= {("", renaming.now.name) for renaming in late_table_renamings(older, now)}
    before = questions_by_column(older)
    places = paths_by_column(now)
    if older.append_only and not now.append_only:
        yield finding(
            source.place(),
            "F026",
            "This form is a ledger, and its entries were never to be changed: write append_only: true again.",
        )
    for kept_question in kept_questions(older, now):
        place = source.place((*places[kept_question.rows_of, kept_question.now.name], "type"))
        yield from _check_kept_question(kept_question, place, lists, unfit)
        if kept_question.older.only_added and not kept_question.now.only_added:
            yield finding(
                place,
                "F026",
                "Rows of this table were never to be changed: write append_only: true again.",
            )
    for (rows_of, name), question in questions_by_column(now).items():
        was = before.get((rows_of, question.was)) if question.was else None
        taken = before.get((rows_of, name))
        if was is not None and taken is not None and taken.was != question.was and (rows_of, name) not in late:
            yield finding(
                source.place((*places[rows_of, name], "was")),
                "F020",
                'There already was a question "%(name)s": the answers to "%(was)s" would be mixed with its '
                "answers. Take a name that was never used.",
                name=name,
                was=was.name,
            )


def _check_kept_question(
    kept_question: KeptQuestion, place: Any, lists: Mapping[str, Sequence[Choice]], unfit: CountUnfit
) -> Iterator[Finding]:
    older, now = kept_question.older, kept_question.now
    if not {*now.choice_lists()} <= {*lists}:
        return  # said already, and the form runs on as it was
    completed = now.with_choices(lists)
    count = unfit(kept_question, completed) if now.type == older.type else None
    if text := _loss(older, completed, count):
        name = older.name if text == ANOTHER_TYPE else now.name
        yield finding(place, "F020", text, name=name, was=older.type, now=now.type, count=count)


def _loss(older: Question, now: Question, count: int | None) -> str:
    """What is said of a change under which answers would be lost; empty for one that loses none.

    ``count`` answers would not be accepted any more; ``None`` where nobody knows.
    """
    if count:
        return ANSWERS_REFUSED
    if count is None and not now.is_wider_than(older):
        return ANOTHER_TYPE if now.type != older.type else NARROWER_LIMITS
    return UNKNOWN_GONE if older.unknown and not now.unknown else ""


def conversion_findings(older: Form, now: Form, source: Source) -> Iterator[Finding]:
    """Questions whose answers are written anew in another type: not done by a mere start."""
    places = paths_by_column(now)
    for question in kept_questions(older, now):
        if question.is_converted and not question.now.computed:
            yield finding(
                source.place((*places[question.rows_of, question.now.name], "type")),
                "F025",
                'The answers to "%(name)s" must be converted from type "%(was)s" to "%(now)s": run "dosar upgrade".',
                name=question.now.name,
                was=question.older.type,
                now=question.now.type,
            )


def disappearance_findings(older: Form, now: Form, source: Source, moving: Collection[str] = ()) -> Iterator[Finding]:
    """Questions that are simply gone from the file, and not ``moving`` to another form: their answers lie on where
    nobody sees them."""
    continued = {
        (kept_question.former_rows_of, kept_question.older.name) for kept_question in continued_questions(older, now)
    }
    for (rows_of, name), question in questions_by_column(older).items():
        gone_with_table = rows_of and ("", rows_of) not in continued
        if (rows_of or name) in moving:
            continue
        if (rows_of, name) not in continued and not question.retired and not gone_with_table:
            yield finding(
                source.place(("sections",)),
                "F021",
                'The question "%(name)s" is gone from the file; its answers are kept but nobody sees them. '
                "Put it back with retired: true; if it has a new name, write there was: %(name)s.",
                name=name,
            )
