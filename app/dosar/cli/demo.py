"""Demo data: ten fictional cases and ten fictional workers, filed the way anybody files a sheet."""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import select

from dosar.access.accounts.users import UserDetails, add_user
from dosar.access.organisation.settings import Organisation, is_demo_unfiled, mark_as_demo, note_unfiled_demo
from dosar.access.services import AccessServices
from dosar.access.tables import user_table
from dosar.database.system_tables import stamped_as_of, utc_now
from dosar.filing.opening.submissions import new_submission
from dosar.filing.save import save_new
from dosar.filing.service import Values, validate
from dosar.filing.submission import Submission
from dosar.language.answers.validation import ValidationIssue, asked_at
from dosar.language.dating import dating_question
from dosar.language.form import CASE_FORM, USER_LINK, Form
from dosar.language.load.finding import FilePlace, Finding, finding
from dosar.language.load.yaml_reader import read_yaml
from dosar.language.question import Question, ReadingContext
from dosar.language.text.message import msgid
from dosar.language.text.translations import LANGUAGES
from dosar.long_work.progress import Progress, keep_silent
from dosar.records.actor import Actor
from dosar.records.beds.required_beds import NoBed
from dosar.records.repository import Repository
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as
from dosar.records.teams import join_team

DEMO_ORGANISATION_NAME = "Asociația Drumul Lin (demo)"
DEMO_WRITTEN_ON = date(2026, 11, 22)
"""The day the cases were thought up: on a computer whose clock stands before it they are filed as of this day."""
FILING = msgid("The invented cases of the demo are being filed.")
FILING_TIME = time(12)
UNREADABLE_ERRORS = (ValueError, TypeError, AttributeError, KeyError, ArithmeticError)
"""What an answer raises that was thought up for another kind of question."""

RELATIVE_DATE = re.compile(r"(today|month)([+-]\d+)?")
"""A date counted from the day the demo is filled: ``today-20``, ``month-2``."""


def resolve_relative_dates(value: Any, today: date) -> Any:
    """The value with every date in it that is counted from today."""
    if isinstance(value, dict):
        return {key: resolve_relative_dates(inner, today) for key, inner in value.items()}
    if isinstance(value, list):
        return [resolve_relative_dates(inner, today) for inner in value]
    found = RELATIVE_DATE.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return value
    away = int(found[2] or 0)
    if found[1] == "today":
        return (today + timedelta(away)).isoformat()
    month = today.year * 12 + today.month - 1 + away
    return f"{month // 12:04}-{month % 12 + 1:02}"


def demo_password(user: str) -> str:
    """The password of a demo account; demo mode opens to this machine alone."""
    return f"demo {user.replace('_', ' ')} dosar"


def demo_accounts(forms: Path) -> list[dict[str, str]]:
    """The demo workers: user name, names, role."""
    found: list[dict[str, str]] = read_yaml(forms / "demo" / "users.yaml").contents["users"]
    return found


def found_demo(app: Flask, forms: Path) -> None:
    """The organisation of the demo and its workers, in an empty database; their cases are still to be filed."""
    services: AccessServices = app.extensions["dosar_access"]
    with app.app_context(), acting_as(SYSTEM_SCOPE), services.store.writing():
        for account in demo_accounts(forms):
            details = UserDetails(
                account["user"], account["first_name"], account["last_name"], frozenset({account["role"]})
            )
            add_user(services, None, details, demo_password(account["user"]), known_to_all=True)
        services.update_organisation(Organisation(DEMO_ORGANISATION_NAME, LANGUAGES[0]))
        mark_as_demo(services.session)
        note_unfiled_demo(services.session, True)


def file_demo_cases(app: Flask, forms: Path, today: date, tell: Progress = keep_silent) -> list[Finding]:
    """File the cases of the demo, unless they are there; tells what changed forms do not take.

    In one transaction: a program that is killed meanwhile leaves nothing half filed, and the next one files them.
    """
    services: AccessServices = app.extensions["dosar_access"]
    with app.app_context(), acting_as(SYSTEM_SCOPE), services.store.writing():
        if not is_demo_unfiled(services.session):
            return []
        note_unfiled_demo(services.session, False)
        users = {
            name: number for number, name in services.session.execute(select(user_table.c.id, user_table.c.username))
        }
        filing = _DemoFiler(app.extensions["dosar_repository"], users, max(today, DEMO_WRITTEN_ON))
        return filing.file_records(forms / "demo", tell)


@dataclass(frozen=True)
class _DemoRecord:
    """A record of the demo files, and where in them it stands."""

    record: dict[str, Any]
    place: FilePlace

    def names(self) -> set[str]:
        """Everything in it that may be the handle of another record."""
        return {self.record.get("case", ""), *_texts_within(self.record["answers"])}


def _read_demo_records(folder: Path, today: date) -> Iterator[_DemoRecord]:
    """The records of the demo files, with the dates counted from today."""
    for path in sorted(folder.glob("*.yaml")):
        source = read_yaml(path, shown_as=f"{folder.parent.name}/{folder.name}/{path.name}")
        for position, record in enumerate(source.contents.get("records", ())):
            yield _DemoRecord(resolve_relative_dates(record, today), source.place(("records", position)))


def _texts_within(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _texts_within(inner)


def _in_filing_order(
    papers: list[_DemoRecord], days: list[date | None], after_consent: Collection[str]
) -> list[tuple[date, _DemoRecord]]:
    """First what belongs to no case, and the cases; then their sheets, and what is filed only ``after_consent``, by the
    day; none before one that it names."""
    first = min((day for day in days if day), default=date.max)
    turns: dict[str, tuple[int, date]] = {}
    dated: list[tuple[tuple[int, date], date, _DemoRecord]] = []
    for paper, day in zip(papers, days, strict=True):
        after = [turns[name] for name in paper.names() if name in turns]
        of_cases = "case" in paper.record or paper.record["form"] in after_consent
        own_turn = (1, day or first) if of_cases else (0, first)
        turn = max([own_turn, *after])
        dated.append((turn, max(day or first, turn[1]), paper))
        if "id" in paper.record:
            turns[paper.record["id"]] = turn
    return [(day, paper) for _, day, paper in sorted(dated, key=lambda entry: entry[0])]


class _DemoFiler:
    """Files the records of the demo files in order, remembering what their handles stand for."""

    def __init__(self, repository: Repository, users: dict[str, int], today: date) -> None:
        self.repository = repository
        self.users = users
        self.today = today
        self.handles: dict[str, int] = {}

    def file_records(self, folder: Path, tell: Progress) -> list[Finding]:
        tell(FILING, 0.0)
        found = [
            paper for paper in _read_demo_records(folder, self.today) if paper.record["form"] in self.repository.forms
        ]
        left_out = []
        days, after_consent = [self._day(paper.record) for paper in found], self.repository.definition.consents_needed
        for position, (day, paper) in enumerate(_in_filing_order(found, days, after_consent)):
            tell(FILING, position / len(found))
            if not self._file(paper.record, min(datetime.combine(day, FILING_TIME), utc_now())):
                left_out.append(paper)
        return [
            finding(
                paper.place,
                "F047",
                'The form "%(form)s" was changed: this record of the demo does not fit it and was left out.',
                form=paper.record["form"],
            )
            for paper in left_out
        ]

    def _day(self, record: dict[str, Any]) -> date | None:
        """The day a sheet tells of; of a case file, when somebody began to work on it."""
        dated = dating_question(self.repository.forms[record["form"]])
        written_days = [member["since"] for member in record.get("team", ())] or [
            record["answers"].get(dated and dated.name)
        ]
        days = [
            date.fromisoformat(day) for day in written_days if isinstance(day, str) and len(day) == len("2026-01-31")
        ]
        return min(min(days), self.today) if days else None

    def _file(self, record: dict[str, Any], moment: datetime) -> bool:
        """File the record; false where it does not fit its form, which somebody changed before the first start."""
        form = self.repository.forms[record["form"]]
        with stamped_as_of(moment):
            try:
                submission = self._submission(form, record)
                given = Values(self._with_numbers(form.questions.values(), record["answers"]))
            except UNREADABLE_ERRORS:
                return False
            result = validate(submission, given)
            if result.unread or any(self._is_wrong(form, issue) for issue in result.wrong):
                return False
            try:
                filed = save_new(submission, result.answers).record_id
            except NoBed:
                return False
            self._gather_team(submission, filed, record)
        if "id" in record:
            self.handles[record["id"]] = filed
        return True

    def _submission(self, form: Form, record: dict[str, Any]) -> Submission:
        case_id = self.handles[record["case"]] if form.belongs_to else None
        return new_submission(
            self.repository, form.key, self._clerk(record), ReadingContext(LANGUAGES[0], self.today), case_id
        )

    def _is_wrong(self, form: Form, issue: ValidationIssue) -> bool:
        """Whether the form asks for more than was thought up, or for something else."""
        return self._target_exists(asked_at(form, issue.where).link_target())

    def _gather_team(self, submission: Submission, filed: int, record: dict[str, Any]) -> None:
        """Who works on a case beside the one who opened it."""
        today = replace(submission.actor, today=self.today)
        for member in record.get("team", ())[1:] if submission.form.key == CASE_FORM else ():
            join_team(
                self.repository,
                self.repository.case(filed),
                self.users[member["user"]],
                member["role"],
                today,
                date.fromisoformat(member["since"]),
            )

    def _clerk(self, record: dict[str, Any]) -> Actor:
        team = record.get("team", ())
        by = team[0] if team else {"user": record.get("by", "social_worker"), "role": ""}
        since = date.fromisoformat(by["since"]) if "since" in by else self.today
        return Actor(self.users[by["user"]], by["role"], since)

    def _with_numbers(self, questions: Iterable[Question], given: dict[str, Any]) -> dict[str, Any]:
        """The answers with the numbers of the records and users that their handles stand for."""
        known = {question.name: question for question in questions}
        return {
            name: self._with_number(known[name], value) if name in known else value for name, value in given.items()
        }

    def _with_number(self, question: Question, value: Any) -> Any:
        if question.columns_asked():
            return [self._with_numbers(question.columns_asked(), row) for row in value]
        target = question.link_target()
        if target is None:
            return value
        if not self._target_exists(target):
            return None
        return self.users[value] if target == USER_LINK else self.handles[value]

    def _target_exists(self, target: str | None) -> bool:
        """Whether what a link points to is there: an organisation may have left the form out."""
        return target in (None, USER_LINK, *self.repository.forms)
