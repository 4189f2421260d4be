"""What is measured by hand goes on with the program: nobody runs it for weeks.

The whole of it takes some minutes even at its smallest: ``python -m tests.bench --cases 100 --quick``.
"""

import re
from importlib import import_module
from pathlib import Path

import pytest

from tests.bench.filling import _Bulk
from tests.databases import KEY, Place

HERE = Path(__file__).parent
MODULES = sorted(file.stem for file in HERE.glob("*.py") if not file.stem.startswith("test_"))


@pytest.mark.parametrize("module", MODULES)
def test_every_measurement_can_be_loaded(module: str) -> None:
    assert import_module(f"tests.bench.{module}")


def test_the_pages_by_hand_are_there() -> None:
    texts = [file.read_text("utf-8") for file in (HERE / "by_hand.py", *(HERE / "by_hand_pages").glob("*.html"))]
    named = {page for text in texts for page in re.findall(r'"([\w/]+\.html)"', text)}
    assert named and [page for page in named if not (HERE / "by_hand_pages" / page).is_file()] == []


def test_the_program_opens_what_was_filled(tmp_path: Path) -> None:
    with _Bulk(tmp_path / "dosar.db") as bulk:
        bulk.connection.execute("CREATE TABLE said (word TEXT)")
    Place(tmp_path, None, KEY).open().close()
