"""What a worker typed on a page that is no sheet, and could not send: kept for her alone and for a fortnight.

A sheet has its drafts; the reason of a reversal, a note or a name waits here under the address it is sent to.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, exists, insert, select

from dosar.database.system_tables import expired_page_table, utc_now
from dosar.records.repository import Repository
from dosar.records.unsaved.drafts import DRAFT_LIFETIME, TypedBoxes, forget_old_pages

MAX_EXPIRED_PAGES = 20
"""More pages than anybody leaves unsent; the oldest go."""
MAX_UNCONFIRMED_PAGES = 3
"""The same of those that may be somebody else's: they push none of her own away."""


@dataclass(frozen=True)
class ExpiredPage:
    """The boxes of one page."""

    id: int
    endpoint: str
    """The route it is sent to."""
    address: str
    boxes: TypedBoxes
    saved_at: datetime
    confirmed: bool
    """Whether it is surely of a page of hers, not only sent with her old cookie."""


def keep_expired_page(
    repository: Repository,
    user_id: int,
    endpoint: str,
    address: str,
    boxes: Iterable[tuple[str, str]],
    confirmed: bool = True,
) -> None:
    """Keep what stands on the page, in place of what was kept of it before; what may be somebody else's apart."""
    with repository.writing():
        kept_before = _pages_at(repository, user_id, address, confirmed)
        repository.session.execute(delete(expired_page_table).where(expired_page_table.c.id.in_(kept_before)))
        keep_beside(repository, user_id, endpoint, address, boxes, confirmed)


def keep_beside(
    repository: Repository,
    user_id: int,
    endpoint: str,
    address: str,
    boxes: Iterable[tuple[str, str]],
    confirmed: bool = False,
) -> None:
    """The same, beside all that was kept of the page before; the same page sent again is one."""
    moment, kept = utc_now(), [list(box) for box in boxes]
    with repository.writing():
        repository.session.execute(
            delete(expired_page_table).where(
                expired_page_table.c.id.in_(
                    page.id
                    for page in expired_pages_of(repository, user_id)
                    if (page.address, page.confirmed) == (address, confirmed) and list(map(list, page.boxes)) == kept
                )
            )
        )
        repository.session.execute(
            insert(expired_page_table).values(
                user_id=user_id,
                endpoint=endpoint,
                address=address,
                boxes=kept,
                saved_at=moment,
                confirmed=confirmed,
            )
        )
        most = MAX_EXPIRED_PAGES if confirmed else MAX_UNCONFIRMED_PAGES
        forget_old_pages(
            repository, expired_page_table, user_id, most, moment, expired_page_table.c.confirmed.is_(confirmed)
        )


def expired_pages_of(repository: Repository, user_id: int) -> list[ExpiredPage]:
    """What waits for this worker, the latest first."""
    rows = repository.session.execute(
        select(expired_page_table).where(*_pages_of_worker(user_id)).order_by(expired_page_table.c.saved_at.desc())
    )
    return [
        ExpiredPage(
            row.id, row.endpoint, row.address, [(name, text) for name, text in row.boxes], row.saved_at, row.confirmed
        )
        for row in rows
    ]


def boxes_waiting_at(repository: Repository, user_id: int, address: str) -> TypedBoxes | None:
    """What waits for her at this address and surely is hers."""
    pages = expired_pages_of(repository, user_id)
    return next((page.boxes for page in pages if page.confirmed and page.address == address), None)


def has_expired_pages(repository: Repository, user_id: int) -> bool:
    """Whether anything waits for this worker."""
    return bool(repository.session.scalar(select(exists().where(*_pages_of_worker(user_id)))))


def confirm_expired_page(repository: Repository, user_id: int, page: ExpiredPage) -> None:
    """She says that it is hers: it waits among her own."""
    with repository.writing():
        discard_expired_page(repository, user_id, page.id)
        keep_expired_page(repository, user_id, page.endpoint, page.address, page.boxes)


def discard_expired_page(repository: Repository, user_id: int, unsent_id: int) -> None:
    """Forget one page of hers; anybody else's stays."""
    _discard_pages(repository, expired_page_table.c.user_id == user_id, expired_page_table.c.id == unsent_id)


def discard_sent_page(repository: Repository, user_id: int, address: str) -> None:
    """What waited at the address has been sent."""
    if sent := _pages_at(repository, user_id, address, confirmed=True):
        _discard_pages(repository, expired_page_table.c.id.in_(sent))


def is_page_of(address: str, cases: Sequence[int], ids: Mapping[str, Sequence[int]]) -> bool:
    """Whether what waits at the address was typed for one of these cases, or on one of these sheets of theirs."""
    path, _, query = address.partition("?")
    parts = path.strip("/").split("/")
    numbers = {str(case) for case in cases}
    of_case = parts[:1] == ["cases"] and not numbers.isdisjoint(parts[1:])
    of_sheet = parts[:1] == ["records"] and len(parts) > 2 and parts[2] in map(str, ids.get(parts[1], ()))
    return of_case or of_sheet or any(f"case={number}" in query.split("&") for number in numbers)


def form_of_page(address: str) -> str:
    """The form whose sheet is filled in at the address; nothing for any other page."""
    parts = address.partition("?")[0].strip("/").split("/")
    return parts[1] if parts[:1] == ["records"] and len(parts) > 1 else ""


def _pages_at(repository: Repository, user_id: int, address: str, confirmed: bool) -> list[int]:
    """Those of her pages that were at this address, which lies sealed."""
    rows = repository.session.execute(
        select(expired_page_table.c.id, expired_page_table.c.address).where(
            expired_page_table.c.user_id == user_id, expired_page_table.c.confirmed.is_(confirmed)
        )
    )
    return [row.id for row in rows if row.address == address]


def _discard_pages(repository: Repository, *conditions: Any) -> None:
    """Where there is none, nobody waits for a turn to write."""
    if repository.session.scalar(select(exists().where(*conditions))):
        with repository.writing():
            repository.session.execute(delete(expired_page_table).where(*conditions))


def _pages_of_worker(user_id: int) -> list[Any]:
    return [expired_page_table.c.user_id == user_id, expired_page_table.c.saved_at >= utc_now() - DRAFT_LIFETIME]
