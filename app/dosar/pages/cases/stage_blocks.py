"""The stages of a case with their task lists, and the documents that belong to no stage."""

from dataclasses import dataclass

from flask_babel import gettext, ngettext

from dosar.language.dating import dating_question
from dosar.language.text.texts import text_in_language
from dosar.overview import stages
from dosar.overview.stages import FiledSheets, StageDocument, StageProgress
from dosar.pages.cases.case_reading import CaseReading
from dosar.pages.formatting import day_text
from dosar.pages.urls import case_list_url, new_sheet_url, record_url
from dosar.records.titles import show_answer


@dataclass(slots=True)
class DocumentTask:
    """One document on the page of a case."""

    label: str
    url: str
    new_url: str = ""
    state: str = ""
    """``none``, ``begun`` or ``whole``."""
    state_text: str = ""
    note: str = ""
    count: int = 0
    is_needed: bool = False


@dataclass(slots=True)
class StageBlock:
    """One stage with its task list."""

    number: int
    title: str
    state: str
    """``done``, ``now``, ``behind`` or ``ahead``."""
    state_text: str
    dates: str
    tasks: list[DocumentTask]
    is_open: bool


@dataclass(slots=True)
class DocumentGroup:
    """Documents that belong to no stage, as the menu groups them."""

    title: str
    tasks: list[DocumentTask]


def stage_blocks(case: CaseReading) -> list[StageBlock]:
    """The stages with their task lists; where the case stands, the list is open."""
    current = next(
        (position for position, progress in enumerate(case.progress) if progress.is_current), len(case.progress)
    )
    numbers = {stage.stage: number for number, stage in enumerate(case.declared.stages, 1)}
    return [
        StageBlock(
            numbers[progress.stage.stage],
            text_in_language(progress.stage.title, case.language),
            state,
            _stage_text(progress, state),
            _stage_dates(progress),
            [_task(case, document) for document in progress.documents],
            progress.is_current,
        )
        for position, progress in enumerate(case.progress)
        for state in [_stage_state(progress, position, current)]
    ]


def tasks_to_go_on(case: CaseReading) -> list[DocumentTask]:
    """The documents without which the case does not go on, but those that a restricted case keeps read only."""
    return [
        _task(case, document)
        for _, document in stages.missing_documents(case.progress)
        if case.context.is_written(document.form, case.record.id)
    ]


def other_documents(case: CaseReading) -> list[DocumentGroup]:
    """The documents that belong to no stage, in the order of the menu."""
    in_stages = {form for stage in case.declared.stages for form in stage.forms}
    groups = [
        DocumentGroup(
            text_in_language(group.title, case.language),
            [_other_document(case, key) for key in group.entries if key in case.query.known and key not in in_stages],
        )
        for group in case.context.repository.definition.menu.menu
    ]
    return [group for group in groups if group.tasks]


def _other_document(case: CaseReading, form: str) -> DocumentTask:
    """A document of no stage: nothing waits for it, so only what is half filled is pointed out."""
    filed = stages.filed_sheets(case.query, form)
    task = _task(case, StageDocument(form, False, filed))
    task.state_text = {"none": gettext("nothing yet"), "begun": task.state_text, "whole": ""}[task.state]
    return task


def _task(case: CaseReading, document: StageDocument) -> DocumentTask:
    form, filed = case.query.known[document.form], document.filed
    case_id = case.record.id
    can_add = case.context.worker.may("enter", form.key) and not (form.one_per_case and filed.count)
    can_add = can_add and case.context.is_written(form.key, case_id)
    task = DocumentTask(
        text_in_language(form.title if filed.count <= 1 else form.plural or form.title, case.language),
        _task_url(case, form.key, filed),
        new_sheet_url(form.key, case_id) if can_add else "",
        _filed_state(filed),
        _document_text(document),
        _note(case, form.key, filed),
        filed.count,
        document.is_needed,
    )
    return _with_draft(case, task, form.key) if can_add else task


def _with_draft(case: CaseReading, task: DocumentTask, form: str) -> DocumentTask:
    """A sheet this worker has begun and not saved is on its way; *Add* goes on with it."""
    if any(begun["form"] == form for begun in case.query.found.get("drafts", ())):
        task.note = " · ".join(filter(None, (task.note, gettext("your draft waits"))))
        if task.state == "none":
            task.state, task.state_text = "begun", gettext("In progress")
    return task


def _task_url(case: CaseReading, form: str, filed: FiledSheets) -> str:
    """One sheet opens at once; of several, or none, the list."""
    if filed.count == 1:
        return record_url(form, filed.newest)
    return case_list_url(form, case.record.id)


def _note(case: CaseReading, form: str, filed: FiledSheets) -> str:
    if filed.waiting and filed.is_complete:
        return ngettext("%(num)s of them waits for acceptance", "%(num)s of them wait for acceptance", filed.waiting)
    if filed.lacking:
        return ngettext("%(num)s answer missing", "%(num)s answers missing", filed.lacking)
    dated = dating_question(case.query.known[form])
    return show_answer(dated, filed.last, case.context.reading) if dated and filed.last is not None else ""


def _filed_state(filed: FiledSheets) -> str:
    if not filed.count:
        return "none"
    return "whole" if filed.is_complete else "begun"


def _document_text(document: StageDocument) -> str:
    state = _filed_state(document.filed)
    if state == "none":
        return gettext("Not started") if document.is_needed else gettext("if needed")
    if state == "begun" and document.filed.waiting:
        return gettext("waits for acceptance")
    return gettext("Complete") if state == "whole" else gettext("In progress")


def _stage_state(progress: StageProgress, position: int, current: int) -> str:
    if progress.is_current:
        return "now"
    if progress.missing and position < current:
        return "behind"
    return "done" if progress.finished or (progress.is_known and progress.is_complete) else "ahead"


def _stage_text(progress: StageProgress, state: str) -> str:
    complete = sum(document.is_needed and document.filed.is_complete for document in progress.documents)
    needed = sum(document.is_needed for document in progress.documents)
    if state == "done":
        return gettext("Complete")
    if not progress.is_known:
        return ""
    if state == "ahead" and not complete:
        return gettext("Not started")
    if not needed:
        return gettext("In progress")
    return gettext("%(whole)s of %(needed)s complete", whole=complete, needed=needed)


def _stage_dates(progress: StageProgress) -> str:
    begun, ended = (
        day_text(progress.entered) if progress.entered else "",
        day_text(progress.finished) if progress.finished else "",
    )
    if begun and ended:
        return begun if begun == ended else f"{begun} – {ended}"
    if begun:
        return gettext("since %(day)s", day=begun)
    return gettext("until %(day)s", day=day_text(progress.until)) if progress.until else ""
