"""Changes that depend on what was answered: codes and words that a list no longer has, answers read by more people."""

from collections import Counter
from collections.abc import Iterator

from dosar.language.checks.changes.form_comparison import KeptQuestion, questions_told_to_more
from dosar.language.form import Form
from dosar.migrations.compare.stored_counts import AnswerCounts


def count_recodings(form: str, kept_question: KeptQuestion, counts: AnswerCounts) -> dict[str, tuple[str, int]]:
    """Old code → the choice's new code, and how many answers hold the old one."""
    if not _is_chosen_from_list(kept_question) or not kept_question.now.renamed_codes:
        return {}
    found = _count_codes(form, kept_question, counts)
    return {was: (now, found[was]) for was, now in kept_question.now.renamed_codes.items() if found[was]}


def count_lost_codes(form: str, kept_question: KeptQuestion, counts: AnswerCounts) -> dict[str, int]:
    """The codes that are gone from the list, and how many answers hold each."""
    if (
        not _is_chosen_from_list(kept_question)
        or not kept_question.now.all_choices
        or not kept_question.older.all_choices
    ):
        return {}
    if {*kept_question.older.all_codes_ever()} <= {*kept_question.now.all_codes_ever()}:
        return {}
    known = kept_question.now.all_codes_ever()
    return {
        code: count for code, count in sorted(_count_codes(form, kept_question, counts).items()) if code not in known
    }


def count_lost_words(form: str, kept_question: KeptQuestion, counts: AnswerCounts) -> dict[str, int]:
    """The choices that ask for no words any more, and how many answers have such words."""
    if not _is_chosen_from_list(kept_question):
        return {}
    asking = {choice.code for choice in kept_question.now.others}
    silent = {choice.code for choice in kept_question.now.all_choices} - asking
    if not any(kept_question.now.current_code(choice.code) in silent for choice in kept_question.older.others):
        return {}
    found = Counter(
        kept_question.now.current_code(code)
        for answer in counts.answers(form, kept_question.former_rows_of, kept_question.older)
        for code, words in kept_question.older.choices_in(answer)
        if words
    )
    return {code: count for code, count in sorted(found.items()) if code in silent}


def _count_codes(form: str, kept_question: KeptQuestion, counts: AnswerCounts) -> Counter[str]:
    return Counter(
        code
        for answer in counts.answers(form, kept_question.former_rows_of, kept_question.older)
        for code, _ in kept_question.older.choices_in(answer)
    )


def _is_chosen_from_list(kept_question: KeptQuestion) -> bool:
    """Whether it is, and was, answered from a list of the forms."""
    return kept_question.now.from_list and kept_question.older.from_list


def questions_read_by_more(older: Form, now: Form, counts: AnswerCounts) -> Iterator[tuple[KeptQuestion, str, int]]:
    """The questions whose answers more people read from now on, what one had to know for them, and how many."""
    for kept_question, clearance in questions_told_to_more(older, now):
        if count := counts.answered(older.key, kept_question.former_rows_of, kept_question.older):
            yield kept_question, clearance, count
