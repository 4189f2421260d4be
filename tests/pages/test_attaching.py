"""Files of a sheet that is not saved yet, on its page."""

from io import BytesIO

from PIL import Image
from sqlalchemy import delete, insert, select
from werkzeug.test import TestResponse

from dosar.database.system_tables import attachment_table, utc_now
from dosar.records.unsaved.unsaved_files import MAX_UNSAVED_BYTES
from tests.pages.browsing import Page, look
from tests.pages.conftest import Demo

SHEET = "/records/event/new"


def picture() -> tuple[BytesIO, str]:
    content = BytesIO()
    Image.new("RGB", (4, 3), "teal").save(content, "PNG")
    return BytesIO(content.getvalue()), "afis.png"


def attach(sheet: Page, name: str = "afis.png", **pressed: str) -> TestResponse:
    """Choose a picture and press a button; without one the sheet is saved, which lacks its title."""
    boxes = {**sheet.boxes.to_dict(), "title": "", "starts_on": "01.03.2026", "_typed": "1", **pressed}
    return sheet.browser.post(sheet.action, data={**boxes, "materials": (picture()[0], name)})


def files_kept(demo: Demo) -> int:
    with demo.repository.store.snapshot() as connection:
        return len(connection.execute(select(attachment_table.c.id)).all())


def test_who_has_too_much_unsaved_is_told_and_keeps_what_she_typed(demo: Demo) -> None:
    sheet = look(demo.browser("coordinator"), SHEET)
    assert attach(sheet).status_code == 422
    with demo.repository.store.writing() as session:
        first = session.execute(select(attachment_table)).one()
        values = {**first._mapping, "size": MAX_UNSAVED_BYTES, "at": utc_now()}
        del values["id"]
        session.execute(insert(attachment_table).values(values))
    refused = attach(sheet)
    assert refused.status_code == 422
    assert "Fișele dumneavoastră nesalvate au deja 100 fișiere sau 200 MB." in refused.text
    assert 'value="01.03.2026"' in refused.text
    assert files_kept(demo) == 2
    with demo.repository.store.writing() as session:
        session.execute(delete(attachment_table))


def test_discarding_a_draft_on_its_page_clears_its_files(demo: Demo) -> None:
    sheet = look(demo.browser("coordinator"), SHEET)
    before = files_kept(demo)
    assert attach(sheet).status_code == 422
    begun = look(sheet.browser, SHEET)
    assert files_kept(demo) == before + 1 and "afis.png" in begun.text
    assert sheet.browser.post(begun.action, data={**begun.boxes.to_dict(), "_discard": "1"}).status_code == 303
    assert files_kept(demo) == before
    assert "afis.png" not in look(sheet.browser, SHEET).text


def test_a_strange_name_is_one_plain_line(demo: Demo) -> None:
    sheet = look(demo.browser("coordinator"), SHEET)
    assert attach(sheet, name="afi\u0219\u202egnp\u2028 nou\x00.png").status_code == 422
    with demo.repository.store.snapshot() as connection:
        names = connection.scalars(select(attachment_table.c.name)).all()
    assert "afișgnp nou.png" in names
    begun = look(sheet.browser, SHEET)
    sheet.browser.post(begun.action, data={**begun.boxes.to_dict(), "_discard": "1"})
