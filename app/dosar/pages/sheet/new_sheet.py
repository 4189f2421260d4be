"""What a new sheet begins with: its case, defaults, and what other sheets already say."""

from collections.abc import Iterator

from flask import render_template, request, session
from flask_babel import gettext

from dosar.database.form_tables import Record
from dosar.filing.prefill import adapt_answer, prefill_from_sheets
from dosar.language.form import CASE_FORM, Form
from dosar.language.link_scopes import stays_in_case
from dosar.language.question import Answers, Question
from dosar.language.text.texts import text_in_language
from dosar.language.validation import answers_as_of
from dosar.language.volatile_answers import day_bound_answers, recompute_answer
from dosar.pages.actions import return_url
from dosar.pages.context import PageContext, find_or_404
from dosar.pages.rendering.question_view import SearchBox, SearchResult
from dosar.pages.sheet.sheet_view import SheetEditor
from dosar.pages.urls import parse_record_number
from dosar.records.attachments import without_files
from dosar.records.links.answer_links import RecordLink, links_in_answers, links_out_of_reach
from dosar.records.links.case_boundary import without_links
from dosar.records.lists.list_query import ListQuery, latest_sheet, list_page
from dosar.records.save import answers_of


def requested_case(context: PageContext, form: Form) -> Record | str | None:
    """The case a new sheet is for: named in the address, or asked for first."""
    if not form.belongs_to:
        return None
    case_id = request.args.get("case", type=parse_record_number)
    if case_id is None:
        return _choose_case(context, form)
    found: Record = find_or_404(context.repository.case, case_id)
    return found


def _choose_case(context: PageContext, form: Form) -> str:
    """Which case the sheet is for: a search, never a list of all."""
    words = request.form.get("search", "").strip()[:200]
    found = list_page(context.repository, context.forms, CASE_FORM, ListQuery(words=words), context.reading, size=12)
    return render_template(
        "sheet/pick.html",
        title=gettext("Whose sheet is it?"),
        form_title=text_in_language(form.title, context.reading.language),
        search=SearchBox(request.path, words, gettext("Search")),
        cancel_url=return_url(form.key, None),
        results=[
            SearchResult(" · ".join(cell for cell in cells[:3] if cell), url=f"{request.path}?case={one}")
            for one, cells in zip(found.ids, found.cells, strict=True)
        ],
    )


def default_answers(context: PageContext, form: Form) -> Answers:
    """What every new sheet of the form begins with."""
    return {
        question.name: question.default_answer(context.reading)
        for question in form.asked()
        if question.default is not None and not question.attached
    }


def prefilled_answers(context: PageContext, form: Form, case: Record | None) -> Answers:
    """What the case's other sheets say, and what is carried over from its last sheet of this form.

    A link is left out to what was deleted since, or is not hers to see: she could not save it.
    """
    answers = _case_file_answers(context, form, case)
    if case is not None:
        answers |= prefill_from_sheets(context.repository, context.seen_forms(), form, case)
    for name, answer in session.get("kept", {}).get(form.key, {}).items():
        if name in form.questions:
            answers[name] = form.questions[name].from_json(answer)
    answers = without_files(form.questions.values(), answers | _carried_answers(context, form, case))
    return without_links(answers, links_out_of_reach(context.repository, _links_to_read(form, answers)))


def _links_to_read(form: Form, answers: Answers) -> Iterator[RecordLink]:
    """The links that another sheet holds; the last sheet itself was found there a moment ago."""
    for link in links_in_answers(form.questions.values(), answers):
        if link.question.from_last != link.target:
            yield link


def _carried_answers(context: PageContext, form: Form, case: Record | None) -> Answers:
    """What the case's last sheet of this form says."""
    carried = [question for question in form.asked() if question.carry and _may_read_answer(context, form, question)]
    if not carried or case is None or not context.worker.may("see", form.key):
        return {}
    before = latest_sheet(context.repository, form, case.id)
    if before is None:
        return {}
    kept = answers_as_of(
        context.repository.forms[form.key], answers_of(context.repository, before), context.reading.today
    )
    return {question.name: question.carried(kept.get(question.name), context.reading.today) for question in carried}


def _case_file_answers(context: PageContext, form: Form, case: Record | None) -> Answers:
    """What the case file already says, as far as she may read it."""
    if case is None or not context.worker.may("see", CASE_FORM):
        return {}
    known, whole, columns = context.forms[CASE_FORM].questions, context.repository.forms[CASE_FORM], case.columns()
    answers = {one.name: one.restore_answer(columns) for one in whole.stored_questions}
    answers |= {
        name: recompute_answer(whole, name, answers, context.reading.today) for name in day_bound_answers(whole)
    }
    found = {
        question.name: adapt_answer(question, there, answers.get(there.name))
        for question in form.asked()
        if (there := known.get(question.from_case or "")) is not None
    }
    return {name: answer for name, answer in found.items() if answer is not None}


def _may_read_answer(context: PageContext, form: Form, question: Question) -> bool:
    """Whether she may read all of the answer: what she may only write is never put before her."""
    read = context.forms[form.key].questions.get(question.name)
    return read is not None and len(read.columns_asked()) == len(question.columns_asked())


def remember_for_next(sheet: SheetEditor, answers: Answers) -> None:
    """Remember, in the session, what the next sheet of the batch begins with."""
    kept = {
        question.name: question.to_json(answers.get(question.name))
        for question in sheet.questions
        if question.keep
        and answers.get(question.name) is not None
        and not stays_in_case(
            sheet.context.repository.forms, sheet.whole, question
        )  # the next paper may be another case's
    }
    session["kept"] = {sheet.form.key: kept}
