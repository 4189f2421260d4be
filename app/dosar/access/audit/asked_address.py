"""What the address of a request names: a record, a file, a case; numbers alone, never a word that somebody typed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import current_app, request

from dosar.access.services import access_services
from dosar.database.audit.chain import FILE_OBJECT
from dosar.language.form import CASE_FORM
from dosar.records.attachments import case_of_file
from dosar.records.repository import LARGEST_NUMBER, Repository


@dataclass(frozen=True)
class AskedFor:
    """What an address names, and the case it is of if there is such a case."""

    objects: Mapping[str, Sequence[int]] = field(default_factory=dict)
    case_id: int | None = None


def case_in_address() -> int | None:
    """The case that the address is about: it names it, or a sheet or a file of it."""
    address: Mapping[str, Any] = request.view_args or {}
    if "case_id" in address:
        return int(address["case_id"])
    repository: Repository | None = current_app.extensions.get("dosar_repository")
    record_id = address.get("record_id") or request.args.get("record", type=int)
    if repository is not None and "form" in address and record_id:
        return repository.case_of(str(address["form"]), int(record_id))
    if repository is not None and "file_id" in address:
        return case_of_file(repository, int(address["file_id"]))
    return request.args.get("case", type=int)


def asked_for() -> AskedFor:
    """What the audit log tells of a request that was refused. What it began is undone first: nothing of it is kept."""
    access_services().session.rollback()
    address: Mapping[str, Any] = request.view_args or {}
    form = CASE_FORM if "case_id" in address else address.get("form")
    if "file_id" in address:
        objects = {FILE_OBJECT: _number(address["file_id"])}
    elif form in access_services().definition.forms:
        objects = {str(form): _number(address.get("case_id", address.get("record_id")))}
    else:
        objects = {}
    return AskedFor(objects, _case_there_is())


def _case_there_is() -> int | None:
    """No number that was only tried: a case that gets it later was asked for by nobody."""
    case_id = case_in_address()
    repository: Repository | None = current_app.extensions.get("dosar_repository")
    return None if repository is None or case_id is None else repository.case_of(CASE_FORM, case_id)


def _number(named: object) -> list[int]:
    return [named] if isinstance(named, int) and named <= LARGEST_NUMBER else []
