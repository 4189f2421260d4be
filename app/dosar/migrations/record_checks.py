"""What a changed form would do to the records it has: refused, waiting for ``dosar upgrade``, or only told.

:mod:`dosar.language.checks.changes.compatibility` compares the files; here the records that are kept have their say.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from dosar.database.system_tables import utc_now
from dosar.language.checks.changes.form_comparison import (
    KeptQuestion,
    former_private_to,
    gets_case,
    kept_questions,
    late_renamings,
    late_table_renamings,
    loses_case,
    paths_by_column,
)
from dosar.language.form import CASE_FORM, Form
from dosar.language.load.definition import LASTING_PARTS, NEEDED_PARTS
from dosar.language.load.finding import FilePlace, Finding, finding
from dosar.language.load.folder import FolderReading
from dosar.language.load.yaml_reader import Source
from dosar.language.question import Question
from dosar.language.text.message import msgid
from dosar.migrations.compare.counted_changes import (
    count_lost_codes,
    count_lost_words,
    count_recodings,
    questions_read_by_more,
)
from dosar.migrations.compare.stored_counts import AnswerCounts
from dosar.migrations.convert.recomputation import count_recomputed, is_never_changed, questions_with_new_rules

CASES_KEPT_APART = msgid(
    'Without "belongs_to: case" everybody who may see the form would see the sheets of all cases (%(count)s), which '
    "only those who work on the case see. Put the line back, or keep this form as it is and begin another one with a "
    "new name."
)
RECORDS_WITHOUT_CASE = msgid(
    "Records of this form that belong to no case: %(count)s. Say which case each belongs to: add a question (type: "
    "link, to: case), answer it on each of them, and name it here (case_was: …). Or take this line away and begin "
    "another form with a new name."
)
NO_CASE_NAMED = msgid(
    'Records of this form that do not say in "%(name)s" which case they belong to: %(lacking)s of %(count)s. Take '
    "this line away, answer the question on each of them, then put it back."
)
ANSWERS_DO_NOT_FIT = msgid(
    'The answers to "%(was)s" do not fit "%(name)s". Put "%(was)s" back with retired: true, and take this line away.'
)
ANSWERED_UNDER_BOTH = msgid(
    'Sheets or rows that answer "%(was)s" and also "%(name)s": %(count)s. Put "%(was)s" back with retired: true, and '
    "take this line away."
)


@dataclass(frozen=True)
class ChangedForm:
    """A form with records, as it stands and as its file says it now."""

    older: Form
    now: Form
    """With its choices in hand."""
    source: Source
    counts: AnswerCounts
    names: Mapping[tuple[str, str], Question] = field(default_factory=dict)
    """Its questions as the file writes them, shared lists by name, by their place."""
    lists: Mapping[str, Source] = field(default_factory=dict)
    """The files of the shared lists of choices."""

    def unfit(self, kept_question: KeptQuestion, now: Question) -> int | None:
        """How many answers the question would not accept any more; nothing where it cannot be told."""
        return self.counts.unfit(self.older.key, kept_question.former_rows_of, kept_question.older, now)

    def recomputed_questions(self) -> list[tuple[Question, int]]:
        """The questions whose answers are computed by other rules, and how many answers are others by them."""
        counted = [
            (question, count_recomputed(self.counts.connection, self.older, self.now, [question], utc_now().date()))
            for question in questions_with_new_rules(self.older, self.now)
        ]
        return [(question, count) for question, count in counted if count]

    def place(self, *path: Any) -> Any:
        """The line of this key."""
        return self.source.place(path)


def refused_findings(changed_form: ChangedForm) -> Iterator[Finding]:
    """Changes that would lose records, or show them to others, with what to do instead."""
    yield from _check_belonging(changed_form)
    yield from _check_lost_words(changed_form)
    yield from _check_answered_twice(changed_form)
    yield from _check_rows_twice(changed_form)


def upgrade_findings(changed_form: ChangedForm) -> Iterator[Finding]:
    """Changes that only ``dosar upgrade`` makes: it says what it does, and takes a copy first."""
    if gets_case(changed_form.older, changed_form.now) and (
        count := changed_form.counts.records(changed_form.older.key)
    ):
        yield finding(
            changed_form.place("belongs_to"),
            "F025",
            'The records of this form (%(count)s) get their case from "%(name)s": run "dosar upgrade".',
            count=count,
            name=changed_form.now.case_was,
        )
    yield from _check_readers(changed_form)
    yield from _check_recoded(changed_form)
    yield from _check_late_names(changed_form)
    yield from _check_recomputed(changed_form)


def notice_findings(changed_form: ChangedForm) -> Iterator[Finding]:
    """What the author should know; the form runs all the same."""
    yield from _check_lost_codes(changed_form)
    yield from _check_unchanged(changed_form)


def gone_part_findings(reading: FolderReading, good: Collection[str]) -> Iterator[Finding]:
    """Single files that ran and are not there any more; those that everybody needs are missed without records too."""
    for part in LASTING_PARTS:
        if part in good and part not in reading.sources and part not in NEEDED_PARTS:
            yield finding(
                FilePlace(f"{reading.folder}/{part}.yaml", 1),
                "F063",
                "The file %(file)s is gone from the folder; what it said last runs on. Put it back; if nothing of it "
                'is wanted any more, leave it there with an empty list, "%(part)s: []".',
                file=f"{part}.yaml",
                part=part,
            )


def gone_form_findings(
    reading: FolderReading, counts: AnswerCounts, files: Mapping[str, str], folder: str
) -> Iterator[Finding]:
    """Forms whose file left the folder while they have records; ``files`` are those of the last start."""
    accounted_for = reading.names("form") | reading.new_names.keys()  # of those, their new forms tell
    named = {part: file for file, part in files.items()}
    for key in sorted(counts.deployed.keys() - accounted_for):
        if count := counts.records(key):
            place = FilePlace(named.get(f"form:{key}", f"{folder}/{key}.yaml"), 1)
            yield finding(
                place,
                "F052",
                'The form "%(name)s" is gone from the folder; its records are kept, but nobody sees them: %(count)s. '
                "Put its file back; if the form has a new name, write in its file was: %(name)s.",
                name=key,
                count=count,
            )


def _check_belonging(changed_form: ChangedForm) -> Iterator[Finding]:
    if not (gets_case(changed_form.older, changed_form.now) or loses_case(changed_form.older, changed_form.now)):
        return
    count = changed_form.counts.records(changed_form.older.key)
    if not count:
        return
    if loses_case(changed_form.older, changed_form.now):
        yield finding(changed_form.place("form"), "F048", CASES_KEPT_APART, count=count)
        return
    named = _case_question(changed_form.older, changed_form.now)
    if named is None:
        yield finding(changed_form.place("belongs_to"), "F048", RECORDS_WITHOUT_CASE, count=count)
    elif lacking := changed_form.counts.without(changed_form.older.key, named):
        yield finding(
            changed_form.place("case_was"),
            "F048",
            NO_CASE_NAMED,
            lacking=lacking,
            count=count,
            name=changed_form.now.case_was,
        )


def _case_question(older: Form, now: Form) -> str | None:
    """The column that says which case each record belongs to, as it stands."""
    for kept_question in kept_questions(older, now):
        if (
            not kept_question.rows_of
            and kept_question.now.name == now.case_was
            and kept_question.older.link_target() == CASE_FORM
        ):
            return kept_question.older.name
    return None


# --- more people would see it ------------------------------------------------------------------------


def _check_readers(changed_form: ChangedForm) -> Iterator[Finding]:
    names = former_private_to(changed_form.older, changed_form.now)
    if names and (count := changed_form.counts.records(changed_form.older.key)):
        yield finding(
            changed_form.place("private_to"),
            "F049",
            "More people would see the records of this form (%(count)s), which only those named in %(names)s reach. "
            'If that is meant, run "dosar upgrade"; if not, put private_to back.',
            count=count,
            names=names,
        )
    places = paths_by_column(changed_form.now)
    for kept_question, clearance, count in questions_read_by_more(
        changed_form.older, changed_form.now, changed_form.counts
    ):
        yield finding(
            changed_form.place(*places[kept_question.rows_of, kept_question.now.name], "name"),
            "F049",
            'More people would read the answers to "%(name)s" (%(count)s), which are only for those who may know '
            '"%(what)s". If that is meant, run "dosar upgrade"; if not, write sensitivity: %(what)s again.',
            count=count,
            name=kept_question.now.name,
            what=clearance,
        )


# --- names said too late -----------------------------------------------------------------------------


def _check_answered_twice(changed_form: ChangedForm) -> Iterator[Finding]:
    """Where both names have an answer, nobody can say which counts."""
    places = paths_by_column(changed_form.now)
    for late in late_renamings(changed_form.older, changed_form.now):
        place = changed_form.place(*places[late.rows_of, late.now.name], "was")
        names = {"was": late.older.name, "name": late.now.name}
        if not late.now.is_wider_than(late.older):
            yield finding(place, "F020", ANSWERS_DO_NOT_FIT, **names)
        elif count := changed_form.counts.count_answered_both(
            changed_form.older.key, late.former_rows_of, late.older, late.since
        ):
            yield finding(place, "F020", ANSWERED_UNDER_BOTH, count=count, **names)


def _check_rows_twice(changed_form: ChangedForm) -> Iterator[Finding]:
    """The same for a table of rows: a sheet has rows under one of both names only."""
    places = paths_by_column(changed_form.now)
    for late in late_table_renamings(changed_form.older, changed_form.now):
        place = changed_form.place(*places["", late.now.name], "was")
        names = {"was": late.older.name, "name": late.now.name}
        fits = all(now.is_wider_than(was) and (now.unknown or not was.unknown) for was, now in late.columns)
        if not fits or late.now.only_added != late.older.only_added:
            yield finding(place, "F020", ANSWERS_DO_NOT_FIT, **names)
        elif count := changed_form.counts.count_records_of_both(changed_form.older.key, late.older, late.since):
            yield finding(place, "F020", ANSWERED_UNDER_BOTH, count=count, **names)
        elif count := changed_form.counts.count_longer_tables(changed_form.older.key, late.older, late.now.most_rows):
            yield finding(
                place,
                "F020",
                'Answers to "%(name)s" that would not be accepted any more: %(count)s. Give it back its limits, or '
                "retire it (retired: true) and add a question with a new name.",
                name=late.now.name,
                count=count,
            )


def _check_late_names(changed_form: ChangedForm) -> Iterator[Finding]:
    places = paths_by_column(changed_form.now)
    for table in late_table_renamings(changed_form.older, changed_form.now):
        if count := changed_form.counts.count_records_with_rows(changed_form.older.key, table.older):
            yield finding(
                changed_form.place(*places["", table.now.name], "was"),
                "F025",
                'The answers to "%(was)s" (%(count)s) must move to "%(name)s": run "dosar upgrade".',
                was=table.older.name,
                name=table.now.name,
                count=count,
            )
    for late in late_renamings(changed_form.older, changed_form.now):
        if count := changed_form.counts.answered(changed_form.older.key, late.former_rows_of, late.older):
            yield finding(
                changed_form.place(*places[late.rows_of, late.now.name], "was"),
                "F025",
                'The answers to "%(was)s" (%(count)s) must move to "%(name)s": run "dosar upgrade".',
                was=late.older.name,
                name=late.now.name,
                count=count,
            )


# --- rules -------------------------------------------------------------------------------------------


def _check_recomputed(changed_form: ChangedForm) -> Iterator[Finding]:
    """Not for a question that is new: its first answers are made by the start that brings it."""
    stood = {
        kept_question.now.name
        for kept_question in kept_questions(changed_form.older, changed_form.now)
        if not kept_question.rows_of
    }
    for question, count in changed_form.recomputed_questions():
        if question.name in stood and not is_never_changed(changed_form.now, question):
            yield finding(
                changed_form.place(*paths_by_column(changed_form.now)["", question.name], "name"),
                "F025",
                'Answers to "%(name)s" that are others by the new rules: %(count)s. Run "dosar upgrade".',
                name=question.name,
                count=count,
            )


def _check_unchanged(changed_form: ChangedForm) -> Iterator[Finding]:
    for question, count in changed_form.recomputed_questions():
        if is_never_changed(changed_form.now, question):
            yield finding(
                changed_form.place(*paths_by_column(changed_form.now)["", question.name], "name"),
                "F054",
                'Answers to "%(name)s" that would be others by the new rules: %(count)s. What is written in a ledger '
                "stays; the new rules hold from now on.",
                name=question.name,
                count=count,
            )


# --- choices -----------------------------------------------------------------------------------------


def _check_lost_words(changed_form: ChangedForm) -> Iterator[Finding]:
    for kept_question, place in _choice_questions(changed_form):
        for code, count in count_lost_words(changed_form.older.key, kept_question, changed_form.counts).items():
            yield finding(
                place,
                "F020",
                'Answers to "%(name)s" in words of one\'s own: %(count)s. Give the choice "%(code)s" back its other: '
                "true; with retired: true beside it, it is no longer offered.",
                name=kept_question.now.name,
                count=count,
                code=code,
            )


def _check_recoded(changed_form: ChangedForm) -> Iterator[Finding]:
    """The form waits, and so does a shared list: else its rules would ask about codes that nobody's answer has."""
    for kept_question, place in _choice_questions(changed_form):
        for was, (becomes, count) in count_recodings(
            changed_form.older.key, kept_question, changed_form.counts
        ).items():
            for waits in (place, *_place_in_list(changed_form, kept_question)):
                yield finding(
                    waits,
                    "F025",
                    'The answers to "%(name)s" that hold "%(was)s" (%(count)s) must hold "%(now)s": run '
                    '"dosar upgrade".',
                    name=kept_question.now.name,
                    was=was,
                    now=becomes,
                    count=count,
                )


def _check_lost_codes(changed_form: ChangedForm) -> Iterator[Finding]:
    for kept_question, place in _choice_questions(changed_form):
        for code, count in count_lost_codes(changed_form.older.key, kept_question, changed_form.counts).items():
            yield finding(
                next(_place_in_list(changed_form, kept_question), place),
                "F051",
                'The choice "%(code)s" is gone, and answers to "%(name)s" hold it: %(count)s. They stay as they are. '
                "Put it back with retired: true; if it has a new code, write there was: %(code)s.",
                code=code,
                name=kept_question.now.name,
                count=count,
            )


def _choice_questions(changed_form: ChangedForm) -> Iterator[tuple[KeptQuestion, FilePlace]]:
    """The questions answered by choosing, with the line of their choices."""
    places = paths_by_column(changed_form.now)
    for kept_question in kept_questions(changed_form.older, changed_form.now):
        if kept_question.now.from_list:
            yield kept_question, changed_form.place(*places[kept_question.rows_of, kept_question.now.name], "choices")


def _place_in_list(changed_form: ChangedForm, kept_question: KeptQuestion) -> Iterator[FilePlace]:
    """The line of the choices in the file of the shared list, if it is one."""
    for name in changed_form.names[kept_question.rows_of, kept_question.now.name].choice_lists():
        if name in changed_form.lists:
            yield changed_form.lists[name].place(("choices",))
