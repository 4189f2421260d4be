"""What comes of a sheet that was handed in: what would be kept, what is wrong with it, what is doubtful."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dosar.language.answers.validation import AnswerPath, ValidationIssue
from dosar.language.question import Answers, Question
from dosar.language.text.message import Message


@dataclass(frozen=True)
class ElsewhereIssue(ValidationIssue):
    """About an answer of the record that is not asked here."""

    questions: tuple[Question, ...] = ()
    """The question, and its column in a table."""


@dataclass(frozen=True)
class LeadsNowhere(ValidationIssue):
    """A number leads to no record that she can find: there is none, or it is out of her reach."""


@dataclass(frozen=True)
class KnownPerson(ValidationIssue):
    """The person may have a record already."""

    records: Mapping[int, str] = field(default_factory=dict)
    """Those that she may open: number → what it is called."""


@dataclass(frozen=True)
class NumberTaken(ValidationIssue):
    """Another record has the number that was typed."""


@dataclass(frozen=True)
class DocumentsMissing(ValidationIssue):
    """A stage is said to be done, and its documents are not there."""

    forms: tuple[str, ...] = ()


@dataclass(frozen=True)
class Overbooked(ValidationIssue):
    """Every bed is taken, and she may place one more there if she says why."""


@dataclass(frozen=True)
class ConsentMissing(ValidationIssue):
    """On the day of the sheet there is no consent that it needs."""

    form: str = ""
    """The form on which it is given."""
    case_id: int = 0


@dataclass(frozen=True)
class AnswersDropped(ValidationIssue):
    """Saved answers would go, because their questions are hidden now."""

    questions: tuple[str, ...] = ()


@dataclass(frozen=True)
class ValidationResult:
    """What would be kept, and what stands against it."""

    answers: Answers
    """The whole record as it would be kept."""
    unread: Mapping[AnswerPath, Message]
    """What could not be read, by its place."""
    wrong: Sequence[ValidationIssue]
    """What was read and is not accepted."""
    doubtful: Sequence[ValidationIssue]
    """What somebody should look at again: unusual answers, a known person, answers that would go."""
    understood: Mapping[AnswerPath, Message] = field(default_factory=dict)
    """Answers that are other ones than were typed."""

    @property
    def mistakes(self) -> Sequence[ValidationIssue]:
        """Everything that keeps it from being saved, with its place."""
        return [*(ValidationIssue(where, message) for where, message in self.unread.items()), *self.wrong]

    @property
    def issues(self) -> Sequence[ValidationIssue]:
        """What is said of what could be read, wrong or doubtful."""
        return [*self.wrong, *self.doubtful]

    @property
    def needs_reason(self) -> bool:
        """Whether it is kept only once somebody writes why."""
        return any(isinstance(issue, Overbooked) for issue in self.doubtful)

    def may_be_kept(self, confirmed: bool, reason: str = "") -> bool:
        """Whether it may be saved; doubts must be ``confirmed``, one bed too few with a ``reason``."""
        if self.unread or self.wrong:
            return False
        return not self.doubtful or (confirmed and not (self.needs_reason and not reason.strip()))


def nothing_read(unread: Mapping[AnswerPath, Message]) -> ValidationResult:
    """What is told of a submission that is not looked at yet: only what could not be read."""
    return ValidationResult({}, unread, (), ())


@dataclass(frozen=True)
class Saved:
    """It is kept."""

    record_id: int


@dataclass(frozen=True)
class SavedBefore:
    """The same submission was kept before: a double click, a retry, the Back button."""

    record_id: int


@dataclass(frozen=True)
class ChangedMeanwhile:
    """Somebody else corrected the record since it was opened; nothing was kept."""

    record_id: int


@dataclass(frozen=True)
class OneThereAlready:
    """The case has its one sheet of this form; nothing was kept."""

    record_id: int


Outcome = Saved | SavedBefore | ChangedMeanwhile | OneThereAlready
