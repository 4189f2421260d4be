"""What the window says, from what it saw."""

import time
from pathlib import Path

import pytest

from dosar.backups.making.last_backup import DAY_SECONDS, days_since_backup, tell_last_backup
from dosar.cli.console.locale import translate_message
from dosar.cli.serving.sealing import LOCKED as locked_line
from dosar.desktop.states import LOCKED, STARTABLE, WITH_PAGES, Seen, State, backup_words, judge_state, shown_output


@pytest.mark.parametrize(
    ("seen", "state"),
    [
        (Seen(None), State.STOPPED),
        (Seen(None, is_ours_alive=True), State.STARTING),
        (Seen("starting"), State.STARTING),
        (Seen("ready", is_ours_alive=True), State.RUNNING),
        (Seen("ready", exit_code=0), State.RUNNING),
        (Seen("sealed"), State.LOCKED),
        (Seen("database"), State.AWAY),
        (Seen("something else"), State.AWAY),
        (Seen("ready", is_stop_asked=True), State.STOPPING),
        (Seen(None, is_ours_alive=True, is_stop_asked=True), State.STOPPING),
        (Seen(None, exit_code=0, is_stop_asked=True), State.STOPPED),
        (Seen(None, exit_code=2), State.FAILED),
        (Seen("ready", exit_code=2), State.RUNNING),
    ],
)
def test_each_thing_seen_has_its_sentence(seen: Seen, state: State) -> None:
    assert judge_state(seen) is state


def test_every_state_can_be_left_by_a_button() -> None:
    on_the_way = {State.STARTING, State.STOPPING}
    assert STARTABLE | WITH_PAGES | on_the_way == set(State) and not STARTABLE & WITH_PAGES


def test_an_old_backup_is_told_with_its_days(tmp_path: Path) -> None:
    assert days_since_backup(tmp_path, time.time()) is None and backup_words(None) is None
    tell_last_backup(tmp_path)
    said = {}
    for days in (0, 2, 3, 4, 40):
        assert days_since_backup(tmp_path, time.time() + days * DAY_SECONDS + 60) == days
        said[days] = translate_message(backup_words(days), "ro")
    assert said[0] != said[2] != said[3] != said[4], "as on the pages: three whole days are too many"
    assert said[40].endswith("40. Faceți una acum.")


def test_the_program_is_heard_where_it_has_something_to_say() -> None:
    said = ["Formularele se compară.", "", "Dosar: http://127.0.0.1:8080/   (Ctrl+C îl oprește)", "Codul: 4711"]
    alive = Seen("ready", is_ours_alive=True)
    assert shown_output(said[:2], State.STARTING, Seen(None, is_ours_alive=True)) == said[0]
    assert shown_output(said, State.RUNNING, alive) == "Codul: 4711"
    restored = [*said, translate_message(LOCKED)]
    assert locked_line == LOCKED and shown_output(restored, State.RUNNING, alive) == "", "it is open again"
    assert shown_output([*restored, "Codul: 4712"], State.RUNNING, alive) == "Codul: 4712"
    assert shown_output(said[:1], State.RUNNING, alive) == shown_output(said, State.LOCKED, alive) == ""
    assert shown_output(["Nu merge.", "Ia altul."], State.FAILED, Seen(None, exit_code=2)) == "Nu merge.\nIa altul."
    assert shown_output(said, State.RUNNING, Seen("ready", exit_code=0)) == "", "another one ran already"
