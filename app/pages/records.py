"""The pages of a form's records: list, sheet, new, correct, history, delete and undo."""

from collections.abc import Mapping
from typing import Any

from flask import abort, redirect, render_template, request, session, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.access.gate import may, page
from app.access.view import View
from app.language.form import CASE, Form
from app.language.question import Answers, Question
from app.language.texts import say
from app.pages.addresses import record_number
from app.pages.asked import Result, SearchBox
from app.pages.clash import clash_page
from app.pages.desk import Desk, desk, found_or_404
from app.pages.faces import papers
from app.pages.listing import list_context
from app.pages.reading_sheet import read_sections, stampers, stamps
from app.pages.reversing import reversal, reverse_action
from app.pages.sheet import Answer, SheetOnDesk, in_steps, saved, section_or_404
from app.pages.tokens import once_token, once_word, seen_token, seen_version
from app.pages.told import told_history
from app.records.hanging import hanging
from app.records.history import entries
from app.records.labels import title
from app.records.lists import Wish, latest, list_page
from app.records.scope import OutOfReach, may_withdraw
from app.records.sheets import Clash, accept, answers_of, bring_back, correct, enter, open_sheet, put_away
from app.records.tables import Record


class RecordPages(View):
    """Everything a worker does with the records of one form."""

    @page("/records/<form>", may("see"))
    def list(self, form: str) -> str:
        known = desk().form(form)
        return render_template("list.html", **list_context(desk(), known))

    @page("/records/<form>/search", may("see"), methods=("POST",))
    def search(self, form: str) -> Response:
        """What is searched for may be a name: it stays in the session, not in the address."""
        words = request.form.get("search", "").strip()[:200]
        searches = {**session.get("searches", {}), form: words}
        session["searches"] = {key: text for key, text in searches.items() if text}
        return redirect(url_for("RecordPages.list", form=form, case=request.args.get("case", type=record_number)), 303)

    @page("/records/<form>/<int:record_id>", may("see"))
    def show(self, form: str, record_id: int) -> str:
        at, known = desk(), desk().form(form)
        sheet = found_or_404(open_sheet, at.cabinet, form, record_id, with_deleted=at.worker.may("delete", form))
        head, seen = at.case_head(sheet.case), papers(at, known, sheet.answers)
        said = reversal(at, known, sheet.record)
        titles = at.titles(seen.form.questions.values(), sheet.answers, stampers(sheet.record))
        return render_template(
            "record.html", title=_heading(at, known, sheet.answers, record_id),
            form_title=say(seen.form.title, at.reading.language), case=head,
            sections=read_sections(at, seen.form, sheet.answers, titles),
            actions=_actions(at, known, sheet.record, seen.word) + reverse_action(at, known, sheet.record, said),
            reversal=said, stamps=stamps(sheet.record, titles),
            history_url=url_for("RecordPages.history", form=form, record_id=record_id),
            faces=seen.links(lambda face: url_for("RecordPages.show", form=form, record_id=record_id, face=face)),
            left_out=seen.left_out(sheet.answers), hanging=_hanging(at, sheet.record),
        )

    @page("/records/<form>/new", may("enter"), methods=("GET", "POST"))
    def new(self, form: str) -> Answer:
        at = desk()
        whole, known = at.cabinet.forms[form], at.enterable[form]
        case = _case_asked(at, whole)
        if isinstance(case, str):
            return case
        begun = _prefilled(at, known, case)
        chosen = papers(at, known, begun)
        sheet = SheetOnDesk(
            at, chosen.form, whole, request.full_path.rstrip("?"), {**begun, **chosen.kept_on()}, case,
            step=0 if in_steps(chosen.form) else None, cancel_url=_home_of(form, case), papers=chosen,
            face_url=lambda face: url_for("RecordPages.new", form=form, case=case.id if case else None, face=face),
        )
        if request.method == "GET":
            sheet.hidden = {"_once": once_token(at.worker.id)}
            return sheet.opened()
        sheet.hidden = {"_once": request.form.get("_once", "")}
        word = once_word(sheet.hidden["_once"], at.worker.id)
        return sheet.answer_post(lambda answers, reason: _file_new(at, sheet, case, answers, reason, word))

    @page("/records/<form>/<int:record_id>/edit", may("correct"), methods=("GET", "POST"))
    def edit(self, form: str, record_id: int) -> Answer:
        return _correct(form, record_id, None)

    @page("/records/<form>/<int:record_id>/edit/<int:step>", may("correct"), methods=("GET", "POST"))
    def edit_section(self, form: str, record_id: int, step: int) -> Answer:
        return _correct(form, record_id, step)

    @page("/records/<form>/<int:record_id>/history", may("see"))
    def history(self, form: str, record_id: int) -> str:
        at, known = desk(), desk().form(form)
        record, case = found_or_404(
            at.cabinet.find_with_case, form, record_id, with_deleted=at.worker.may("delete", form)
        )
        return render_template(
            "history.html", title=gettext("Change history"), form_title=say(known.title, at.reading.language),
            case=at.case_head(case), back_url=_url(form, record_id),
            entries=told_history(at, known, entries(at.cabinet, known, record)),
        )

    @page("/records/<form>/<int:record_id>/delete", may("delete"), methods=("POST",))
    def delete(self, form: str, record_id: int) -> Response:
        at, known = desk(), desk().form(form)
        record = found_or_404(at.cabinet.find, form, record_id)
        case_id = getattr(record, "case_id", None)
        found_or_404(put_away, at.cabinet, known, record_id, at.clerk)
        undo = (gettext("Undo"), url_for("RecordPages.restore", form=form, record_id=record_id))
        return saved(gettext("The record was deleted."), _home_of(form, case_id), undo)

    @page("/records/<form>/<int:record_id>/withdraw", may("enter"), methods=("POST",))
    def withdraw(self, form: str, record_id: int) -> Response:
        """Take back what one entered oneself within a day."""
        at, known = desk(), desk().form(form)
        case_id = getattr(found_or_404(at.cabinet.find, form, record_id), "case_id", None)
        found_or_404(put_away, at.cabinet, known, record_id, at.clerk)
        return saved(gettext("The sheet was taken back."), _home_of(form, case_id))

    @page("/records/<form>/<int:record_id>/accept", may("correct"), methods=("POST",))
    def accept(self, form: str, record_id: int) -> Response:
        at, known = desk(), desk().form(form)
        found_or_404(accept, at.cabinet, known, record_id, at.clerk)
        return saved(gettext("Accepted."), _url(form, record_id))

    @page("/records/<form>/<int:record_id>/restore", may("delete"), methods=("POST",))
    def restore(self, form: str, record_id: int) -> Response:
        at, known = desk(), desk().form(form)
        found_or_404(bring_back, at.cabinet, known, record_id, at.clerk)
        return saved(gettext("The record is back."), _url(form, record_id))


def _heading(at: Desk, form: Form, answers: Answers, record_id: int) -> str:
    """The record's title; the case file's stands above it already."""
    if form.key == CASE:
        return say(form.title, at.reading.language)
    return title(form, answers, at.reading, record_id)


def _url(form: str, record_id: int, word: Mapping[str, str] | None = None) -> str:
    return url_for("RecordPages.show", form=form, record_id=record_id, **(word or {}))


def _hanging(at: Desk, record: Record) -> list[tuple[str, str]]:
    """The sheets that hang on this one: (what it is, address)."""
    return [
        (f"{say(at.forms[one.form].title, at.reading.language)}: {one.title}", _url(one.form, one.id))
        for one in hanging(at.cabinet, at.seen_forms(), record, at.reading)
    ]


def _home_of(form: str, case: Any) -> str:
    case_id = case.id if isinstance(case, Record) else case
    return url_for("CasePages.case", case_id=case_id) if case_id else url_for("RecordPages.list", form=form)


def _case_asked(at: Desk, form: Form) -> Record | str | None:
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
        search=SearchBox(request.path, words, gettext("Search")), cancel_url=_home_of(form.key, None),
        results=[
            Result(" · ".join(cell for cell in cells[:3] if cell), url=f"{request.path}?case={one}")
            for one, cells in zip(found.ids, found.cells, strict=True)
        ],
    )


def _prefilled(at: Desk, form: Form, case: Record | None) -> Answers:
    """Defaults, and what is carried over from the case's last sheet of this form."""
    answers = {question.name: question.default_answer(at.reading) for question in form.asked() if question.default is not None}
    answers |= _from_case(at, form, case)
    for name, answer in session.get("kept", {}).get(form.key, {}).items():
        if name in form.questions:
            answers[name] = form.questions[name].from_json(answer)
    carried = [question for question in form.asked() if question.carry and _is_known(at, form, question)]
    if carried and case is not None and at.worker.may("see", form.key):
        before = latest(at.cabinet, form, case.id)
        kept = answers_of(at.cabinet, before) if before is not None else {}
        answers |= {question.name: kept.get(question.name) for question in carried}
    return answers


def _from_case(at: Desk, form: Form, case: Record | None) -> Answers:
    """What the case file already says, as far as she may read it."""
    if case is None or not at.worker.may("see", CASE):
        return {}
    known, columns = at.forms[CASE].questions, case.columns()
    found = {
        question.name: known[question.from_case].restored(columns)
        for question in form.asked() if question.from_case in known
    }
    return {name: answer for name, answer in found.items() if answer is not None}


def _is_known(at: Desk, form: Form, question: Question) -> bool:
    """Whether she may read all of the answer: what she may only write is never put before her."""
    read = at.forms[form.key].questions.get(question.name)
    return read is not None and len(read.columns_asked()) == len(question.columns_asked())


def _file_new(
    at: Desk, sheet: SheetOnDesk, case: Record | None, answers: Answers, reason: str, word: str
) -> Response:
    case_id = case.id if case is not None else None
    try:
        record_id = enter(at.cabinet, sheet.whole, answers, at.clerk, case_id, word, reason)
    except OutOfReach:
        abort(404)
    key, on_paper = sheet.whole.key, sheet.papers.word if sheet.papers else {}
    if "_more" in request.form and sheet.step is None:
        _keep_for_next(sheet, answers)
        address = url_for("RecordPages.new", form=key, case=case_id, **on_paper)
        return saved(gettext("Saved. Here is the next one."), address)
    if "_more" in request.form:
        address = url_for("RecordPages.edit_section", form=key, record_id=record_id, step=2, **on_paper)
        return saved(gettext("Saved."), address)
    if not at.worker.may("see", key):
        return saved(gettext("Saved."), "/")
    return saved(gettext("Saved."), _url(key, record_id))


def _keep_for_next(sheet: SheetOnDesk, answers: Answers) -> None:
    """Remember, in the session, what the next sheet of the pile begins with."""
    kept = {
        question.name: question.to_json(answers.get(question.name))
        for question in sheet.questions if question.keep and answers.get(question.name) is not None
    }
    session["kept"] = {sheet.form.key: kept}


def _correct(form: str, record_id: int, step: int | None) -> Answer:
    at = desk()
    known, whole = at.form(form), at.cabinet.forms[form]
    sheet = found_or_404(open_sheet, at.cabinet, form, record_id)
    if whole.append_only:
        abort(403)
    seen = papers(at, known, sheet.answers)
    if step is None and in_steps(seen.form):
        return redirect(url_for("RecordPages.edit_section", form=form, record_id=record_id, step=1, **seen.word))
    on_desk = SheetOnDesk(
        at, seen.form, whole, request.full_path.rstrip("?"), sheet.answers, sheet.case, sheet.record,
        section_or_404(seen.form, step), cancel_url=_url(form, record_id, seen.word), papers=seen,
        step_url=lambda place: url_for(
            "RecordPages.edit_section", form=form, record_id=record_id, step=place + 1, **seen.word
        ),
        hidden={"_seen": request.form.get("_seen") or seen_token(form, record_id, sheet.record.version)},
    )
    if request.method == "GET":
        return on_desk.opened()
    return on_desk.answer_post(lambda answers, reason: _file_correction(at, on_desk, answers, reason))


def _file_correction(at: Desk, on_desk: SheetOnDesk, answers: Answers, reason: str) -> Answer:
    assert on_desk.record is not None
    form, record_id = on_desk.whole, on_desk.record.id
    version = seen_version(on_desk.hidden["_seen"], form.key, record_id)
    try:
        correct(at.cabinet, form, record_id, version, answers, at.clerk, reason)
    except Clash:
        return clash_page(at, on_desk, answers), 409
    except OutOfReach:
        abort(404)
    word = on_desk.papers.word if on_desk.papers else {}
    if "_more" in request.form and on_desk.step is not None:
        return saved(gettext("Saved."), url_for(
            "RecordPages.edit_section", form=form.key, record_id=record_id, step=on_desk.step + 2, **word
        ))
    return saved(gettext("Saved."), _url(form.key, record_id, word))


def _actions(at: Desk, form: Form, record: Record, word: dict[str, str]) -> list[tuple[str, str, str, str]]:
    """(label, address, method, kind) of what the worker may do with this record."""
    key, record_id = form.key, record.id
    if record.deleted_at is not None:
        return [(gettext("Restore"), url_for("RecordPages.restore", form=key, record_id=record_id), "post", "primary")]
    actions = []
    if at.worker.may("correct", key) and not form.append_only:
        url = url_for("RecordPages.edit", form=key, record_id=record_id, **word)
        actions.append((gettext("Correct"), url, "get", "primary"))
    if record.to_check and at.worker.may("correct", key) and not at.clerk.checked:
        actions.insert(0, (gettext("Accept"), url_for("RecordPages.accept", form=key, record_id=record_id), "post", "primary"))
    if not at.worker.may("delete", key) and may_withdraw(at.worker.scope, record) and not form.append_only:
        actions.append((gettext("Take back"), url_for("RecordPages.withdraw", form=key, record_id=record_id), "post", "danger"))
    if at.worker.may("delete", key) and not form.append_only:
        actions.append((gettext("Delete"), url_for("RecordPages.delete", form=key, record_id=record_id), "post", "danger"))
    return actions
