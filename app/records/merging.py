"""Two cases of one person become one.

The chosen answers stand in the case that is kept; every sheet of the other moves to it; the other is put
away, empty, and remembers where its sheets went. One transaction: all of it, or nothing.

A record never changes its case (:mod:`app.records.scope` refuses it); here is the one exception. It is
open to who reaches every case and may correct and delete one, and it is told in the history of both.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass

from sqlalchemy import and_, delete, func, insert, literal, select, union_all, update

from app.language.form import CASE, Form
from app.language.question import Answers, Question
from app.records import drafts, history
from app.records.attachments import with_copies
from app.records.belonging import Belonging
from app.records.cabinet import Cabinet
from app.records.closing import closed_tables, opened
from app.records.folding import fold
from app.records.scope import SYSTEM, OutOfReach, Scope, acting_as, current_scope
from app.records.sheets import Clash, Clerk, Sheet, correct, open_sheet, put_away
from app.records.system import history as entries
from app.records.system import merged, now, team, word
from app.records.tables import Record

MERGED, MERGED_INTO = "merged", "merged_into"
MOVED = "~moved"
"""What the entry of the kept case says: form → the sheets that came, by number."""
MANAGER, MEMBER = "case_manager", "social_worker"
"""A case has one manager; the other case's goes on as a member of the team."""


@dataclass(frozen=True)
class Merging:
    """Two cases: the one that is kept and the one that goes, with the versions somebody compared."""

    kept_id: int
    kept_version: int
    gone_id: int
    gone_version: int


def may_merge(scope: Scope) -> bool:
    """Whether this worker may make one case of two."""
    return (scope.system or scope.cases == "all") and scope.may("correct", CASE) and scope.may("delete", CASE)


def both_cases(cabinet: Cabinet, kept_id: int, gone_id: int) -> tuple[Sheet, Sheet]:
    """The two cases with their answers. Raises :class:`OutOfReach`."""
    if kept_id == gone_id or not may_merge(current_scope.get()):
        raise OutOfReach(CASE)
    return open_sheet(cabinet, CASE, kept_id), open_sheet(cabinet, CASE, gone_id)


def differing(form: Form, kept: Answers, gone: Answers) -> Iterator[Question]:
    """The questions that the two cases answer differently, as far as ``form`` knows them.

    A number the organisation gave out stays with its case; what is computed follows by itself.
    """
    for question in form.questions.values():
        if question.computed or question.issued or not (question.column_types() or question.columns_asked()):
            continue
        theirs = gone.get(question.name)
        if theirs not in (None, []) and question.to_json(question.unnumbered(theirs)) != question.to_json(
            question.unnumbered(kept.get(question.name))
        ):
            yield question


def merge(
    cabinet: Cabinet, merging: Merging, taken: Iterable[str], clerk: Clerk, reason: str = "",
    refused: Iterable[str] = (),
) -> None:
    """Make one case of two.

    ``taken`` are the questions whose answer is the other case's. Where the kept case has no answer it gets
    the other's in any case, unless somebody looked at it and ``refused`` it. Raises :class:`Clash` when
    either case is no longer the version that was compared, and :class:`OutOfReach`.
    """
    form = cabinet.forms[CASE]
    with cabinet.writing():
        kept, gone = both_cases(cabinet, merging.kept_id, merging.gone_id)
        if (kept.record.version, gone.record.version) != (merging.kept_version, merging.gone_version):
            raise Clash
        wanted, unwanted = set(taken), set(refused)
        answers = {
            question.name: question.unnumbered(gone.answers.get(question.name))
            for question in differing(form, kept.answers, gone.answers)
            if question.name in wanted
            or (question.name not in unwanted and kept.answers.get(question.name) in (None, []))
        }
        if answers:
            answers = with_copies(cabinet, form, answers, clerk.user_id)
            # what the other case points to may be deleted since, or of a form that is not hers to see
            with acting_as(SYSTEM):
                correct(cabinet, form, merging.kept_id, merging.kept_version, answers, clerk)
        moved = _move_sheets(cabinet, merging)
        drafts.move_to_case(cabinet, merging.gone_id, merging.kept_id)
        _join_teams(cabinet, merging, clerk)
        _tell(cabinet, merging, moved, clerk, reason)
        put_away(cabinet, form, merging.gone_id, clerk)
        _point(cabinet, merging, clerk)
    cabinet.session.expire_all()


def sheets_of(cabinet: Cabinet, known: Iterable[str], case_id: int) -> dict[str, int]:
    """Form → how many sheets of it the case has, in reach and of the forms ``known``: one statement."""
    counts = []
    for key in known:
        kept = cabinet.record_class(key)
        if kept.case_column == "case_id":
            counts.append(select(literal(key), func.count(kept.id)).where(kept.case_id == case_id))
    rows = cabinet.session.execute(union_all(*counts)) if counts else ()
    return {key: count for key, count in rows if count}


def merged_code(cabinet: Cabinet, code: str) -> int | None:
    """Where the sheets of the case went that had this code: papers go on naming it."""
    into: int | None = cabinet.session.scalar(
        select(merged.c.into_id).join(word, and_(word.c.form == CASE, word.c.record_id == merged.c.case_id))
        .where(word.c.word == fold(code.strip()), word.c.sensitivity == "").limit(1)
    )
    return into


def merged_into(cabinet: Cabinet, case_id: int) -> int | None:
    """Where the sheets of a case went that is no more, if it was merged."""
    into: int | None = cabinet.session.scalar(select(merged.c.into_id).where(merged.c.case_id == case_id))
    return into


def _move_sheets(cabinet: Cabinet, merging: Merging) -> dict[str, list[int]]:
    """Give every sheet, deleted ones too, to the kept case; and every link to the case with them."""
    cabinet.session.flush()
    moved: dict[str, list[int]] = {}
    for kept in cabinet.belongings:
        if kept.is_sheets:
            theirs = select(kept.table.c.id).where(kept.table.c.case_id == merging.gone_id)
            ids = cabinet.session.scalars(theirs).all()
            moved |= {kept.form: sorted(ids)} if ids else {}
    _repoint_all(cabinet, merging)
    cabinet.session.execute(
        update(entries).where(entries.c.case_id == merging.gone_id, entries.c.form != CASE)
        .values(case_id=merging.kept_id)
    )
    return moved


def _repoint_all(cabinet: Cabinet, merging: Merging) -> None:
    """A ledger stays closed to everybody else: its entries stay as they are, only the case is another."""
    connection = cabinet.session.connection()
    closed = closed_tables(connection)
    for kept in cabinet.belongings:
        with opened(connection, kept.name) if kept.name in closed else nullcontext():
            _repoint(cabinet, kept, merging)


def _repoint(cabinet: Cabinet, kept: Belonging, merging: Merging) -> None:
    """Every column of this table that holds the case that goes holds the kept one."""
    for name in kept.links:
        cabinet.session.execute(
            update(kept.table).where(kept.table.c[name] == merging.gone_id).values({name: merging.kept_id})
        )


def _join_teams(cabinet: Cabinet, merging: Merging, clerk: Clerk) -> None:
    """Who works on the case that goes works on the kept one from now on."""
    there = _members(cabinet, merging.kept_id)
    for user_id, role in _members(cabinet, merging.gone_id).items():
        if user_id not in there:
            role = MEMBER if role == MANAGER and MANAGER in there.values() else role
            cabinet.session.execute(insert(team).values(
                case_id=merging.kept_id, user_id=user_id, role=role, since=clerk.today
            ))
            there[user_id] = role


def _members(cabinet: Cabinet, case_id: int) -> dict[int, str]:
    rows = cabinet.session.execute(
        select(team.c.user_id, team.c.role).where(team.c.case_id == case_id, team.c.until.is_(None)).order_by(team.c.id)
    )
    return {row.user_id: row.role for row in rows}


def _tell(cabinet: Cabinet, merging: Merging, moved: Mapping[str, list[int]], clerk: Clerk, reason: str) -> None:
    kept, gone = cabinet.case(merging.kept_id), cabinet.case(merging.gone_id)
    history.note(cabinet, kept, MERGED, clerk.user_id, {MOVED: moved}, _named(code_of(cabinet, gone), reason))
    history.note(cabinet, gone, MERGED_INTO, clerk.user_id, {MOVED: moved}, _named(code_of(cabinet, kept), reason))


def code_of(cabinet: Cabinet, case: Record) -> str:
    """The only name a case has where others read it."""
    asked = cabinet.forms[CASE].code_question
    code = asked.restored(case.columns()) if asked else None
    return str(code or case.id)


def _named(code: str, reason: str) -> str:
    """Which case it was, and why."""
    return f"{code}: {reason}" if reason else code


def _point(cabinet: Cabinet, merging: Merging, clerk: Clerk) -> None:
    """Remember where the sheets went; what once came to the case that goes went on, too."""
    session = cabinet.session
    session.execute(delete(merged).where(merged.c.case_id.in_([merging.kept_id, merging.gone_id])))
    session.execute(update(merged).where(merged.c.into_id == merging.gone_id).values(into_id=merging.kept_id))
    session.execute(insert(merged).values(
        case_id=merging.gone_id, into_id=merging.kept_id, at=now(), user_id=clerk.user_id
    ))
