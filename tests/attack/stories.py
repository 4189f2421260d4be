"""What must be true of a role's walk: every route × method × record × body × query.

Nothing leaks, nothing foreign is touched. :mod:`tests.attack.turns` says which of 90,000 cells are asked here: a share
of those that somebody of every standing asks; ``python -m tests.rigs.walk`` asks all. Three files share the roles, so
that as many processes walk at once, one of them on PostgreSQL, with the cells its roles have there;
``tests/attack/conftest.py`` takes the roles from the file.
"""

from collections.abc import Callable

from tests.attack.walk import Walk, Walked

FEWEST_CELLS = 600
"""Of each role."""
ONE_FORM_IN = 16
"""The share that the ordinary tests ask (:mod:`tests.attack.turns`)."""


class Stories:
    """Told for each role of a file."""

    def test_no_answer_is_wrong(self, walked: Walked) -> None:
        wrong = [str(violation) for violation in walked.oracle.violations]
        assert wrong == [], f"{len(wrong)} violations\n" + "\n".join(wrong[:30])

    def test_what_she_may_do_she_did(self, walked: Walked) -> None:
        """Otherwise the walk would prove nothing: its sheets must get through wherever they may."""
        policy, role = walked.policy, walked.role
        not_done = {
            (form, action)
            for form, contents in policy.forms.items()
            for action in ("enter", "correct")
            if action in policy.actions(role, form)
            if not (action == "correct" and contents.get("append_only"))
            if (role, form, action) not in walked.oracle.saved
            if policy.reaches(role, form, "own" if policy.in_case(form) else "shared")
        }
        assert not_done == set(), sorted(not_done)

    def test_what_she_may_see_she_saw(self, walked: Walked) -> None:
        """Otherwise the oracle would be blind: it recognises the canaries that are shown rightly."""
        assert walked.seen > 0.95

    def test_many_cells_were_asked(self, walk: Walk, tell: Callable[[str], None]) -> None:
        tell(f"the walk as {', '.join(walk.sessions)}: {walk.asked:,} cells in {walk.seconds:.0f} s")
        assert walk.asked >= FEWEST_CELLS * len(walk.sessions)
