"""The stages of one case: their documents, what these lack, when the stages began and ended."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import case, func, null

from app.language.stages import Stage, Stages
from app.records.acceptance import accepted, waiting_count
from app.records.glancing import Glance


@dataclass(frozen=True)
class Filed:
    """The sheets of a form that a case has."""

    count: int = 0
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
        return self.count > self.waiting and not self.lacking


@dataclass(frozen=True)
class Document:
    """What a stage has of one form."""

    form: str
    is_needed: bool
    filed: Filed


@dataclass(frozen=True)
class StageNow:
    """How far one stage of a case is."""

    stage: Stage
    documents: Sequence[Document]
    entered: date | None = None
    finished: date | None = None
    until: date | None = None
    is_current: bool = False
    is_known: bool = True
    """Whether the reader may know every document the stage needs, and so how far it is."""

    @property
    def missing(self) -> list[Document]:
        """The documents without which the case does not go on."""
        return [document for document in self.documents if document.is_needed and not document.filed.is_complete]

    @property
    def is_complete(self) -> bool:
        return not self.missing and any(document.is_needed for document in self.documents)


def ask(look: Glance, stages: Stages) -> None:
    """Ask what the stages need to know."""
    for form in look.known:
        _ask_filed(look, ("filed", form, None), form)
    for stage in stages.stages:
        for form in stage.forms:
            if stage.since and _case_date(look, stage.since) and form in look.known and look.date_name(form):
                dated = getattr(look.cabinet.record_class(form), look.date_name(form))
                _ask_filed(look, ("filed", form, stage.since), form, dated >= look.since(stage.since))
    told = stages.told_by
    if told and look.knows(told.form, told.stage, told.entered, told.finished):
        counts = accepted(look.cabinet.record_class(told.form))
        look.ask("told", told.form, [told.stage, told.entered, told.finished], counts)


def _ask_filed(look: Glance, key: Any, form: str, *conditions: Any) -> None:
    kept: Any = look.cabinet.record_class(form)
    name = look.date_name(form)
    last = func.max(getattr(kept, name)) if name else null()
    sums = [*sheets_counted(kept), last.label("last"), func.max(kept.id).label("newest")]
    look.ask_sums(key, form, sums, *conditions)


def sheets_counted(kept: Any) -> list[Any]:
    """How many sheets there are, how many of them wait, and how many answers the others lack."""
    lacking = func.sum(case((accepted(kept), kept.lacking))).label("lacking")
    return [func.count(kept.id).label("count"), lacking, waiting_count(kept)]


def dates_known(look: Glance, stages: Stages) -> tuple[str, ...]:
    """The stages whose first day the case file tells: for these more is asked."""
    return tuple(stage.stage for stage in stages.stages if _case_date(look, stage.since))


def _case_date(look: Glance, name: str | None) -> Any:
    return getattr(look.case, name, None) if name else None


def filed(look: Glance, form: str, since: str | None = None) -> Filed:
    """The sheets of a form, all of them or those since a date of the case file."""
    found = look.found.get(("filed", form, since))
    if not found:
        return Filed()
    row = found[0]
    return Filed(row["count"], row["last"], row["lacking"] or 0, row["newest"], row["waiting"] or 0)


def stages_now(look: Glance, stages: Stages) -> list[StageNow]:
    """Every stage of which the reader may know something."""
    told = _told(look, stages)
    seen = [stage for stage in stages.stages if stage.stage in told or any(form in look.known for form in stage.forms)]
    made = [_stage_now(look, stage, *told.get(stage.stage, (None, None))) for stage in seen]
    current = _current(made)
    return [replace(one, is_current=one is current) for one in made]


def _told(look: Glance, stages: Stages) -> dict[str, tuple[date | None, date | None]]:
    """Stage → when it began and ended, as workers wrote; of several times the last."""
    told = stages.told_by
    if told is None or "told" not in look.found:
        return {}
    written = [
        (answers.get(told.entered), number, answers)
        for number, answers in look.answers("told", told.form)
    ]
    written.sort(key=lambda one: (one[0] or date.min, one[1]))
    return {answers[told.stage]: (entered, answers.get(told.finished)) for entered, _, answers in written}


def _stage_now(look: Glance, stage: Stage, entered: date | None, finished: date | None) -> StageNow:
    documents = tuple(
        Document(form, is_needed, filed(look, form, stage.since))
        for forms, is_needed in ((stage.needs, True), (stage.optional, False)) for form in forms if form in look.known
    )
    is_known = all(form in look.known for form in stage.needs)
    return StageNow(stage, documents, entered, finished, _case_date(look, stage.until), is_known=is_known)


def _current(stages: Sequence[StageNow]) -> StageNow | None:
    """Where the case stands: the furthest stage begun and not ended, else the first that lacks a document."""
    begun = [one for one in stages if one.entered and not one.finished]
    lacking = [one for one in stages if one.missing]
    return begun[-1] if begun else lacking[0] if lacking else None


def to_go_on(stages: Sequence[StageNow]) -> Iterator[tuple[StageNow, Document]]:
    """What is missing where the case is: in its stage, and in those left open on the way.

    A stage that workers ended or passed over was done with, whatever it lacks.
    """
    for one in stages:
        if one.is_current or (one.entered and not one.finished):
            for document in one.missing:
                yield one, document
        if one.is_current:
            return
