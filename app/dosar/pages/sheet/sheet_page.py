"""The page of a sheet being filled in: as it opens, with what was typed, with what is wrong."""

from collections.abc import Mapping, Sequence
from functools import partial
from json import dumps
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from dosar.fields.formats.days import days_by_word
from dosar.fields.money import currencies_by_word
from dosar.filing.service import Consent, Typed, validate
from dosar.filing.settle import settled_answers
from dosar.language.answers.validation import AnswerPath
from dosar.language.question import Answers, Question
from dosar.language.text.message import Message
from dosar.language.text.texts import text_in_language
from dosar.language.text.translations import LANGUAGES
from dosar.pages.input.posted_boxes import PostedBoxes
from dosar.pages.linked_titles import RecordTitles
from dosar.pages.rendering.sheet_form import SheetForm
from dosar.pages.rendering.sheet_meta import SheetMeta
from dosar.pages.sheet.case_budget import case_budget_lines
from dosar.pages.sheet.derived_answers import offered_answers
from dosar.pages.sheet.remote_mistakes import way_from
from dosar.pages.sheet.returned_sheets import returned_notice
from dosar.pages.sheet.section_steps import SectionSteps, section_steps
from dosar.pages.sheet.sheet_drafts import boxes_hidden_now, boxes_of_draft, find_page_draft
from dosar.pages.sheet.sheet_editor import SheetEditor
from dosar.pages.urls import draft_url
from dosar.records.links.answer_links import made_up_people

NOT_ASKED = Consent()
"""Nobody asked yet whether what is doubtful is right."""


def opened_page(editor: SheetEditor) -> Response | str:
    """The page as it opens: with the draft, if the worker left one here; of one that holds what is masked now, she is
    asked for a reason to see it first."""
    if editor.case is not None and boxes_hidden_now(editor.context, editor.place):
        flash(
            gettext("Your draft of this sheet holds names, which are hidden now. Show them to go on with it."), "info"
        )
        return redirect(url_for("NamesPages.show", case_id=editor.case.id, next=editor.action), 303)
    draft = find_page_draft(editor)
    return drawn_page(editor, sheet_form(editor, None if draft is None else boxes_of_draft(editor, draft)))


def sheet_page(editor: SheetEditor, posted: PostedBoxes) -> str:
    """The page with what stands in these boxes; nobody asked yet whether it is right."""
    return drawn_page(editor, sheet_form(editor, posted))


def sheet_form(
    editor: SheetEditor, posted: PostedBoxes | None, refused: Mapping[AnswerPath, Message] | None = None
) -> SheetForm:
    """The questions of the page as a form of WTForms: with what stands in these boxes, else with what it begins with.

    Its validation is the one of filing, and adds why files were ``refused``.
    """
    submission = editor.submission
    meta = SheetMeta(
        editor.cells, editor.form, editor.full_form, _answered_by_others(editor), submission.fixed, pick=editor.action
    )
    form = SheetForm(editor.sections, meta, lambda texts: validate(submission, Typed(texts), refused))
    form.process(posted, data=editor.opening_answers() if posted is None else None)
    return form


def drawn_page(editor: SheetEditor, form: SheetForm, consent: Consent = NOT_ASKED) -> str:
    """The page with this form, with what was found in it, and with what she said of that."""
    answers = settled_answers(editor.submission, form.answers)
    _tell_what_is_known(editor, form, answers)
    return render_template(
        "sheet/sheet.html",
        **_heading(editor),
        **_boxes(form, editor),
        said=consent,
        needs_reason=form.result.needs_reason,
        **_buttons(editor),
        **_draft_notes(editor),
        is_of_another=_is_of_another(editor, answers),
        **_beside(editor),
        **_face_links(editor, answers),
        **_for_scripts(editor),
        step=_steps(editor, answers),
    )


def _tell_what_is_known(editor: SheetEditor, form: SheetForm, answers: Answers) -> None:
    """All answers of the record as they would be with what was read, what they point to, and what they suggest."""
    drawn = [question for section in editor.sections for question in section.questions]
    form.settle(
        answers,
        _known_titles(editor, drawn, answers),
        offered_answers(editor.form.questions.values(), answers, editor.cells),
    )


def _known_titles(editor: SheetEditor, drawn: Sequence[Question], answers: Answers) -> RecordTitles:
    """What the records are called; a number that somebody put into a box herself is told no name of a stranger."""
    titles = editor.context.titles(drawn, answers)
    made_up = made_up_people(editor.context.repository, drawn, answers, editor.initial_answers)
    strangers = {(link.target, link.number) for link in made_up}
    return {place: title for place, title in titles.items() if place not in strangers} if strangers else titles


def _answered_by_others(editor: SheetEditor) -> dict[str, str]:
    """The questions others answer, and who: this worker only reads them."""
    roles, language = editor.context.repository.definition.roles, editor.context.reading.language
    return {
        question.name: ", ".join(
            text_in_language(role.title, language) for role in roles.with_keys(question.written_by)
        )
        for section in editor.sections
        for question in section.questions
        if not question.is_written_by(editor.context.worker.roles)
    }


def _heading(editor: SheetEditor) -> Mapping[str, Any]:
    title = text_in_language(editor.form.title, editor.context.reading.language)
    return {
        "title": title,
        "form_title": title,
        "case": editor.context.case_head(editor.case),
        "intro": text_in_language(editor.form.intro, editor.context.reading.language),
    }


def _boxes(form: SheetForm, editor: SheetEditor) -> Mapping[str, Any]:
    """The questions, and what is wrong or doubtful about what stands in them."""
    find_way = partial(way_from, editor)
    problems = form.problems(find_way)
    return {
        "sections": form.sections(),
        "problems": problems,
        "doubts": [] if problems else form.doubts(find_way),
        "hidden": {**editor.hidden, **editor.carried},
        "begin_at": editor.begin_at,
    }


def _buttons(editor: SheetEditor) -> Mapping[str, Any]:
    return {
        "action": editor.action,
        "save_label": gettext("Save"),
        "more_label": _more_label(editor),
        "cancel_url": editor.cancel_url,
    }


def _more_label(editor: SheetEditor) -> str:
    if editor.record is None and editor.step is None:
        return gettext("Save and add another")
    more = editor.step is not None and editor.step + 1 < len(editor.ordered_sections)
    return gettext("Save and go on") if more else ""


def _draft_notes(editor: SheetEditor) -> Mapping[str, Any]:
    """Where the page keeps its draft, and what of one is on it."""
    return {
        "draft_url": draft_url(editor.place, editor.face),
        "place": draft_url(editor.place, ""),
        "draft_from": editor.draft_from,
        "files_again": editor.files_again,
        "unasked": editor.unasked,
    }


def _is_of_another(editor: SheetEditor, answers: Answers) -> bool:
    """Whether the draft on the page is of another place or day than the address asks for; rows are hers to change."""
    asked = {name: value for name, value in editor.asked_for.items() if not isinstance(value, list)}
    return bool(editor.draft_from) and any(answers.get(name) != value for name, value in asked.items())


def _beside(editor: SheetEditor) -> Mapping[str, Any]:
    """What is told beside the questions."""
    return {
        "returned": returned_notice(editor.context, editor.record) if editor.record is not None else None,
        "batch": editor.batch,
        "residents": editor.residents if not editor.draft_from else None,
        "money": case_budget_lines(editor.context, editor.form.key, editor.case),
    }


def _face_links(editor: SheetEditor, answers: Answers) -> Mapping[str, Any]:
    """The ways to other papers, and what this one does not show."""
    if editor.papers is None:
        return {}
    links = editor.papers.links(editor.face_url) if editor.face_url else []
    return {"faces": links, "left_out": editor.papers.left_out(answers) if editor.record else []}


def _for_scripts(editor: SheetEditor) -> Mapping[str, Any]:
    """What the scripts of the page read answers with, as the server does."""
    return {
        "reading_language": editor.context.reading.language,
        "languages_read": " ".join(LANGUAGES),
        "day_words": dumps(days_by_word()),
        "currency_words": dumps(currencies_by_word()),
        "today": editor.context.reading.today.isoformat(),
    }


def _steps(editor: SheetEditor, answers: Answers) -> SectionSteps | None:
    """The sections that are there, and the one on this page."""
    if editor.step is None:
        return None
    places = {*editor.section_places(answers), editor.step}
    return section_steps(editor.form, places, editor.step, editor.step_url, editor.context.reading.language)
