"""The page of a sheet being filled in: as it opens, with what was typed, with what is wrong."""

from collections.abc import Mapping
from functools import partial
from json import dumps
from typing import Any

from flask import render_template
from flask_babel import gettext

from dosar.fields.formats.days import days_by_word
from dosar.fields.money import currencies_by_word
from dosar.filing.service import Typed, validate
from dosar.filing.settle import settled_answers
from dosar.language.question import Answers
from dosar.language.text.message import Message
from dosar.language.text.texts import text_in_language
from dosar.language.text.translations import LANGUAGES
from dosar.language.validation import AnswerPath
from dosar.pages.posted_boxes import PostedBoxes
from dosar.pages.rendering.sheet_form import SheetForm
from dosar.pages.rendering.sheet_meta import SheetMeta
from dosar.pages.sheet.case_budget import case_budget_lines
from dosar.pages.sheet.derived_answers import offered_answers
from dosar.pages.sheet.remote_mistakes import way_from
from dosar.pages.sheet.returned_sheets import returned_notice
from dosar.pages.sheet.section_steps import SectionSteps, section_steps
from dosar.pages.sheet.sheet_drafts import boxes_of_draft, find_draft
from dosar.pages.sheet.sheet_editor import SheetEditor
from dosar.pages.urls import draft_url


def opened_page(sheet: SheetEditor) -> str:
    """The page as it opens: with the draft, if the worker left one here."""
    draft = find_draft(sheet)
    return drawn_page(sheet, sheet_form(sheet, None if draft is None else boxes_of_draft(sheet, draft)))


def sheet_page(sheet: SheetEditor, posted: PostedBoxes) -> str:
    """The page with what stands in these boxes; nobody asked yet whether it is right."""
    return drawn_page(sheet, sheet_form(sheet, posted))


def sheet_form(
    sheet: SheetEditor, posted: PostedBoxes | None, refused: Mapping[AnswerPath, Message] | None = None
) -> SheetForm:
    """The questions of the page as a form of WTForms: with what stands in these boxes, else with what it begins with.

    Its validation is the one of filing, and adds why files were ``refused``.
    """
    submission = sheet.submission
    meta = SheetMeta(
        sheet.cells, sheet.form, sheet.full_form, _answered_by_others(sheet), submission.fixed, pick=sheet.action
    )
    form = SheetForm(sheet.sections, meta, lambda texts: validate(submission, Typed(texts), refused))
    form.process(posted, data=sheet.opening_answers() if posted is None else None)
    return form


def drawn_page(sheet: SheetEditor, form: SheetForm) -> str:
    """The page with this form, and with what was found in it."""
    answers = settled_answers(sheet.submission, form.answers)
    _tell_what_is_known(sheet, form, answers)
    return render_template(
        "sheet/sheet.html",
        **_heading(sheet),
        **_boxes(form, sheet),
        **_buttons(sheet),
        **_draft_notes(sheet),
        **_beside(sheet),
        **_face_links(sheet, answers),
        **_for_scripts(sheet),
        step=_steps(sheet, answers),
    )


def _tell_what_is_known(sheet: SheetEditor, form: SheetForm, answers: Answers) -> None:
    """All answers of the record as they would be with what was read, what they point to, and what they suggest."""
    drawn = [question for section in sheet.sections for question in section.questions]
    form.settle(
        answers,
        sheet.context.titles(drawn, answers),
        offered_answers(sheet.form.questions.values(), answers, sheet.cells),
    )


def _answered_by_others(sheet: SheetEditor) -> dict[str, str]:
    """The questions others answer, and who: this worker only reads them."""
    roles, language = sheet.context.repository.definition.roles, sheet.context.reading.language
    return {
        question.name: ", ".join(
            text_in_language(role.title, language) for role in roles.with_keys(question.written_by)
        )
        for section in sheet.sections
        for question in section.questions
        if not question.is_written_by(sheet.context.worker.roles)
    }


def _heading(sheet: SheetEditor) -> Mapping[str, Any]:
    title = text_in_language(sheet.form.title, sheet.context.reading.language)
    return {
        "title": title,
        "form_title": title,
        "case": sheet.context.case_head(sheet.case),
        "intro": text_in_language(sheet.form.intro, sheet.context.reading.language),
    }


def _boxes(form: SheetForm, sheet: SheetEditor) -> Mapping[str, Any]:
    """The questions, and what is wrong or doubtful about what stands in them."""
    find_way = partial(way_from, sheet)
    problems = form.problems(find_way)
    return {
        "sections": form.sections(),
        "problems": problems,
        "doubts": [] if problems else form.doubts(find_way),
        "hidden": {**sheet.hidden, **sheet.carried},
        "begin_at": sheet.begin_at,
    }


def _buttons(sheet: SheetEditor) -> Mapping[str, Any]:
    return {
        "action": sheet.action,
        "save_label": gettext("Save"),
        "more_label": _more_label(sheet),
        "cancel_url": sheet.cancel_url,
    }


def _more_label(sheet: SheetEditor) -> str:
    if sheet.record is None and sheet.step is None:
        return gettext("Save and add another")
    more = sheet.step is not None and sheet.step + 1 < len(sheet.ordered_sections)
    return gettext("Save and go on") if more else ""


def _draft_notes(sheet: SheetEditor) -> Mapping[str, Any]:
    """Where the page keeps its draft, and what of one is on it."""
    return {
        "draft_url": draft_url(sheet.place, sheet.face),
        "place": draft_url(sheet.place, ""),
        "draft_from": sheet.draft_from,
        "files_again": sheet.files_again,
    }


def _beside(sheet: SheetEditor) -> Mapping[str, Any]:
    """What is told beside the questions."""
    return {
        "returned": returned_notice(sheet.context, sheet.record) if sheet.record is not None else None,
        "batch": sheet.batch,
        "money": case_budget_lines(sheet.context, sheet.form.key, sheet.case),
    }


def _face_links(sheet: SheetEditor, answers: Answers) -> Mapping[str, Any]:
    """The ways to other papers, and what this one does not show."""
    if sheet.papers is None:
        return {}
    links = sheet.papers.links(sheet.face_url) if sheet.face_url else []
    return {"faces": links, "left_out": sheet.papers.left_out(answers) if sheet.record else []}


def _for_scripts(sheet: SheetEditor) -> Mapping[str, Any]:
    """What the scripts of the page read answers with, as the server does."""
    return {
        "reading_language": sheet.context.reading.language,
        "languages_read": " ".join(LANGUAGES),
        "day_words": dumps(days_by_word()),
        "currency_words": dumps(currencies_by_word()),
        "today": sheet.context.reading.today.isoformat(),
    }


def _steps(sheet: SheetEditor, answers: Answers) -> SectionSteps | None:
    """The sections that are there, and the one on this page."""
    if sheet.step is None:
        return None
    places = {*sheet.section_places(answers), sheet.step}
    return section_steps(sheet.form, places, sheet.step, sheet.step_url, sheet.context.reading.language)
