"""A consent that is missing: what is said of it, and the way to the sheet on which it is given."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext

from dosar.filing.doubts.consent import why_missing
from dosar.language.consent import CaseConsent, NeededConsent
from dosar.pages.context import PageContext
from dosar.pages.urls import case_list_url
from dosar.records.scope.consent_checks import ConsentIsMissing
from dosar.records.scope.consent_words import ConsentWord, missing_on


@dataclass(frozen=True)
class ConsentNotice:
    """That a case has no consent today, and what is not filed until it has."""

    why: str
    forms: str
    """The forms that wait for it."""
    leads: list[tuple[str, str]]
    """Where it is given."""


def leads_to_consent(context: PageContext, form: str, case_id: int) -> list[tuple[str, str]]:
    """The sheet on which the consent of the case is given: a new one for who may write it, else those there are."""
    if context.is_written(form, case_id) and context.worker.may("enter", form):
        return [(context.form_title(form), url_for("RecordPages.new", form=form, case=case_id))]
    return [(context.form_title(form), case_list_url(form, case_id))] if context.worker.may("see", form) else []


def missing_consent_text(context: PageContext, refused: ConsentIsMissing) -> str:
    """Why the sheet was not saved, and what to do."""
    why = why_missing(context.repository, context.reading.language, refused.needed, refused.missing)
    return f"{why.say(gettext)} {gettext('Until then nothing is saved of this sheet.')}"


def consent_notices(
    context: PageContext, case_id: int, words: Mapping[str, Sequence[ConsentWord]]
) -> list[ConsentNotice]:
    """What the page of a case says of the consents that are missing today, by all that its sheets say of them; of a
    withdrawn one that restricts the case the page says more already."""
    waiting = _forms_waiting(context)
    if not waiting or context.restrictions_of(case_id):
        return []
    return [
        ConsentNotice(
            why_missing(context.repository, context.reading.language, needed, missing).say(gettext),
            gettext("Not filed without it: %(forms)s.", forms=", ".join(_titles(context, needed.consent))),
            leads_to_consent(context, needed.consent.form, case_id),
        )
        for needed in waiting
        if (missing := missing_on(context.reading.today, words.get(needed.consent.key, ()))) is not None
    ]


def _forms_waiting(context: PageContext) -> Collection[NeededConsent]:
    """One for each consent that a form needs which she may file."""
    every = (needed for several in context.repository.definition.consents_needed.values() for needed in several)
    hers = (needed for needed in every if context.worker.may("enter", needed.form))
    return {needed.consent.key: needed for needed in hers}.values()


def _titles(context: PageContext, consent: CaseConsent) -> list[str]:
    return [
        context.form_title(each.sheet) for each in consent.rule.needed_by if context.worker.may("enter", each.sheet)
    ]
