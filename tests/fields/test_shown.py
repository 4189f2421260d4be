"""Notes on the sheet."""

from datetime import date

from dosar.database.sealing.answer_columns import answer_columns
from dosar.fields.notes import Note
from dosar.language.question import ReadingContext

note = Note(name="remark", label={"en": "Ask gently.", "ro": "Întrebați cu blândețe."}, unknown=True)


def test_a_note_asks_and_keeps_nothing() -> None:
    assert answer_columns(note, "sheet") == []
    assert note.stored(None) == {}
    assert note.read(["anything"], ReadingContext("ro", date(2026, 9, 5))) is None
