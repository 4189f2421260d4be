"""What a new sheet begins with: its case, defaults, and what other sheets already say."""

from collections.abc import Iterator

from flask import render_template, request, session
from flask_babel import gettext

from app.language.answering import as_of
from app.language.case_links import stays_in_case
from app.language.form import CASE, Form
from app.language.moving import made_anew, moving_answers
from app.language.question import Answers, Question
from app.language.texts import say
from app.pages.acts import back_to
from app.pages.addresses import record_number
from app.pages.asked import Result, SearchBox
from app.pages.desk import Desk, found_or_404
from app.pages.sheet import SheetOnDesk
from app.records.attachments import without_files
from app.records.case_links import without_links
from app.records.links import Pointing, links_in, out_of_reach
from app.records.lists import Wish, latest, list_page
from app.records.sheets import answers_of
from app.records.tables import Record
from app.records.taking_over import as_here, taken_over


def case_asked(at: Desk, form: Form) -> Record | str | None:
    """The case a new sheet is for: named in the address, or asked for first."""
    if not form.belongs_to:
        return None
    case_id = request.args.get("case", type=record_number)
    if case_id is None:
        return _choose_case(at, form)
    found: Record = found_or_404(at.cabinet.case, case_id)
    return found


def _choose_case(at: Desk, form: Form) -> str:
    """Which case the sheet is for: a search, never a list of all."""
    words = request.form.get("search", "").strip()[:200]
    found = list_page(at.cabinet, at.forms, CASE, Wish(words=words), at.reading, size=12)
    return render_template(
        "pick.html", title=gettext("Whose sheet is it?"), form_title=say(form.title, at.reading.language),
        search=SearchBox(request.path, words, gettext("Search")), cancel_url=back_to(form.key, None),
        results=[
            Result(" · ".join(cell for cell in cells[:3] if cell), url=f"{request.path}?case={one}")
            for one, cells in zip(found.ids, found.cells, strict=True)
        ],
    )


def defaults(at: Desk, form: Form) -> Answers:
    """What every new sheet of the form begins with."""
    return {
        question.name: question.default_answer(at.reading)
        for question in form.asked() if question.default is not None and not question.attached
    }


def prefilled(at: Desk, form: Form, case: Record | None) -> Answers:
    """What the case's other sheets say, and what is carried over from its last sheet of this form.

    A link is left out to what was deleted since, or is not hers to see: she could not save it.
    """
    answers = _from_case(at, form, case)
    if case is not None:
        answers |= taken_over(at.cabinet, at.seen_forms(), form, case)
    for name, answer in session.get("kept", {}).get(form.key, {}).items():
        if name in form.questions:
            answers[name] = form.questions[name].from_json(answer)
    answers = without_files(form.questions.values(), answers | _carried(at, form, case))
    return without_links(answers, out_of_reach(at.cabinet, _not_read_now(form, answers)))


def _not_read_now(form: Form, answers: Answers) -> Iterator[Pointing]:
    """The links that another sheet holds; the last sheet itself was found there a moment ago."""
    for one in links_in(form.questions.values(), answers):
        if one.question.from_last != one.target:
            yield one


def _carried(at: Desk, form: Form, case: Record | None) -> Answers:
    """What the case's last sheet of this form says."""
    carried = [question for question in form.asked() if question.carry and _is_known(at, form, question)]
    if not carried or case is None or not at.worker.may("see", form.key):
        return {}
    before = latest(at.cabinet, form, case.id)
    if before is None:
        return {}
    kept = as_of(at.cabinet.forms[form.key], answers_of(at.cabinet, before), at.reading.today)
    return {question.name: question.carried(kept.get(question.name), at.reading.today) for question in carried}


def _from_case(at: Desk, form: Form, case: Record | None) -> Answers:
    """What the case file already says, as far as she may read it."""
    if case is None or not at.worker.may("see", CASE):
        return {}
    known, whole, columns = at.forms[CASE].questions, at.cabinet.forms[CASE], case.columns()
    answers = {one.name: one.restored(columns) for one in whole.stored_questions}
    answers |= {name: made_anew(whole, name, answers, at.reading.today) for name in moving_answers(whole)}
    found = {
        question.name: as_here(question, there, answers.get(there.name))
        for question in form.asked() if (there := known.get(question.from_case or "")) is not None
    }
    return {name: answer for name, answer in found.items() if answer is not None}


def _is_known(at: Desk, form: Form, question: Question) -> bool:
    """Whether she may read all of the answer: what she may only write is never put before her."""
    read = at.forms[form.key].questions.get(question.name)
    return read is not None and len(read.columns_asked()) == len(question.columns_asked())


def keep_for_next(sheet: SheetOnDesk, answers: Answers) -> None:
    """Remember, in the session, what the next sheet of the pile begins with."""
    kept = {
        question.name: question.to_json(answers.get(question.name))
        for question in sheet.questions if question.keep and answers.get(question.name) is not None
        and not stays_in_case(sheet.desk.cabinet.forms, sheet.whole, question)  # the next paper may be another case's
    }
    session["kept"] = {sheet.form.key: kept}
