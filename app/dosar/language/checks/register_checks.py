"""Checks of what the register of processing is made from (GDPR art. 30): every form that holds data of persons says
what for, on which ground and for how long, itself or by its group in the menu.

They hold for an organisation and stop no form, so whoever writes the files is told when she asks, not at each start.
"""

from collections.abc import Iterator

from dosar.language.checks.checked_forms import checked_forms
from dosar.language.form import CASE_FORM, Form
from dosar.language.load.definition import MENU
from dosar.language.load.finding import Finding, finding
from dosar.language.load.folder import FolderReading
from dosar.language.organisation.menu import Menu
from dosar.language.privacy.data_subjects import data_subjects, is_kept_with_case
from dosar.language.text.message import msgid

SAYS_NOTHING = msgid(
    'This form holds data of persons, and the register of processing lacks "%(lacking)s". Write it here, or for its '
    "group in menu.yaml."
)
KEPT_FOR_EVER = msgid(
    'Nothing says for how long cases are kept, so the register of processing has no term: add "retention" here.'
)


def register_findings(reading: FolderReading) -> Iterator[Finding]:
    """What the register would lack, form by form. Without a menu nobody can tell what its groups say."""
    menu, forms = reading.parts.get(MENU), {form.key: form for form in reading.of(Form).values()}
    if not isinstance(menu, Menu):
        return
    for draft in checked_forms(reading, reading.of(Form)):
        lacking = [name for name in _texts_of_register(draft.form) if not _is_said(draft.form, menu, name)]
        if lacking and data_subjects(forms, draft.form):
            yield finding(draft.place("form"), "F068", SAYS_NOTHING, lacking=", ".join(lacking))
        if draft.form.key == CASE_FORM and not draft.form.retention:
            yield finding(draft.place("form"), "F068", KEPT_FOR_EVER)


def _texts_of_register(form: Form) -> tuple[str, ...]:
    """What belongs to a case is kept as long as the case is."""
    return ("purpose", "legal_basis") if is_kept_with_case(form) else ("purpose", "legal_basis", "kept_for")


def _is_said(form: Form, menu: Menu, name: str) -> bool:
    return getattr(form, name) is not None or getattr(menu.group_of(form.key), name, None) is not None
