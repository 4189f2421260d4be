"""Whatever stands in a file of a form, there is a finding with words or a form that runs: never a traceback."""

from pathlib import Path
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.rigs.fuzz import FORM, damaged_text, read_form


def test_the_form_runs_before_it_is_damaged(tmp_path: Path) -> None:
    assert read_form(FORM, tmp_path)


def test_a_damaged_form_runs_or_is_told_of(tmp_path: Path) -> None:
    """``python -m tests.rigs.fuzz`` does the same for as long as one likes."""

    @settings(max_examples=40, deadline=None)
    @given(st.integers(0, 2**32))
    def damaged(seed: int) -> None:
        read_form(damaged_text(FORM, Random(seed)), tmp_path)

    damaged()


def test_any_words_at_all_are_told_of(tmp_path: Path) -> None:
    @settings(max_examples=15, deadline=None)
    @given(st.text(st.characters(codec="utf-8"), max_size=200))
    def written(text: str) -> None:
        assert not read_form(text, tmp_path)

    written()
