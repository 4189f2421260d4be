"""Two cases of one person become one.

The chosen answers stand in the case that is kept; every sheet of the other moves to it; the other is put
away, empty, and remembers where its sheets went. One transaction: all of it, or nothing.

A record never changes its case (:mod:`dosar.records.scope.write_checks` refuses it); here is the one exception. It is
open to who reaches every case and may correct and delete one, and it is told in the history of both.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, delete, func, insert, literal, select, union_all, update

from dosar.database.form_tables import Record
from dosar.database.system_tables import deadline_move_table, merged_case_table, search_word_table, team_table, utc_now
from dosar.database.system_tables import history_table as entries
from dosar.database.text.folding import fold_text
from dosar.database.writing.append_only import closed_tables, table_opened
from dosar.language.form import CASE_FORM, Form
from dosar.language.question import Answers, Question
from dosar.language.restriction import CaseRestriction
from dosar.records import audit_log
from dosar.records.actor import Actor
from dosar.records.attachments import with_file_copies
from dosar.records.audit_log import MERGED_ACTION, MERGED_INTO_ACTION
from dosar.records.beds.doubled_stays import DoubledStay, doubled_stays
from dosar.records.case_members import CaseTable
from dosar.records.repository import Repository
from dosar.records.scope.restricted_cases import restrictions_among
from dosar.records.scope.row_scope import SYSTEM_SCOPE, OutOfReach, Scope, acting_as, current_scope
from dosar.records.sheets.deletion import delete_sheet
from dosar.records.sheets.save import EditConflict, correct_sheet
from dosar.records.sheets.stored_answers import Sheet, open_sheet
from dosar.records.unsaved import drafts

MOVED_KEY = "~moved"
"""What the entry of the kept case says: form → the sheets that came, by number."""


LIFTED_ACTION = "unrestricted"
"""Told of the kept case where a merge ends what restricted one of the two."""


class MergeLiftsRestriction(Exception):
    """The merged case would be open although one of the two is restricted, and nobody said that it is to be."""

    def __init__(self, lifted: Sequence[CaseRestriction], may_confirm: bool) -> None:
        self.lifted, self.may_confirm = lifted, may_confirm
        super().__init__(*(restriction.key for restriction in lifted))


class MergeDoublesStays(Exception):
    """By the stays of the two cases one person would be in two places at once, and nobody was told of these."""

    def __init__(self, doubled: Sequence[DoubledStay]) -> None:
        self.doubled = doubled
        super().__init__(*(both.key for both in doubled))


@dataclass(frozen=True)
class CaseMerge:
    """Two cases: the one that is kept and the one that goes, with the versions somebody compared."""

    kept_id: int
    kept_version: int
    gone_id: int
    gone_version: int


def may_merge(scope: Scope) -> bool:
    """Whether this worker may make one case of two."""
    return scope.corrects_every_case and scope.may("delete", CASE_FORM)


def both_cases(repository: Repository, kept_id: int, gone_id: int) -> tuple[Sheet, Sheet]:
    """The two cases with their answers. Raises :class:`OutOfReach`."""
    if kept_id == gone_id or not may_merge(current_scope.get()):
        raise OutOfReach(CASE_FORM)
    return open_sheet(repository, CASE_FORM, kept_id), open_sheet(repository, CASE_FORM, gone_id)


def differing_questions(form: Form, kept: Answers, going: Answers) -> Iterator[Question]:
    """The questions that the two cases answer differently, as far as ``form`` knows them.

    A number the organisation gave out stays with its case; what is computed follows by itself.
    """
    for question in form.questions.values():
        if question.computed or question.issued or not (question.column_types() or question.columns_asked()):
            continue
        theirs = going.get(question.name)
        if theirs not in (None, []) and question.to_json(question.unnumbered(theirs)) != question.to_json(
            question.unnumbered(kept.get(question.name))
        ):
            yield question


def merge_cases(
    repository: Repository,
    merging: CaseMerge,
    taken: Iterable[str],
    actor: Actor,
    reason: str = "",
    refused: Iterable[str] = (),
    lifted: Collection[str] = (),
    doubled: Collection[str] = (),
) -> None:
    """Make one case of two.

    ``taken`` are the questions whose answer is the other case's. Where the kept case has no answer it gets
    the other's in any case, unless somebody looked at it and ``refused`` it. ``lifted`` are the restrictions, by
    key, of which somebody confirmed that the merge ends them; ``doubled`` the stays, by key, of which she was told
    that they put one person in two places. Raises :class:`EditConflict` when either case is no longer the version that
    was compared, :class:`MergeLiftsRestriction`, :class:`MergeDoublesStays`, and :class:`OutOfReach`.
    """
    form = repository.forms[CASE_FORM]
    with repository.writing():
        kept, going = both_cases(repository, merging.kept_id, merging.gone_id)
        if (kept.record.version, going.record.version) != (merging.kept_version, merging.gone_version):
            raise EditConflict
        if untold := _untold_stays(repository, merging, actor.today, doubled):
            raise MergeDoublesStays(untold)
        taken_names, refused_names = set(taken), set(refused)
        restricted = _restrictions_of(repository, merging.kept_id, merging.gone_id)
        answers = {
            question.name: question.unnumbered(going.answers.get(question.name))
            for question in differing_questions(form, kept.answers, going.answers)
            if question.name in taken_names
            or (question.name not in refused_names and kept.answers.get(question.name) in (None, []))
        }
        if answers:
            answers = with_file_copies(repository, form, answers, actor.user_id)
            # what the other case points to may be deleted since, or of a form that is not hers to see
            with acting_as(SYSTEM_SCOPE):
                correct_sheet(repository, form, merging.kept_id, merging.kept_version, answers, actor)
        moved = _move_sheets(repository, merging)
        ended = _ended_restrictions(repository, merging, restricted, lifted)
        drafts.move_drafts_to_case(repository, merging.gone_id, merging.kept_id)
        _join_teams(repository, merging, actor)
        _note_merge(repository, merging, moved, actor, reason)
        if ended:
            audit_log.note_change(repository, repository.case(merging.kept_id), LIFTED_ACTION, actor.user_id, {})
        delete_sheet(repository, form, merging.gone_id, actor)
        _remember_merge(repository, merging, actor)
    repository.session.expire_all()


def _untold_stays(repository: Repository, merging: CaseMerge, today: date, told: Collection[str]) -> list[DoubledStay]:
    """All that meet, where one is among them that she does not know."""
    found = doubled_stays(repository, merging.kept_id, merging.gone_id, today)
    return found if any(both.key not in told for both in found) else []


def _restrictions_of(repository: Repository, *case_ids: int) -> list[CaseRestriction]:
    """What restricts any of these cases."""
    repository.session.flush()
    found = restrictions_among(repository.session, repository.definition.restrictions, case_ids)
    return list({restriction.key: restriction for each in found.values() for restriction in each}.values())


def _ended_restrictions(
    repository: Repository, merging: CaseMerge, before: Sequence[CaseRestriction], confirmed: Collection[str]
) -> list[CaseRestriction]:
    """What restricted one of the two and does not restrict the merged case; whoever merges must have said so, and be
    somebody who may lift it on its sheet."""
    after = {restriction.key for restriction in _restrictions_of(repository, merging.kept_id)}
    ended = [restriction for restriction in before if restriction.key not in after]
    may_confirm = all(current_scope.get().may("correct", restriction.form) for restriction in ended)
    if ended and not (may_confirm and {restriction.key for restriction in ended} <= {*confirmed}):
        raise MergeLiftsRestriction(ended, may_confirm)
    return ended


def count_case_sheets(repository: Repository, known: Iterable[str], case_id: int) -> dict[str, int]:
    """Form → how many sheets of it the case has, in reach and of the forms ``known``: one statement."""
    counts = []
    for key in known:
        record_class = repository.record_class(key)
        if record_class.case_column == "case_id":
            counts.append(select(literal(key), func.count(record_class.id)).where(record_class.case_id == case_id))
    rows = repository.session.execute(union_all(*counts)) if counts else ()
    return {key: count for key, count in rows if count}


def case_by_merged_code(repository: Repository, code: str) -> int | None:
    """Where the sheets of the case went that had this code: papers go on naming it."""
    into: int | None = repository.session.scalar(
        select(merged_case_table.c.into_id)
        .join(
            search_word_table,
            and_(search_word_table.c.form == CASE_FORM, search_word_table.c.record_id == merged_case_table.c.case_id),
        )
        .where(search_word_table.c.word == fold_text(code.strip()), search_word_table.c.sensitivity == "")
        .limit(1)
    )
    return into


def case_merged_into(repository: Repository, case_id: int) -> int | None:
    """Where the sheets of a case went that is no more, if it was merged."""
    into: int | None = repository.session.scalar(
        select(merged_case_table.c.into_id).where(merged_case_table.c.case_id == case_id)
    )
    return into


def _move_sheets(repository: Repository, merging: CaseMerge) -> dict[str, list[int]]:
    """Give every sheet, deleted ones too, to the kept case; and every link to the case with them."""
    repository.session.flush()
    moved: dict[str, list[int]] = {}
    for case_table in repository.belongings:
        if case_table.goes_with_case:
            theirs = select(case_table.table.c.id).where(case_table.table.c.case_id == merging.gone_id)
            ids = repository.session.scalars(theirs).all()
            moved |= {case_table.form: sorted(ids)} if ids else {}
    _repoint_tables(repository, merging)
    moves = deadline_move_table
    repository.session.execute(update(moves).where(moves.c.case_id == merging.gone_id).values(case_id=merging.kept_id))
    repository.session.execute(
        update(entries)
        .where(entries.c.case_id == merging.gone_id, entries.c.form != CASE_FORM)
        .values(case_id=merging.kept_id)
    )
    return moved


def _repoint_tables(repository: Repository, merging: CaseMerge) -> None:
    """A ledger stays closed to everybody else: its entries stay as they are, only the case is another."""
    connection = repository.session.connection()
    closed = closed_tables(connection)
    for case_table in repository.belongings:
        with table_opened(connection, case_table.name) if case_table.name in closed else nullcontext():
            _repoint_table(repository, case_table, merging)


def _repoint_table(repository: Repository, case_table: CaseTable, merging: CaseMerge) -> None:
    """Every column of this table that holds the case that goes holds the kept one."""
    for name in case_table.links:
        repository.session.execute(
            update(case_table.table).where(case_table.table.c[name] == merging.gone_id).values({name: merging.kept_id})
        )


def _join_teams(repository: Repository, merging: CaseMerge, actor: Actor) -> None:
    """Who works on the case that goes works on the kept one from now on."""
    team = _team_roles(repository, merging.kept_id)
    leading = repository.definition.roles.leading
    days = _team_days(repository, merging.gone_id)
    for user_id, (role, leads) in _team_roles(repository, merging.gone_id).items():
        if user_id not in team:
            if leads and any(led for _, led in team.values()):  # a case has one leader; the other's goes on beside her
                role, leads = (leading.steps_back_as if leading else None) or role, False
            repository.session.execute(
                insert(team_table).values(
                    case_id=merging.kept_id,
                    user_id=user_id,
                    role=role,
                    since=max(actor.today, days[user_id][0]),
                    planned_end=days[user_id][1],
                    leads=leads,
                )
            )
            team[user_id] = role, leads


def _team_days(repository: Repository, case_id: int) -> dict[int, tuple[date, date | None]]:
    """Who works on the case now or will: from which day, and until which if her place has an end."""
    rows = repository.session.execute(
        select(team_table.c.user_id, team_table.c.since, team_table.c.planned_end)
        .where(team_table.c.case_id == case_id, team_table.c.until.is_(None))
        .order_by(team_table.c.id)
    )
    return {row.user_id: (row.since, row.planned_end) for row in rows}


def _team_roles(repository: Repository, case_id: int) -> dict[int, tuple[str, bool]]:
    """Who works on the case now: the role, and whether that leads it."""
    rows = repository.session.execute(
        select(team_table.c.user_id, team_table.c.role, team_table.c.leads)
        .where(team_table.c.case_id == case_id, team_table.c.until.is_(None))
        .order_by(team_table.c.id)
    )
    return {row.user_id: (row.role, row.leads) for row in rows}


def _note_merge(
    repository: Repository, merging: CaseMerge, moved: Mapping[str, list[int]], actor: Actor, reason: str
) -> None:
    kept, going = repository.case(merging.kept_id), repository.case(merging.gone_id)
    audit_log.note_change(
        repository,
        kept,
        MERGED_ACTION,
        actor.user_id,
        {MOVED_KEY: moved},
        _reason_with_code(code_of_case(repository, going), reason),
    )
    audit_log.note_change(
        repository,
        going,
        MERGED_INTO_ACTION,
        actor.user_id,
        {MOVED_KEY: moved},
        _reason_with_code(code_of_case(repository, kept), reason),
    )


def code_of_case(repository: Repository, case: Record) -> str:
    """The only name a case has where others read it."""
    code_question = repository.forms[CASE_FORM].code_question
    code = code_question.restore_answer(case.columns()) if code_question else None
    return str(code or case.id)


def _reason_with_code(code: str, reason: str) -> str:
    """Which case it was, and why."""
    return f"{code}{audit_log.CODE_END}{reason}" if reason else code


def _remember_merge(repository: Repository, merging: CaseMerge, actor: Actor) -> None:
    """Remember where the sheets went; what once came to the case that goes went on, too."""
    session = repository.session
    session.execute(
        delete(merged_case_table).where(merged_case_table.c.case_id.in_([merging.kept_id, merging.gone_id]))
    )
    session.execute(
        update(merged_case_table).where(merged_case_table.c.into_id == merging.gone_id).values(into_id=merging.kept_id)
    )
    session.execute(
        insert(merged_case_table).values(
            case_id=merging.gone_id, into_id=merging.kept_id, at=utc_now(), user_id=actor.user_id
        )
    )
