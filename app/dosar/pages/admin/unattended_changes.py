"""Changing accounts so that nothing is left to nobody, unless somebody says that it may be."""

from collections.abc import Collection
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date

from flask import current_app, request
from flask_babel import gettext

from dosar.access.accounts.unattended import Unattended, nothing_unattended, watched
from dosar.access.authorization import current_worker
from dosar.access.i18n.languages import request_reading
from dosar.access.services import access_services
from dosar.pages.rendering.account_actions import TASK_LABELS
from dosar.records.repository import Repository


def attending(
    users: Collection[int], last_days: Collection[date | None] = (), user_id: int | None = None
) -> AbstractContextManager[None]:
    """The transaction in which these accounts are changed: what it leaves to nobody is told and confirmed first."""
    repository: Repository | None = current_app.extensions.get("dosar_repository")
    reading = replace(request_reading(), worker_id=current_worker().id)
    sure = request.form.get("sure") == "1"
    watch = watched(access_services(), users, last_days)
    return nothing_unattended(access_services(), repository, current_worker(), watch, reading, sure, user_id)


def unattended_lines(left: Unattended) -> list[str]:
    """What would be left to nobody, in words: of a case its code alone."""
    cases = [gettext("Case %(code)s: nobody else manages it", code=code) for code in sorted(left.cases)]
    cases += [gettext("Case %(code)s: nobody of its team opens it", code=code) for code in sorted(left.unreached)]
    return [*cases, *(str(label) for task, label in TASK_LABELS.items() if task in left.tasks)]
