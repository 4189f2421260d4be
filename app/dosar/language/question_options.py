"""What a form file may say of a question of any kind, and what every kind declares of itself."""

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, PrivateAttr, StringConstraints

from dosar.language.rules.expressions import Expression
from dosar.language.text.texts import CountryCode, Text

NAME_PATTERN = r"^[a-z][a-z0-9_]{0,47}$"
Name = Annotated[str, StringConstraints(pattern=NAME_PATTERN)]
FORMER_NAME_PATTERN = r"^[a-z][a-z0-9_]{0,47}(\.[a-z][a-z0-9_]{0,47})?$"
"""A name, or ``form.question``."""
Sensitivity = Literal["identity", "health", "legal", "story"]


class QuestionOptions(BaseModel):
    """The options of a question in its file; class variables are what its kind is like, in every form."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    look: ClassVar[str] = "text"
    """Which macro of ``pages/parts/inputs.html`` draws the input."""
    value_type: ClassVar[str] = "text"
    """What expressions see: text, number, date, yes_no, list, rows, none."""
    several: ClassVar[bool] = False
    """One answer may hold several choices or texts."""
    asks: ClassVar[bool] = True
    """Something is asked; a remark on the sheet has no answer."""
    dated: ClassVar[bool] = False
    """Answered with a date, or as much of one as is known."""
    whole_day: ClassVar[bool] = False
    """Answered with whole days."""
    by_clock: ClassVar[bool] = False
    """Answered with an hour of any day."""
    summable: ClassVar[bool] = False
    """Numbers that can be added up."""
    groupable: ClassVar[bool] = True
    """Records can be told apart by it: one sum is kept for each of its answers."""
    identifies: ClassVar[bool] = False
    """Who has the same answer is most likely the same person."""
    from_list: ClassVar[bool] = False
    """Its choices are written in a form file, and may change there."""
    called_elsewhere: ClassVar[tuple[str, ...]] = ()
    """What other programs call such a question."""
    stands_in: ClassVar[bool] = False
    """What a question is asked as whose own kind cannot be told."""
    sortable: ClassVar[bool] = True
    fills: ClassVar[bool] = False
    """Other answers follow from this one: :meth:`filled_from` says which."""
    compared_with: ClassVar[frozenset[str]] = frozenset()
    """The questions beside it, by name, whose answers may contradict this one."""
    alphabetical: ClassVar[bool] = False
    """Sorted as words are, in the order of the alphabet."""
    computed: ClassVar[bool] = False
    """Never typed: :meth:`compute_answer` makes the answer out of the others."""
    long: ClassVar[bool] = False
    """Too long for a cell of a list."""
    in_currencies: ClassVar[bool] = False
    """An amount and its currency: neither says anything without the other."""
    attached: ClassVar[bool] = False
    """Answered with a file: the answer is the number of what was kept of it."""
    chosen: ClassVar[bool] = False
    """Answered by choosing, so that a list may be filtered by it."""
    issued: ClassVar[bool] = False
    """Left empty, it gets its answer from :meth:`make_code` when the record is kept."""

    type: str
    """The kind of question."""
    name: Name
    """Its name for ever: the column of its answers, the word by which rules ask about it."""
    label: Text
    """The question as the paper asks it."""
    hint: Text | None = None
    """A short remark under the question: what to write, how."""
    help: Text | None = None
    """A longer explanation, for those who open it."""
    number: str | None = None
    """The number of the question on the paper."""
    required: bool = False
    """The sheet cannot be saved without an answer."""
    required_if: Expression | None = None
    """A rule; while it is true the answer is required."""
    show_if: Expression | None = None
    """A rule; only while it is true the question is asked and its answer kept."""
    check: Expression | None = None
    """A rule; while it is false the sheet is not accepted."""
    message: Text | None = None
    """What is said when the check fails."""
    warn: Expression | None = None
    """A rule; while it is true somebody must confirm the answer."""
    warning: Text | None = None
    """What is said when the rule of ``warn`` is true."""
    default: Any = None
    """What a new sheet begins with, as somebody would type it; ``me`` for a link to a user."""
    default_in: dict[CountryCode, Any] = {}
    """``{MD: …}``: what a new sheet begins with instead where the organisation is in that country; ``null`` for
    nothing."""
    unknown: bool = False
    """Offers “Does not know” and “Does not wish to answer” as answers."""
    carry: bool = False
    """A new sheet begins with the answer of the case's last one."""
    asked_again: bool = False
    """In a column: a row that is carried over comes without this answer, so that it is asked again."""
    from_case: Name | None = None
    """The question of the case file whose answer a new sheet begins with."""
    from_last: str | None = None
    """``form.question``: a new sheet begins with that answer of the case's last such sheet, a link with ``form`` alone
    with the sheet itself; in a column, the column."""
    from_programme: Name | None = None
    """On the form of the stays (``programme`` in ``stages.yaml``): the column of the programme's sheet whose answer a
    stay takes from the row of its phase when it is filed. Nobody types it, and it stays as it was taken."""
    keep: bool = False
    """*Save and add another* begins the next sheet with this answer: the day, the place, the worker."""
    sensitivity: Sensitivity | None = None
    """Who must have this clearance to see the answer: identity, health, legal, story. What follows from other answers
    asks for theirs too."""
    not_sensitive: Text | None = None
    """Why an answer in words of one's own may be seen by everybody who sees the form."""
    reveals: Text | None = None
    """Why the answer may be seen without the clearances for what it follows from: a rule, a condition, the answer it
    begins with. Left out, it asks for theirs too."""
    third_person: bool | None = None
    """Whether the answer tells who somebody else is: then the copy of her file that a person gets says so in its place.
    Left out, it does where it links to people, and where it is an identity in a table of rows or on the sheet of
    somebody else."""
    anonymise: Literal["keep", "band", "drop"] | None = None
    """What becomes of the answer when a person is made anonymous: ``keep`` it for the figures, keep a year or a round
    number (``band``), or ``drop`` it. Left out: choices that are not sensitive are kept, dates become years, numbers
    are kept on the sheets of a case, everything else is dropped."""
    written_by: tuple[Name, ...] = ()
    """The roles that may write the answer, others only read it; left out, everybody with the sheet."""
    search: bool = False
    """The search finds records by this answer."""
    was: Annotated[str, StringConstraints(pattern=FORMER_NAME_PATTERN)] | None = None
    """The name the question had before; its answers come along. ``form.question`` where it stood in another form of the
    case: each answer moves to the one sheet of the same case."""
    retired: bool = False
    """No longer asked; old answers stay and can be read."""
    note: Text | None = None
    """A remark to the organisation: shown in the forms overview, never on the sheet."""
    _inherited: frozenset[Sensitivity] = PrivateAttr(frozenset())

    @property
    def own_clearances(self) -> frozenset[Sensitivity]:
        """What one must be cleared for by the file's word."""
        return frozenset() if self.sensitivity is None else frozenset({self.sensitivity})

    @property
    def clearances(self) -> frozenset[Sensitivity]:
        """What one must be cleared for to see the answer; the only thing that decides who does."""
        return self.own_clearances | self._inherited

    def asking_for(self, clearances: frozenset[Sensitivity]) -> Self:
        """The question that tells of answers with these clearances."""
        if clearances <= self.clearances:
            return self
        asking = self.model_copy()
        asking._inherited = clearances
        return asking
