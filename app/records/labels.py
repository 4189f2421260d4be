"""What a record is called where another one points to it: its title, as far as the reader may know it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select

from app.language.form import Form
from app.language.question import Answers, Question, Reading, Unknown
from app.language.texts import say
from app.records.cabinet import Cabinet
from app.records.tables import USER

PIECE = re.compile(r"{(\w+)}")
UNKNOWN_WORDS = {
    Unknown.DONT_KNOW: {"en": "Does not know", "ro": "Nu știu"},
    Unknown.REFUSED: {"en": "Does not wish to answer", "ro": "Nu dorește să răspundă"},
}


def shown(question: Question, answer: Any, reading: Reading) -> str:
    """The answer as people read it; empty for none."""
    if answer is None:
        return ""
    if isinstance(answer, Unknown):
        return say(UNKNOWN_WORDS[answer], reading.language)
    return question.shown(answer, reading)


def title_questions(form: Form) -> list[Question]:
    """The questions a record's title is made of, of those the reader knows."""
    names = PIECE.findall(form.record_title or "")
    return [form.questions[name] for name in names if name in form.questions]


def title(form: Form, answers: Answers, reading: Reading, record_id: int | None = None) -> str:
    """The record's title; a form without a pattern, or nothing answered, gives form title and number."""
    def piece(found: re.Match[str]) -> str:
        question = form.questions.get(found[1])
        return shown(question, answers.get(found[1]), reading) if question else ""

    filled = PIECE.sub(piece, form.record_title or "")
    tidy = re.sub(r"\s+", " ", filled).strip(" ,·–-")
    return tidy or f"{say(form.title, reading.language)} {record_id or ''}".strip()


def titles(cabinet: Cabinet, form: Form, ids: Iterable[int], reading: Reading) -> dict[int, str]:
    """Titles of several records in one statement; records out of reach are not among them."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    kept = cabinet.record_class(form.key)
    questions = title_questions(form)
    names = [column.name for question in questions for column in question.columns()]
    rows = cabinet.session.execute(select(kept.id, *[getattr(kept, name) for name in names]).where(kept.id.in_(wanted)))
    return {
        row[0]: title(form, _restored(questions, dict(zip(names, row[1:], strict=True))), reading, row[0])
        for row in rows
    }


def _restored(questions: Sequence[Question], columns: Mapping[str, Any]) -> Answers:
    return {question.name: question.restored(columns) for question in questions}


def user_names(cabinet: Cabinet, ids: Iterable[int | None]) -> dict[int, str]:
    """The names of people who sign in, in one statement."""
    wanted = sorted({one for one in ids if one is not None})
    if not wanted:
        return {}
    rows = cabinet.session.execute(select(User.id, User.first_name, User.last_name).where(User.id.in_(wanted)))
    return {row[0]: f"{row[1]} {row[2]}".strip() for row in rows}


def link_titles(
    cabinet: Cabinet, known: Mapping[str, Form], wanted: Mapping[str, Iterable[int]], reading: Reading,
) -> dict[tuple[str, int], str]:
    """(target, id) → title, one statement for each form (or ``user``) pointed to.

    ``known`` are the forms as the reader may know them; what she may not see has no title.
    """
    found: dict[tuple[str, int], str] = {}
    for target, ids in wanted.items():
        if target == USER:
            named = user_names(cabinet, ids)
        elif target in known:
            named = titles(cabinet, known[target], ids, reading)
        else:
            named = {}
        found.update({(target, one): text for one, text in named.items()})
    return found
