"""What puts the answers to a question in order: its own column, a shadow of its words, the order of its choices."""

from typing import Any

from sqlalchemy.types import TypeEngine

from dosar.database.sealing.answer_columns import SealedAnswer
from dosar.database.sealing.sealed_choices import SealedChoice, place_of_choice
from dosar.database.text.collation import code_point_string, place_in_list
from dosar.language.form import Form
from dosar.language.question import Answer, Question, Unknown
from dosar.language.text.collation import sort_key
from dosar.language.text.translations import LANGUAGES

MAX_SORT_KEY = 80


def sort_column(question: Question) -> str:
    """The column that puts the question's answers in order: words have a shadow in Romanian order."""
    return f"{question.name}__sort" if question.alphabetical else question.name


def sort_columns(question: Question) -> list[str]:
    """The columns that put a list in order by the question: amounts stand apart by their currency."""
    return [question.currency_column, question.name] if question.in_currencies else [sort_column(question)]


def sort_order(question: Question, columns: Any, language: str) -> list[Any]:
    """What puts the question's answers in the order a reader of the language expects."""
    codes = question.ordered_codes(language)
    if is_choice_sealed(question, columns):
        return [place_of_choice(getattr(columns, question.name), codes or (False, True))]
    if codes:
        return [place_in_list(getattr(columns, question.name), codes)]
    return [getattr(columns, name) for name in sort_columns(question)]


def is_order_sealed(question: Question) -> bool:
    """Whether what puts the question's answers in order lies sealed, so that no SQL can."""
    return question.name in question.sealed_columns()


def is_choice_sealed(question: Question, columns: Any) -> bool:
    """Whether the question's choices lie as codes in these columns: no index knows their order."""
    column = getattr(columns, question.name, None)
    return isinstance(getattr(column, "type", None), SealedChoice)


def list_orders(question: Question, columns: Any) -> list[Any]:
    """What puts the answers of a choice in order in an index, one for each order that readers expect."""
    if is_choice_sealed(question, columns):
        return []
    orders = dict.fromkeys(tuple(question.ordered_codes(language)) for language in LANGUAGES)
    return [place_in_list(getattr(columns, question.name), codes) for codes in orders if codes]


def sort_value(answer: Answer) -> str | None:
    """What stands in the sort column of a question of words."""
    is_text = answer is not None and not isinstance(answer, Unknown)
    return sort_key(answer)[:MAX_SORT_KEY] if is_text else None


def sort_type(question: Question, table: str) -> TypeEngine[Any]:
    """The type of the sort column of a question of words: sealed as they are."""
    plain = code_point_string(MAX_SORT_KEY)
    return SealedAnswer(plain, f"{table}.{sort_column(question)}") if is_order_sealed(question) else plain


def word_sorted_questions(form: Form) -> list[Question]:
    """The questions of words that a list may be sorted by."""
    names = dict.fromkeys(name.removeprefix("-") for name in (*form.list, *form.sort))
    return [form.questions[name] for name in names if form.questions[name].alphabetical]
