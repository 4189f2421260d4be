"""What ``python -m tests.rigs.guided`` begins with is read, whole and damaged, also where there is no atheris."""

from pathlib import Path
from random import Random

import pytest

from tests.rigs.fuzz import damaged_bytes
from tests.rigs.guided import TARGETS


@pytest.mark.parametrize("name", TARGETS)
def test_whatever_is_read_is_taken_or_refused_in_words(name: str, tmp_path: Path) -> None:
    read, begun = TARGETS[name].make(tmp_path)
    for number, content in enumerate(begun):
        read(content)
        read(damaged_bytes(content, Random(number)))
