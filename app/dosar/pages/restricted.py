"""A restricted case: what stands on its pages about it, and what is not opened to be written."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext

from dosar.fields.formats.days import format_day
from dosar.language.form import CASE_FORM
from dosar.language.restriction import CaseRestriction
from dosar.language.text.texts import text_in_language
from dosar.pages.context import PageContext
from dosar.pages.urls import case_list_url
from dosar.records.scope.row_scope import CaseIsRestricted


@dataclass(slots=True)
class RestrictionNotice:
    """Why a case is restricted, and what follows from it."""

    why: str
    who: str
    """Who goes on seeing it."""
    written: str
    """What is still written in it."""
    lifted: str
    """What lifts it."""
    url: str
    """Where that is done, for who may."""


def require_unrestricted(context: PageContext, form: str, case_id: int | None) -> None:
    """Raises :class:`CaseIsRestricted` where sheets of the form are not written in the case now."""
    if not context.is_written(form, case_id):
        raise CaseIsRestricted(case_id or 0, form)


def restriction_notices(context: PageContext, case_id: int, form: str = "") -> list[RestrictionNotice]:
    """What is to be told of the case; on a sheet of a form, only what stands against writing it."""
    return [
        _notice(context, found, case_id)
        for found in context.restrictions_of(case_id)
        if form not in found.restriction.written
    ]


def refusal_text(context: PageContext, refused: CaseIsRestricted) -> str:
    """Why the sheet was not saved, and what to do."""
    notices = restriction_notices(context, refused.case_id, refused.form)
    said = [f"{notice.why} {notice.lifted}" for notice in notices]
    return " ".join([*said, gettext("Until then this sheet is read only: nothing was saved.")])


def _notice(context: PageContext, found: CaseRestriction, case_id: int) -> RestrictionNotice:
    language = context.reading.language
    return RestrictionNotice(
        _why(found, language),
        _who(context, found),
        _written(context, found),
        _lifted(context, found),
        _lifting_url(context, found, case_id),
    )


def _why(found: CaseRestriction, language: str) -> str:
    """Why, since when, and in two words what follows."""
    why = text_in_language(found.restriction.title, language)
    if found.since is not None:
        why = f"{why} {gettext('Since %(day)s.', day=format_day(found.since, language))}"
    return f"{why} {gettext('Read only.')}" if found.read_only else why


def _who(context: PageContext, found: CaseRestriction) -> str:
    if found.restriction.seen_by:
        roles = _roles(context, found.restriction.seen_by)
        return gettext("It is seen by these roles alone: %(roles)s.", roles=roles)
    if not found.restriction.written_by:
        return gettext("Everybody who saw it goes on seeing it.")
    roles = _roles(context, found.restriction.written_by)
    return gettext("Everybody who saw it goes on reading it; these roles alone write in it: %(roles)s.", roles=roles)


def _written(context: PageContext, found: CaseRestriction) -> str:
    if found.read_only:
        roles = _roles(context, found.restriction.written_by)
        return gettext("Its sheets are read only. These roles alone still write in it: %(roles)s.", roles=roles)
    return gettext(
        "These sheets are still written: %(forms)s. All others are read only.",
        forms=", ".join(_titles(context, found.restriction.written)),
    )


def _roles(context: PageContext, names: Sequence[str]) -> str:
    language = context.reading.language
    return ", ".join(
        text_in_language(role.title, language)
        if role.scope == "all"
        else gettext("%(role)s (in the cases she works on)", role=text_in_language(role.title, language))
        for role in context.repository.definition.roles.with_keys(names)
    )


def _titles(context: PageContext, forms: Sequence[str]) -> list[str]:
    seen = context.seen_forms()
    return [context.form_title(key) for key in forms if key in seen]


def _lifted(context: PageContext, found: CaseRestriction) -> str:
    form, said, language = context.repository.forms[found.form], found.restriction, context.reading.language
    question, sheet = (text_in_language(text, language) for text in (form.questions[said.question].label, form.title))
    if said.lifted_by is None:
        return gettext(
            "It ends when “%(question)s” is corrected on the sheet “%(sheet)s”.", question=question, sheet=sheet
        )
    lifting = context.repository.forms[found.lifting_form]
    later = text_in_language(lifting.questions[said.lifted_by].label, language)
    if said.lifted_in is None:
        return gettext(
            "It ends when “%(question)s” is corrected on the sheet “%(sheet)s”, or when a later one says “%(later)s”.",
            question=question,
            sheet=sheet,
            later=later,
        )
    return gettext(
        "It ends when “%(question)s” is corrected on the sheet “%(sheet)s”, or when “%(later)s” on the sheet "
        "“%(other)s” is later than that.",
        question=question,
        sheet=sheet,
        later=later,
        other=text_in_language(lifting.title, language),
    )


def _lifting_url(context: PageContext, found: CaseRestriction, case_id: int) -> str:
    if not context.worker.may("correct", found.form):
        return ""
    if found.form == CASE_FORM:
        return url_for("RecordPages.edit", form=CASE_FORM, record_id=case_id)
    return case_list_url(found.form, case_id)
