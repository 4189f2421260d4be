"""``python -m tests.rigs.mutants [--share N] [what …]``: the code that guards, changed in one place, and its tests.

Each place of ``WATCHED`` is changed by itself, in a copy of the program: a comparison turned round, a condition denied,
a number moved by one, a refusal left out. A change that no test notices is told with its line: a test is missing there,
or the place does nothing. ``--share N`` tries every N-th.
"""

import argparse
import ast
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = Path("app/dosar")
WATCHED = {
    "sealing": (
        ["database/sealing"],
        ["sealed_columns", "blind_index", "sealed_content", "answer_columns", "attachments"],
    ),
    "keys": (
        [
            "database/keys/key_slots.py",
            "database/keys/key_slots_file.py",
            "database/keys/recovery_card.py",
            "database/keys/key_name.py",
            "database/keys/key_file_moves.py",
        ],
        ["key_slots", "keys", "master_key", "recovery_card", "key_names"],
    ),
    "audit": (["database/audit"], ["audit_chain", "audit_pruning", "audit", "audit_page", "audit_of_accounts"]),
    "guesses": (["access/login/throttle.py", "access/login/one_time_codes.py"], ["throttle", "second_factor"]),
    "scope": (["records/scope"], ["scope", "teams", "withdrawing", "sheets"]),
}
"""What is changed, and the files of tests that are asked."""
MOST_SECONDS = 240
TURNED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.GtE,
    ast.GtE: ast.Lt,
    ast.Gt: ast.LtE,
    ast.LtE: ast.Gt,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
Change = Callable[[ast.AST], bool]
"""Changes a node in place; False where it is none of those it changes."""


def turn_comparison(node: ast.AST) -> bool:
    """``a == b`` into ``a != b``."""
    if not isinstance(node, ast.Compare) or len(node.ops) > 1:
        return False
    node.ops = [TURNED[type(node.ops[0])]()]
    return True


def deny_condition(node: ast.AST) -> bool:
    """``if a:`` into ``if not a:``; of a comparison, that is the change before."""
    if not isinstance(node, (ast.If, ast.IfExp)) or isinstance(node.test, ast.Compare):
        return False
    node.test = ast.UnaryOp(ast.Not(), node.test)
    return True


def move_number(node: ast.AST) -> bool:
    """``5`` into ``6``, inside a function: how long a code is, or how much is kept, is a matter of taste."""
    if not isinstance(node, ast.Constant) or type(node.value) is not int:
        return False
    node.value += 1
    return True


def swap_both_and_either(node: ast.AST) -> bool:
    """``a and b`` into ``a or b``."""
    if not isinstance(node, ast.BoolOp):
        return False
    node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
    return True


class LeaveOut(ast.NodeTransformer):
    """A refusal, or a call for what it does, into nothing."""

    def __init__(self, step: ast.AST) -> None:
        self.step = step

    def visit(self, node: ast.AST) -> ast.AST:
        return ast.Pass() if node is self.step else self.generic_visit(node)


CHANGES: Sequence[Change] = (turn_comparison, deny_condition, move_number, swap_both_and_either)


def mutants(source: str) -> Iterator[tuple[int, str]]:
    """The line of each change, and the source with it."""
    tree = ast.parse(source)
    settings = {
        id(part) for step in tree.body if isinstance(step, (ast.Assign, ast.AnnAssign)) for part in ast.walk(step)
    }
    for number, node in enumerate(ast.walk(tree)):
        line = getattr(node, "lineno", 0)
        for change in CHANGES:
            if id(node) not in settings and change(deepcopy(node)):
                changed = ast.parse(source)
                change(_node(changed, number))
                yield line, _written(changed)
        if _is_step(node):
            changed = ast.parse(source)
            yield line, _written(LeaveOut(_node(changed, number)).visit(changed))


def _written(tree: ast.AST) -> str:
    return ast.unparse(ast.fix_missing_locations(tree))


def _node(tree: ast.AST, number: int) -> ast.AST:
    return next(node for at, node in enumerate(ast.walk(tree)) if at == number)


def _is_step(node: ast.AST) -> bool:
    """A refusal, but of what has no body here; or a call."""
    if isinstance(node, ast.Raise):
        return not (isinstance(node.exc, ast.Name) and node.exc.id == "NotImplementedError")
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)


def is_noticed(copied: Path, tests: Sequence[str]) -> bool:
    """Whether any of the tests fails, or ends only when it is ended."""
    asked = [sys.executable, "-m", "pytest", "-x", "-q", "-n0", "-p", "no:cacheprovider", "-k", "not postgresql"]
    places = ["-o", f"pythonpath={copied / 'app'} {ROOT}", *tests]
    paths = {**os.environ, "PYTHONPATH": str(copied / "app"), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        ran = subprocess.run(
            [*asked, *places], cwd=ROOT, env=paths, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            timeout=MOST_SECONDS,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return True
    return ran.returncode != 0


def try_all(what: str, share: int) -> tuple[int, list[str]]:
    """How many changes were tried, and the places of those that nobody noticed."""
    places, names = WATCHED[what]
    tests = [str(found) for name in names for found in sorted((ROOT / "tests").rglob(f"test_{name}.py"))]
    tried, unnoticed = 0, list[str]()
    with tempfile.TemporaryDirectory(prefix="dosar-mutants-") as folder:
        copied = Path(folder)
        shutil.copytree(ROOT / "app", copied / "app", ignore=shutil.ignore_patterns("__pycache__"))
        for given in ("forms", "translations"):
            (copied / given).symlink_to(ROOT / given)
        if is_noticed(copied, tests):
            raise SystemExit(f"The tests of {what} fail already: nothing can be told by them.")
        for file in _files(places):
            source = (ROOT / file).read_text("utf-8")
            for number, (line, changed) in enumerate(mutants(source)):
                if number % share:
                    continue
                (copied / file).write_text(changed, "utf-8")
                tried += 1
                if not is_noticed(copied, tests):
                    unnoticed.append(f"{file}:{line}: {source.splitlines()[line - 1].strip()}")
            (copied / file).write_text(source, "utf-8")
    return tried, unnoticed


def _files(places: Sequence[str]) -> list[Path]:
    paths = [ROOT / PACKAGE / place for place in places]
    found = [file for path in paths for file in ([path] if path.is_file() else sorted(path.glob("*.py")))]
    return [file.relative_to(ROOT) for file in found]


def main() -> int:
    """Tell for each part how many changes its tests notice; fails below 85 of a hundred."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", nargs="*", choices=[*WATCHED, []], default=[])
    parser.add_argument("--share", type=int, default=1)
    asked = parser.parse_args()
    lasting = 0
    for what in asked.what or WATCHED:
        tried, unnoticed = try_all(what, asked.share)
        noticed = tried - len(unnoticed)
        print(f"{what}: {noticed} of {tried} changes noticed, {noticed / max(tried, 1):.0%}", flush=True)
        print(*(f"  not noticed: {place}" for place in unnoticed), sep="\n", flush=True)
        lasting += noticed < 0.85 * tried
    return int(lasting > 0)


if __name__ == "__main__":
    raise SystemExit(main())
