"""Persons that may be known already: what they are called, and where they are."""

from collections.abc import Iterable

from flask import url_for
from flask_babel import gettext

from dosar.filing.doubts.duplicates import names_of_likely
from dosar.filing.result import KnownPerson
from dosar.language.form import CASE_FORM
from dosar.language.text.message import Message
from dosar.pages.context import PageContext
from dosar.pages.urls import record_url
from dosar.records.finding.duplicates import LikelyDuplicate
from dosar.records.titles import titles_of_records


def leads_to_known(issue: KnownPerson, form: str) -> list[tuple[str, str]]:
    """The records that she may open instead: what each is called, and its address."""
    return [(title, _record_page_url(form, number)) for number, title in issue.records.items()]


def _record_page_url(form: str, number: int) -> str:
    return url_for("CasePages.case", case_id=number) if form == CASE_FORM else record_url(form, number)


def duplicate_labels(context: PageContext, form: str, found: Iterable[LikelyDuplicate]) -> dict[int, str]:
    """What the records are called: in reach by their title; of one out of reach it is not even told whose it is."""
    every = list(found)
    in_reach = (
        titles_of_records(context.repository, context.forms[form], [likely.id for likely in every], context.reading)
        if context.worker.may("see", form)
        else {}
    )
    names = names_of_likely(every, in_reach)
    return {record_id: name.say(gettext) if isinstance(name, Message) else name for record_id, name in names.items()}
