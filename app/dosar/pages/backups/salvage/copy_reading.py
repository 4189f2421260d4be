"""The open back-up for one request, and what its records are called there."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from flask import abort, url_for
from flask_babel import gettext, lazy_gettext

from dosar.backups.salvage.losses import Loss, LostRecord
from dosar.backups.salvage.open_copy import OpenCopy
from dosar.backups.salvage.record_salvage import RecordSalvage
from dosar.language.form import CASE_FORM, Form
from dosar.pages.backups.backup_state import current_copy
from dosar.pages.context import PageContext, page_context
from dosar.pages.formatting import moment_text
from dosar.records.titles import link_titles, strip_deleted_mark

LOSS_WORDS = {
    Loss.GONE: lazy_gettext("not there today"),
    Loss.DELETED: lazy_gettext("deleted since"),
    Loss.CHANGED: lazy_gettext("other answers today"),
}


@dataclass(slots=True)
class LostLine:
    """A record of the back-up in words."""

    label: str
    told: str
    url: str


@dataclass
class CopyReading:
    """What a page reads of the open back-up, and of today."""

    copy: OpenCopy
    today: PageContext

    @property
    def then(self) -> PageContext:
        """The same worker among the records of the back-up."""
        return replace(self.today, repository=self.copy.repository)

    @property
    def when(self) -> str:
        """Of when the back-up is."""
        return moment_text(self.copy.moment)

    @property
    def reason(self) -> str:
        """What the history says of whatever comes back."""
        return gettext("From the back-up of %(moment)s.", moment=self.when)

    def salvage(self, more: str = "") -> RecordSalvage:
        """What brings records back for her; with ``more`` she said why one person more is placed than there are
        beds."""
        reason = f"{self.reason} {more}".strip()
        return RecordSalvage(self.copy, self.today.repository, self.today.actor, reason, bool(more))

    def forms(self) -> list[Form]:
        """The forms of which something can come back: she sees them, and may enter, correct or delete there."""
        may = self.today.worker.may
        return [
            form
            for key, form in self.today.seen_forms().items()
            if any(may(action, key) for action in ("enter", "correct", "delete"))
        ]

    def lines(self, lost: Iterable[LostRecord]) -> list[LostLine]:
        """Each with its form, its name and its case, as they were called in the back-up."""
        found = [(each, self.copy.repository.case_of(each.form, each.id)) for each in lost]
        ids: dict[str, set[int]] = {}
        for each, case in found:
            ids.setdefault(each.form, set()).add(each.id)
            ids.setdefault(CASE_FORM, set()).update([] if case is None else [case])
        titles = link_titles(self.copy.repository, self.today.seen_forms(), ids, self.today.reading)
        return [self._line(each, case, titles) for each, case in found]

    def _line(self, lost: LostRecord, case: int | None, titles: dict[tuple[str, int], str]) -> LostLine:
        form = self.today.form_title(lost.form)
        keys = dict.fromkeys([(lost.form, lost.id), (CASE_FORM, case or 0)])
        names = [strip_deleted_mark(titles[key]) for key in keys if key in titles]
        address = url_for("SalvageRecordPage.record", form=lost.form, record_id=lost.id)
        return LostLine(" · ".join(dict.fromkeys([form, *names])), str(LOSS_WORDS[lost.loss]), address)


@contextmanager
def open_reading() -> Iterator[CopyReading | None]:
    """The open back-up; None where none is open."""
    with current_copy().reading() as copy:
        yield None if copy is None else CopyReading(copy, page_context())


@contextmanager
def reading_or_404() -> Iterator[CopyReading]:
    """The same for a page that is nothing without it."""
    with open_reading() as reading:
        if reading is None:
            abort(404)
        yield reading
