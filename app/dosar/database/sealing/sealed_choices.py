"""The columns in which answers by choosing lie as codes (:mod:`dosar.database.sealing.choice_codes`).

SQL asks of them what it asks of choices: whether two are the same, which of several one is, whether one is among
several. What they are by themselves tells nothing, so nobody compares which is greater, and only
:func:`place_of_choice` puts them in order. Several choices of a list that was ticked off lie in no order of the list.
"""

import re
from collections.abc import Sequence
from typing import Any

from cryptography.exceptions import InvalidTag
from sqlalchemy import Dialect, Text, and_, bindparam, false, func, not_, true, type_coerce
from sqlalchemy.sql import operators
from sqlalchemy.types import Boolean, TypeDecorator, TypeEngine

from dosar.database.sealing.choice_codes import CODE_MARK, ORDER_LETTERS, ChoiceCodes, ChoiceValue, apart, place_mark
from dosar.database.sealing.sealed_columns import KeyedColumn, sealing_keys, value_changed
from dosar.database.text.collation import in_list

ASKABLE = {
    operators.eq,
    operators.ne,
    operators.is_,
    operators.is_not,
    operators.in_op,
    operators.not_in_op,
    operators.is_distinct_from,
    operators.is_not_distinct_from,
    operators.distinct_op,
}
"""What SQL may be asked of a code."""
ANY_DIALECT: Any = None
"""Of which dialect it is makes no difference to a list of codes."""
CODE_LETTERS = "[A-Za-z0-9+/]+"
TICKED_OFF = "|"
"""How several choices begin that lie in no order of their list."""
WRITTEN_YES = ("1", "t", "true")


def choice_codes(dialect: Dialect) -> ChoiceCodes:
    """The codes of the organisation whose database the engine with this dialect opens."""
    return sealing_keys(dialect).choices


class SealedChoice(KeyedColumn):
    """The type of a column of codes; ``plain`` is what it would be in clear, ``place`` is ``table.column``."""

    impl: Any = Text
    cache_ok = True
    lies_as = Text()

    class Comparator(TypeDecorator.Comparator[Any]):
        """Lets nobody compare codes as if they were choices: the answer would be wrong, without a word."""

        def operate(self, op: Any, *other: Any, **kwargs: Any) -> Any:
            """Whether it is the same, one of these, or holds one of several; nothing else."""
            if op is operators.contains_op:
                kind: Any = self.type
                held = bindparam(None, other[0], type_=_HeldChoice(kind.plain, kind.place), unique=True)
                return type_coerce(self.expr, Text).like(held)
            if op not in ASKABLE:
                raise TypeError(f"A sealed choice is not compared or sorted by its code in SQL ({self.expr}).")
            value = _yes_or_no(other[0]) if other else None
            if value is None:
                return super().operate(op, *other, **kwargs)
            asked = bindparam(None, value, type_=self.type, unique=True)
            if op in (operators.is_, operators.is_not):
                same = and_(self.expr.is_not(None), super().operate(operators.eq, asked))
                return same if op is operators.is_ else not_(same)
            return super().operate(op, asked, **kwargs)

        def reverse_operate(self, op: Any, *other: Any, **kwargs: Any) -> Any:
            """Nothing is reckoned with codes."""
            raise TypeError(f"A sealed choice is not reckoned with in SQL ({self.expr}).")

    comparator_factory = Comparator

    def __init__(self, plain: TypeEngine[Any], place: str) -> None:
        super().__init__()
        self.plain = plain
        self.place = place

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """The code, or the codes as the plain column would hold them."""
        if value is None:
            return None
        codes = choice_codes(dialect)
        if not isinstance(self.plain, TypeDecorator):
            return codes.code(self.place, value)
        made = [codes.code(self.place, each) for each in value]
        written: str | None = self.plain.process_bind_param(sorted(made) if _any_order(self.plain) else made, dialect)
        return written

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """What was chosen. Raises :class:`StoreError` for what is no code, or one of another place."""
        if value is None:
            return None
        found = sealing_keys(dialect).read_kept(self, value)
        return [*found] or None if isinstance(found, tuple) else found

    def read(self, lying: str, codes: ChoiceCodes) -> ChoiceValue | tuple[ChoiceValue, ...]:
        """The choice, or the choices. Raises :class:`StoreError` for what is no code, or one of another place."""
        if not isinstance(self.plain, TypeDecorator):
            return self._opened(lying, codes)
        written: list[str] | None = self.plain.process_result_value(lying, ANY_DIALECT)
        return tuple(self._opened(each, codes) for each in written or ())

    def _opened(self, code: str, codes: ChoiceCodes) -> ChoiceValue:
        try:
            if not code.startswith(place_mark(self.place)):
                raise InvalidTag
            return codes.opened(code)
        except InvalidTag:
            raise value_changed(self.place) from None


class ChoiceAsItLies(TypeDecorator[Any]):
    """Reads answers by choosing whether they lie as codes, of this place or, without one, of whichever, or in clear;
    only an upgrade does."""

    impl = Text
    cache_ok = True

    def __init__(self, plain: TypeEngine[Any], place: str = "") -> None:
        super().__init__()
        self.plain = plain
        self.place = place

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """Nothing is written without a place."""
        raise TypeError("Which code a choice has depends on the place of its question.")

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """What was chosen."""
        if value is None:
            return None
        if isinstance(self.plain, TypeDecorator):
            return [
                self._as_it_lies(each, dialect) for each in self.plain.process_result_value(value, dialect) or ()
            ] or None
        found = self._as_it_lies(value, dialect)
        if isinstance(self.plain, Boolean):
            return found in WRITTEN_YES if isinstance(found, str) else bool(found)
        return found

    def _as_it_lies(self, value: Any, dialect: Dialect) -> Any:
        if not isinstance(value, str) or not value.startswith(CODE_MARK):
            return value
        if self.place and not value.startswith(place_mark(self.place)):
            raise value_changed(self.place)
        return choice_codes(dialect).opened(value)


def choice_beginning(kind: SealedChoice | ChoiceAsItLies, dialect: Dialect) -> str:
    """How what lies in such a column begins: with the mark of its place, or, of no place, with that of any code."""
    mark = place_mark(kind.place) if kind.place else CODE_MARK
    if not isinstance(kind.plain, TypeDecorator):
        return mark
    written: str = kind.plain.process_bind_param([mark], dialect)
    return written.partition(mark)[0] + mark


def recoded(lying: str, was: str, place: str, dialect: Dialect) -> str:
    """What lies in a column as codes of the place that was, as codes of another. Raises :class:`StoreError` where one
    was changed."""
    codes = choice_codes(dialect)
    pattern = re.compile(re.escape(place_mark(was)) + CODE_LETTERS)
    try:
        fresh = [codes.code(place, codes.opened(code)) for code in pattern.findall(lying)]
    except InvalidTag:
        raise value_changed(place) from None
    in_turn = iter(sorted(fresh) if lying.startswith(TICKED_OFF) else fresh)
    return pattern.sub(lambda _: next(in_turn), lying)


def place_of_choice(column: Any, choices: Sequence[ChoiceValue]) -> Any:
    """What puts a column of codes in the order of these choices. The order is handed over with the statement: in an
    index it would lie in the database, and tell which code is which choice."""
    order = bindparam(None, [*choices], type_=_ChoicesInOrder(column.type.place), unique=True)
    return in_list(order, func.substr(type_coerce(column, Text), len(place_mark("")) + 1, ORDER_LETTERS))


class _HeldChoice(TypeDecorator[str]):
    """A choice as a pattern of the texts that hold its code."""

    impl = Text
    cache_ok = True

    def __init__(self, plain: Any, place: str) -> None:
        super().__init__()
        self.plain = plain
        self.place = place

    def process_bind_param(self, value: Any, dialect: Dialect) -> str:
        return f"%{self.plain.as_held(choice_codes(dialect).code(self.place, value))}%"


class _ChoicesInOrder(TypeDecorator[list[ChoiceValue]]):
    """What tells the codes of these choices apart, one behind the other."""

    impl = Text
    cache_ok = True

    def __init__(self, place: str) -> None:
        super().__init__()
        self.place = place

    def process_bind_param(self, value: Any, dialect: Dialect) -> str:
        codes = choice_codes(dialect)
        return f"|{'|'.join(apart(codes.code(self.place, each)) for each in value)}|"


def _any_order(plain: Any) -> bool:
    return getattr(plain, "any_order", False)


def _yes_or_no(asked: Any) -> bool | None:
    """The yes or no that is asked for, however it is written in a statement."""
    if isinstance(asked, bool):
        return asked
    return True if isinstance(asked, type(true())) else False if isinstance(asked, type(false())) else None
