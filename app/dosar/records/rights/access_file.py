"""The copy of everything held on a person, for her (GDPR art. 15): sheets, files, drafts, history, recipients.

What it is made of is plain, so that :mod:`dosar.exchange` may write it as a PDF and as JSON, which hold the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dosar.language.form import CASE_FORM, Form
from dosar.records.rights.answers_told import ToldAnswer, ToldSection
from dosar.records.scope.row_scope import Scope

ACCESS_FILE_ACTION = "access_file"
"""What the history calls it that a copy was made."""


@dataclass(frozen=True)
class ToldSheet:
    """One sheet, with what it says."""

    form: str
    title: str
    number: int
    entered: str
    changed: str
    deleted: str
    sections: Sequence[ToldSection]


@dataclass(frozen=True)
class ToldChange:
    """One line of the history."""

    when: str
    who: str
    action: str
    sheet: str
    number: int
    before: Sequence[ToldAnswer]
    after: Sequence[ToldAnswer]
    reason: str


@dataclass(frozen=True)
class ToldFile:
    """A file that was attached to a sheet; ``path`` is where its copy lies beside this one."""

    path: str
    name: str
    media_type: str
    size: int
    sheet: str
    number: int
    id: int


@dataclass(frozen=True)
class ToldDraft:
    """A sheet that somebody began and has not saved, or a reason that was typed and not sent, with what stands in its
    boxes: nobody has said yet that it is true, and it goes after a fortnight."""

    sheet: str
    when: str
    who: str
    answers: Sequence[ToldAnswer]


@dataclass(frozen=True)
class Recipient:
    """Whom something of her is or was shared with, as her sheets say."""

    name: str
    sheet: str
    question: str
    day: str


@dataclass(frozen=True)
class TakenList:
    """A list that left Dosar as a file while she was in it, or may have been."""

    day: str
    list: str
    who: str


@dataclass(frozen=True)
class AccessFile:
    """Everything held on one person, in the language of the copy."""

    case: str
    language: str
    made_on: str
    organisation: str
    information: Sequence[tuple[str, Sequence[str]]]
    categories: Sequence[tuple[str, int]]
    kinds_of_data: Sequence[str]
    recipients: Sequence[Recipient]
    taken_lists: Sequence[TakenList]
    sheets: Sequence[ToldSheet]
    elsewhere: Sequence[ToldSheet]
    drafts: Sequence[ToldDraft]
    files: Sequence[ToldFile]
    history: Sequence[ToldChange]


@dataclass(frozen=True)
class TextPage:
    """A page on which a reason or a note is typed, in the language of the copy."""

    title: str
    labels: Mapping[str, str]
    """Box for text → what it asks."""


def may_take_access_file(scope: Scope, forms: Mapping[str, Form]) -> bool:
    """Whether somebody sees all of a case: nobody else puts a whole one together."""
    in_case = [form for form in forms.values() if form.belongs_to or form.key == CASE_FORM]
    return scope.system or all(
        scope.may("see", form.key) and form.every_clearance <= scope.clearances for form in in_case
    )
