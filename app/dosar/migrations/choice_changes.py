"""Choices that changed: which of the answers that are kept hold a code or words that the list no longer has."""

from collections import Counter

from dosar.language.checks.compatibility import KeptQuestion
from dosar.migrations.convert.stored_counts import AnswerCounts


def count_recodings(form: str, one: KeptQuestion, held: AnswerCounts) -> dict[str, tuple[str, int]]:
    """Old code → the choice's new code, and how many answers hold the old one."""
    if not _is_chosen_from_list(one) or not one.now.renamed_codes:
        return {}
    found = _count_codes(form, one, held)
    return {was: (now, found[was]) for was, now in one.now.renamed_codes.items() if found[was]}


def count_lost_codes(form: str, one: KeptQuestion, held: AnswerCounts) -> dict[str, int]:
    """The codes that are gone from the list, and how many answers hold each."""
    if not _is_chosen_from_list(one) or not one.now.all_choices or not one.older.all_choices:
        return {}
    if {*one.older.all_codes_ever()} <= {*one.now.all_codes_ever()}:
        return {}
    known = one.now.all_codes_ever()
    return {code: count for code, count in sorted(_count_codes(form, one, held).items()) if code not in known}


def count_lost_words(form: str, one: KeptQuestion, held: AnswerCounts) -> dict[str, int]:
    """The choices that ask for no words any more, and how many answers have such words."""
    if not _is_chosen_from_list(one):
        return {}
    asking = {choice.code for choice in one.now.others}
    silent = {choice.code for choice in one.now.all_choices} - asking
    if not any(one.now.current_code(choice.code) in silent for choice in one.older.others):
        return {}
    found = Counter(
        one.now.current_code(code)
        for answer in held.answers(form, one.former_rows_of, one.older)
        for code, words in one.older.choices_in(answer)
        if words
    )
    return {code: count for code, count in sorted(found.items()) if code in silent}


def _count_codes(form: str, one: KeptQuestion, held: AnswerCounts) -> Counter[str]:
    return Counter(
        code for answer in held.answers(form, one.former_rows_of, one.older) for code, _ in one.older.choices_in(answer)
    )


def _is_chosen_from_list(one: KeptQuestion) -> bool:
    """Whether it is, and was, answered from a list of the forms."""
    return one.now.from_list and one.older.from_list
