"""What a question begins with: a default that can be an answer of its question, on the form and on each face."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from dosar.language.checks.checked_forms import checked_forms
from dosar.language.choices import Choice
from dosar.language.face import Face
from dosar.language.form import Form
from dosar.language.load.finding import Finding, finding
from dosar.language.load.folder import FolderReading
from dosar.language.load.source_lines import CheckedForm, FormPath, walk_questions
from dosar.language.question import Answer, Question
from dosar.language.question import ReadingContext as Reader
from dosar.language.text.translations import LANGUAGES

DEFAULTS_READER = Reader(LANGUAGES[0], date(2100, 12, 30), worker_id=1)
"""Who tries the defaults of the forms."""


def check_defaults(draft: CheckedForm) -> Iterator[Finding]:
    """Defaults that nobody could have typed as an answer."""
    for path, question, _ in walk_questions(draft.form):
        if question.has_default:
            yield from _check_default(draft, path, question)


def _check_default(draft: CheckedForm, path: FormPath, question: Question) -> Iterator[Finding]:
    """What it begins with anywhere, and in the countries that have their own."""
    known = draft.in_hand(question)
    if known is None:
        return
    if question.default is not None:
        yield from _check_answer(draft, (*path, "default"), known, None)
    for country, default in question.default_in.items():
        if default is not None:
            yield from _check_answer(draft, (*path, "default_in", country), known, country)


def _check_answer(draft: CheckedForm, path: FormPath, known: Question, country: str | None) -> Iterator[Finding]:
    default = known.default_where(country)
    named = _choice_by_label(default, known.options())
    if named is not None:
        yield finding(
            draft.place(*path),
            "F028",
            '"%(label)s" is what people read of a choice; write its code as the default: %(code)s.',
            label=default,
            code=named.code,
        )
    elif not _can_begin_with_default(known, replace(DEFAULTS_READER, country=country)):
        yield finding(
            draft.place(*path),
            "F028",
            '"%(name)s" cannot be answered with this default; write it as somebody would type it.',
            name=known.name,
        )


def _choice_by_label(default: Any, choices: Sequence[Choice]) -> Choice | None:
    """The choice whose label stands where its code should."""
    if not isinstance(default, str) or any(choice.code == default for choice in choices):
        return None
    called = default.strip().casefold()
    return next((choice for choice in choices if called in map(str.casefold, choice.label.values())), None)


def check_face_defaults(reading: FolderReading) -> Iterator[Finding]:
    """What a sheet begins with on another paper, held like what its form begins with."""
    forms = {form.key: form for form in reading.of(Form).values()}
    faces = {part: face for part, face in reading.of(Face).items() if face.of in forms}
    drafts = checked_forms(reading, {part: forms[face.of] for part, face in faces.items()})
    for face, draft in zip(faces.values(), drafts, strict=True):
        for s, section in enumerate(face.sections):
            for q, question in enumerate(section.questions):
                if question.default is not None and question.name in draft.form.questions:
                    path: FormPath = ("sections", s, "questions", q)
                    yield from _check_default(
                        draft, path, question.with_face_words(draft.form.questions[question.name])
                    )


def _can_begin_with_default(question: Question, reader: Reader) -> bool:
    try:
        return _can_be_answered(question, question.default_answer(reader), reader)
    except (ValueError, TypeError, AttributeError, KeyError, ArithmeticError):
        return False


def _can_be_answered(question: Question, answer: Answer, reader: Reader) -> bool:
    """Whether somebody could have typed this answer, row by row in a table."""
    columns = {column.name: column for column in question.columns_asked()}
    if not columns:
        return answer is not None and bool(question.read(question.typed(answer, reader), reader) == answer)
    names = {name for row in question.default_where(reader.country) for name in row}
    return names <= {*columns} and all(
        _can_be_answered(columns[name], cell, reader)
        for row in answer
        for name, cell in row.items()
        if name in columns and cell is not None
    )
