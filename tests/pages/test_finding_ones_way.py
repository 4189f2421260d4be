"""Small things by which somebody finds her way: the first page of an administrator, the recycle list, sections."""

import re
from typing import Any

from dosar.language.form import CASE_FORM
from dosar.language.load.definition import Definition
from dosar.pages.sheet.section_steps import has_section_steps, visible_sections
from dosar.records.actor import Actor
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as
from dosar.records.sheets.deletion import delete_sheet
from tests.days import today_here
from tests.pages.conftest import Demo
from tests.pages.test_case_page import filed
from tests.pages.test_team import user_id


def test_the_first_page_of_an_administrator_says_where_to_begin(demo: Demo) -> None:
    shown = demo.browser("administrator").get("/").text
    for address in ("/users/new", "/forms", "/help#copies"):
        assert f'href="{address}"' in shown
    assert 'id="copies"' in demo.browser("administrator").get("/help").text
    assert "/users/new" not in demo.browser("coordinator").get("/").text
    assert 'id="copies"' not in demo.browser("volunteer").get("/help").text


def deleted(demo: Demo, form: str, place: int = 0) -> int:
    with demo.app.app_context(), acting_as(SYSTEM_SCOPE):
        kept: Any = demo.repository.record_class(form)
        record: int = demo.repository.session.query(kept.id).order_by(kept.id).all()[place][0]
        delete_sheet(demo.repository, demo.forms[form], record, Actor(user_id(demo, "coordinator"), "", today_here()))
        demo.repository.session.remove()
    return record


def test_the_recycle_list_names_the_record_and_its_case(demo: Demo) -> None:
    coordinator, code = demo.browser("coordinator"), r"DEMO-\d\d\d"
    filed(demo, "facility", name="Apartament nou")
    for form, place, named in (
        ("visit_report", 0, rf"\d\d\.\d\d\.\d{{4}} · {code}"),
        (CASE_FORM, 0, code),
        ("facility", -1, "Apartament nou"),
    ):
        deleted(demo, form, place)
        shown = re.sub(r"<[^>]*>", "", coordinator.get("/deleted").text)
        assert re.search(re.escape(demo.forms[form].title["ro"]) + f" · {named}", shown), form
    assert "(șters)" not in shown


def test_a_sheet_has_the_sections_that_ask_something(demo: Demo) -> None:
    definition: Definition = demo.repository.definition
    form = next(
        form for form in definition.forms.values() if any(section.show_if is not None for section in form.sections[1:])
    )
    hidden = [place for place, section in enumerate(form.sections) if section.show_if is not None]
    there = visible_sections(form, form, {}, today_here())
    assert 0 in there and not set(hidden) & set(there)


def test_what_dosar_works_out_is_nobodys_to_leave_out(demo: Demo) -> None:
    form, column = next(
        (form, column)
        for form in demo.forms.values()
        if not has_section_steps(form) and not form.private_to
        for table in form.row_questions
        for column in table.columns_asked()
        if column.computed
    )
    page = demo.browser("coordinator").get(f"/records/{form.key}/new?case=1").text
    head = re.search(rf'<th scope="col">{re.escape(column.label["ro"])}(.*?)</th>', page)
    assert head is not None and "optional" not in head[1]
