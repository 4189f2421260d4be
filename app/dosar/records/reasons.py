"""Who reads the words that somebody typed beside a record: why it is reversed, merged, taken along, returned.

Nobody can know what stands in them, so they are as sensitive as the most sensitive answers of the sheet they are about.
"""

from dosar.records.repository import Repository
from dosar.records.scope.row_scope import current_scope


def may_read_reason(repository: Repository, form: str, *meant_for: int | None) -> bool:
    """Whether the acting worker reads a reason given with a record of the form.

    She who wrote it does, and whom it is ``meant_for``.
    """
    scope = current_scope.get()
    if scope.system or (scope.worker_id is not None and scope.worker_id in meant_for):
        return True
    return form in repository.forms and repository.forms[form].every_clearance <= scope.clearances
