"""Two people corrected one record: both versions, answer by answer, and a merge."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from json import dumps

from flask import render_template

from app.language.question import Answers, Question
from app.language.texts import say
from app.pages.asked import Carried
from app.pages.comparing import compared_text
from app.pages.desk import Desk
from app.pages.filling import linked_ids
from app.pages.posted import KEEP, as_posted
from app.pages.sheet import SheetOnDesk
from app.pages.tokens import seen_marks, seen_token
from app.records.labels import link_titles
from app.records.sheets import open_sheet


@dataclass(slots=True)
class Differing:
    """One answer that the two versions do not share."""

    name: str
    label: str
    mine: str
    theirs: str
    choose: str = "mine"


def clash_page(at: Desk, on_desk: SheetOnDesk, answers: Answers) -> str:
    """What this worker typed beside what was saved meanwhile; posting it again is a merge."""
    assert on_desk.record is not None
    record_id = on_desk.record.id
    at.cabinet.session.expire_all()
    saved = open_sheet(at.cabinet, on_desk.whole.key, record_id)
    mine = as_posted(on_desk.questions, on_desk.to_type(answers), at.reading)
    hidden = [(name, text) for name in mine for text in mine.getlist(name)]
    seen = seen_marks(on_desk.hidden["_seen"], on_desk.whole.key, record_id)
    now = seen_token(on_desk.whole.key, record_id, saved.record.version, marks(on_desk.questions, saved.answers))
    hidden += [("_seen", now), *on_desk.carried.items()]
    return render_template(
        "clash.html", title=say(on_desk.form.title, at.reading.language),
        form_title=say(on_desk.form.title, at.reading.language), case=at.case_head(on_desk.case),
        action=on_desk.action, cancel_url=on_desk.cancel_url, hidden=Carried(hidden),
        fields=_differing(at, on_desk.questions, answers, saved.answers, seen),
    )


def marks(questions: Iterable[Question], answers: Answers) -> dict[str, str]:
    """A short mark of each answer: tells later whether it was changed, without telling what it was."""
    return {question.name: _mark(question, answers) for question in questions if not question.computed}


def _mark(question: Question, answers: Answers) -> str:
    answer = question.to_json(answers.get(question.name))
    told = dumps(None if answer == [] else answer, sort_keys=True)
    return blake2b(told.encode(), digest_size=4).hexdigest()


def _differing(
    at: Desk, questions: Iterable[Question], mine: Answers, theirs: Answers, seen: Mapping[str, str],
) -> list[Differing]:
    """What differs; where this worker changed nothing herself, the saved answer is offered first."""
    asked = [question for question in questions if not question.computed]
    wanted: dict[str, set[int]] = {}
    for answers in (mine, theirs):
        for target, ids in linked_ids(asked, answers).items():
            wanted.setdefault(target, set()).update(ids)
    titles = link_titles(at.cabinet, at.named_forms(), wanted, at.reading, with_deleted=True)
    return [
        Differing(
            f"{KEEP}{question.name}", say(question.label, at.reading.language),
            compared_text(at, question, mine.get(question.name), theirs.get(question.name), titles),
            compared_text(at, question, theirs.get(question.name), mine.get(question.name), titles),
            "theirs" if seen.get(question.name) == _mark(question, mine) else "mine",
        )
        for question in asked
        if question.to_json(mine.get(question.name)) != question.to_json(theirs.get(question.name))
    ]
