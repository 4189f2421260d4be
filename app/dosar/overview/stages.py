"""The stages of one case: their documents, what these lack, when the stages began and ended."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import case, func, null

from dosar.language.answers.validation import knows_what_is_missing
from dosar.language.form import Form
from dosar.language.organisation.stages import Stage, Stages
from dosar.overview.case_query import CaseQuery
from dosar.records.sheets.acceptance import is_accepted, waiting_count


class FiledSheets(NamedTuple):
    """The sheets of a form that a case has."""

    count: int = 0  # type: ignore[assignment]
    last: Any = None
    """The date on the last of them, as it is stored."""
    lacking: int = 0
    """How many required answers those lack together that were accepted."""
    newest: int | None = None
    """The record entered last."""
    waiting: int = 0
    """How many of them wait for acceptance: they complete nothing."""

    @property
    def is_complete(self) -> bool:
        """Whether there is one that waits for nobody, and none that lacks a required answer."""
        return self.count > self.waiting and not self.lacking


NOTHING_FILED = FiledSheets()


class StageDocument(NamedTuple):
    """What a stage has of one form."""

    form: str
    is_needed: bool
    filed: FiledSheets


class StageProgress(NamedTuple):
    """How far one stage of a case is."""

    stage: Stage
    documents: Sequence[StageDocument]
    entered: date | None = None
    finished: date | None = None
    until: date | None = None
    is_current: bool = False
    is_known: bool = True
    """Whether the reader may know every document the stage needs, and so how far it is."""

    @property
    def missing(self) -> list[StageDocument]:
        """The documents without which the case does not go on."""
        return [document for document in self.documents if document.is_needed and not document.filed.is_complete]

    @property
    def is_complete(self) -> bool:
        """Whether every document that is needed is complete, and there is one that is."""
        return not self.missing and any(document.is_needed for document in self.documents)


def ask_stages(case_query: CaseQuery, stages: Stages) -> None:
    """Ask what the stages need to know; once it is read, :func:`stages_progress` tells them."""
    for form in case_query.known:
        _ask_filed(case_query, ("filed", form, None), form)
    for stage in stages.stages:
        for form in stage.forms:
            if (
                stage.since
                and _case_date(case_query, stage.since)
                and form in case_query.known
                and case_query.dating_question_name(form)
            ):
                dated = getattr(case_query.repository.record_class(form), case_query.dating_question_name(form))
                _ask_filed(case_query, ("filed", form, stage.since), form, dated >= case_query.since(stage.since))
    told_by = stages.told_by
    if told_by and case_query.may_know(told_by.form, told_by.stage, told_by.entered, told_by.finished):
        counts = is_accepted(case_query.repository.record_class(told_by.form))
        case_query.ask("told", told_by.form, [told_by.stage, told_by.entered, told_by.finished], counts)


def _ask_filed(case_query: CaseQuery, key: Any, form: str, *conditions: Any) -> None:
    record_class: Any = case_query.repository.record_class(form)
    name = case_query.dating_question_name(form)
    last = func.max(getattr(record_class, name)) if name else null()
    whole = case_query.repository.forms[form]
    counts = sheet_counts(record_class, knows_what_is_missing(whole, case_query.known[form]))
    sums = [*counts, last.label("last"), func.max(record_class.id).label("newest")]
    case_query.ask_sums(key, form, sums, *conditions)


def sheet_counts(record_class: Any, knows_missing: bool) -> list[Any]:
    """How many sheets there are, how many of them wait, and how many answers the others lack, if she may know it."""
    lacking = func.sum(case((is_accepted(record_class), record_class.lacking if knows_missing else 0))).label("lacking")
    return [func.count(record_class.id).label("count"), lacking, waiting_count(record_class)]


def stages_with_dates(case_query: CaseQuery, stages: Stages) -> tuple[str, ...]:
    """The stages whose first day the case file tells: for these more is asked."""
    return tuple(stage.stage for stage in stages.stages if _case_date(case_query, stage.since))


def _case_date(case_query: CaseQuery, name: str | None) -> Any:
    return getattr(case_query.case, name, None) if name else None


def filed_sheets(case_query: CaseQuery, form: str) -> FiledSheets:
    """All the sheets of a form."""
    return _filed_sheets(case_query.found.get(("filed", form, None)))


def _filed_sheets(found: Sequence[Any] | None) -> FiledSheets:
    if not found:
        return NOTHING_FILED
    row = found[0]
    return FiledSheets(row["count"], row["last"], row["lacking"] or 0, row["newest"], row["waiting"] or 0)


class _KnownStage(NamedTuple):
    """A stage, and what of it the reader may know: the same in every case."""

    stage: Stage
    documents: Sequence[tuple[str, bool, Any]]
    """The form, whether it is needed, and the key by which its sheets are found."""
    is_known: bool
    is_seen: bool
    """Whether she may know anything of it, also if nobody wrote that it began."""


def _known_stage(known: Mapping[str, Form], stage: Stage) -> _KnownStage:
    documents = [
        (form, is_needed, ("filed", form, stage.since))
        for forms, is_needed in ((stage.needs, True), (stage.optional, False))
        for form in forms
        if form in known
    ]
    return _KnownStage(stage, documents, known.keys() >= {*stage.needs}, not known.keys().isdisjoint(stage.forms))


def stages_progress(case_query: CaseQuery, stages: Stages) -> list[StageProgress]:
    """Every stage of which the reader may know something."""
    return next(progress_of_cases([case_query], stages))


def progress_of_cases(case_queries: Sequence[CaseQuery], stages: Stages) -> Iterator[list[StageProgress]]:
    """The same of several cases that one reader looks at."""
    every = [_known_stage(case_queries[0].known, stage) for stage in stages.stages] if case_queries else []
    for case_query in case_queries:
        written = _stage_dates(case_query, stages)
        made = [
            _stage_progress(case_query, one, *written.get(one.stage.stage, (None, None)))
            for one in every
            if one.is_seen or one.stage.stage in written
        ]
        current = _current_stage(made)
        yield [progress._replace(is_current=True) if progress is current else progress for progress in made]


def _stage_dates(case_query: CaseQuery, stages: Stages) -> dict[str, tuple[date | None, date | None]]:
    """Stage → when it began and ended, as workers wrote; of several times the last."""
    told_by = stages.told_by
    if told_by is None or not case_query.found.get("told"):
        return {}
    written = [
        (answers.get(told_by.entered), number, answers) for number, answers in case_query.answers("told", told_by.form)
    ]
    written.sort(key=lambda entry: (entry[0] or date.min, entry[1]))
    return {answers[told_by.stage]: (entered, answers.get(told_by.finished)) for entered, _, answers in written}


def _stage_progress(
    case_query: CaseQuery, known: _KnownStage, entered: date | None, finished: date | None
) -> StageProgress:
    found, stage = case_query.found, known.stage
    documents = [
        StageDocument(form, is_needed, _filed_sheets(found.get(key))) for form, is_needed, key in known.documents
    ]
    until = _case_date(case_query, stage.until)
    return StageProgress(stage, documents, entered, finished, until, is_known=known.is_known)


def _current_stage(stages: Sequence[StageProgress]) -> StageProgress | None:
    """Where the case stands: the furthest stage begun and not ended, else the first that lacks a document."""
    begun = [stage for stage in stages if stage.entered and not stage.finished]
    return begun[-1] if begun else next((stage for stage in stages if stage.missing), None)


def missing_documents(stages: Sequence[StageProgress]) -> Iterator[tuple[StageProgress, StageDocument]]:
    """(stage, document) of what is missing where the case is: in its stage, and in those left open on the way.

    A stage that workers ended or passed over was done with, whatever it lacks.
    """
    for stage in stages:
        if stage.is_current or (stage.entered and not stage.finished):
            for document in stage.missing:
                yield stage, document
        if stage.is_current:
            return
