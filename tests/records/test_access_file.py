"""A person asks what is held on her: all of it, in her language, and nobody else."""

import json

from dosar.exchange.access_files.json_file import access_file_json
from dosar.language.form import CASE_FORM
from dosar.language.question import ReadingContext
from dosar.records.cases.merge import CaseMerge, both_cases, merge_cases
from dosar.records.rights.access_file import AccessFile, TextPage, may_take_access_file
from dosar.records.rights.access_file_reading import read_access_file
from dosar.records.scope.row_scope import SYSTEM_SCOPE, Scope, acting_as
from dosar.records.sheets.deletion import delete_sheet
from dosar.records.unsaved.drafts import DraftPlace, keep_draft
from dosar.records.unsaved.expired_sessions import keep_expired_page
from tests.records.offices import ALL_RIGHTS, EVERYTHING, FORMS, ROMANIAN, TODAY, Office


def copy_of(office: Office, case: int, reading: ReadingContext = ROMANIAN) -> AccessFile:
    return read_access_file(office.repository, case, reading, "Asociația Drumul Lin", {"corrected": "Corectată"})


def told(copy: AccessFile) -> str:
    return access_file_json(copy).decode()


def sheets(copy: AccessFile, form: str) -> list[str]:
    return [
        answer.shown
        for sheet in copy.sheets
        if sheet.form == form
        for section in sheet.sections
        for answer in section.answers
    ]


def test_every_sheet_is_told_also_a_deleted_one_with_what_stood_there_before(trusted: Office) -> None:
    visit = trusted.enter("visit", trusted.ion, purpose="la gară", visit_date=TODAY)
    trusted.correct("visit", visit, trusted.open("visit", visit).record.version, purpose="acasă")
    delete_sheet(trusted.repository, trusted.form("visit"), visit, trusted.actor())
    copy = copy_of(trusted, trusted.ion)
    assert sheets(copy, "visit") == ["22.11.2026", "acasă"]
    assert copy.sheets[-1].deleted.startswith("ștearsă, dar încă păstrată")
    corrected = next(change for change in copy.history if change.action == "Corectată")
    assert ([old.shown for old in corrected.before], [new.shown for new in corrected.after]) == (["la gară"], ["acasă"])


def test_of_others_only_their_role_is_told(trusted: Office) -> None:
    family = [{"id": None, "name": "Gavril", "age": 7, "helper": None}]
    story = "Ana Probă a vorbit cu Pop Vasile (D-2026-0002). Țîrcă Ion a plecat cu Vasile, POP\nși Maria Probă."
    trusted.enter("visit", trusted.ion, story=story, family=family)
    text = told(copy_of(trusted, trusted.ion))
    assert "[Asistent social] a vorbit cu [altă persoană] ([altă persoană]). Țîrcă Ion a plecat cu [altă" in text
    assert not any(name in text for name in ("Gavril", "Probă", "D-2026-0002", "Pop Vasile"))
    assert json.loads(text)["sheets"][-1]["sections"][0]["answers"][-1]["rows"][0][0]["withheld"] is True


def test_a_case_that_became_one_with_hers_is_hers_too(trusted: Office) -> None:
    trusted.enter("visit", trusted.vasile, purpose="în celălalt dosar")
    kept, gone = both_cases(trusted.repository, trusted.ion, trusted.vasile)
    merging = CaseMerge(kept.record.id, kept.record.version, gone.record.id, gone.record.version)
    merge_cases(trusted.repository, merging, (), trusted.actor("paul"), "aceeași persoană")
    copy = copy_of(trusted, trusted.ion)
    assert [sheet.form for sheet in copy.sheets] == [CASE_FORM, CASE_FORM, "visit"]
    assert {"Țîrcă", "Pop"} <= {*sheets(copy, CASE_FORM)}


def test_it_says_whom_her_data_were_shared_with(trusted: Office) -> None:
    partner = trusted.enter("organisation", name="Spitalul Județean")
    trusted.enter("visit", trusted.ion, partner=partner)
    assert [(told.name, told.question) for told in copy_of(trusted, trusted.ion).recipients] == [
        ("Spitalul Județean", "Partener")
    ]


def test_a_sheet_that_is_not_saved_is_told_as_it_was_typed_and_without_others(trusted: Office) -> None:
    partner = trusted.enter("organisation", name="Spitalul Județean")
    typed = [
        ("_once", "x" * 20),
        ("visit_date", "22.13.2026"),
        ("purpose", ""),
        ("story", "A fost cu Pop Vasile la gară"),
        ("partner", str(partner)),
        ("family.0.id", ""),
        ("family.0.name", "Gavril"),
        ("asked_no_more", "Gavril"),
    ]
    keep_draft(trusted.repository, trusted.people["ana"], DraftPlace("visit", trusted.ion), typed)
    keep_draft(trusted.repository, trusted.people["ana"], DraftPlace("visit", trusted.vasile), [("story", "Altceva")])
    copy = copy_of(trusted, trusted.ion)
    (draft,) = copy.drafts
    shown = {answer.question: (answer.shown, answer.withheld) for answer in draft.answers}
    assert shown == {
        "visit_date": ("22.13.2026", False),
        "story": ("A fost cu [altă persoană] la gară", False),
        "partner": ("Spitalul Județean", False),
        "name": ("[altă persoană]", True),
    }
    assert not any(word in told(copy) for word in ("Gavril", "Vasile", "Altceva"))


def test_a_reason_that_was_typed_and_not_sent_is_told_too(trusted: Office) -> None:
    visit = trusted.enter("visit", trusted.ion, purpose="la gară")
    reason, ana = [("reason", "Greșit, era Pop Vasile"), ("_once", "x" * 20)], trusted.people["ana"]
    for address in (f"/records/visit/{visit}/reverse", f"/records/visit/{visit + 1}/reverse"):
        keep_expired_page(trusted.repository, ana, "ReversingPages.reverse", address, reason)
    sheet = [("story", "Cu Pop Vasile"), ("family.0.name", "Gavril")]
    new = f"/records/visit/new?case={trusted.ion}"
    keep_expired_page(trusted.repository, ana, "RecordPages.new", new, sheet, confirmed=False)
    pages = {"ReversingPages.reverse": TextPage("Stornare", {"reason": "De ce?"})}
    copy = read_access_file(trusted.repository, trusted.ion, ROMANIAN, "Asociația", {}, text_pages=pages)
    assert [(draft.sheet, [answer.shown for answer in draft.answers]) for draft in copy.drafts] == [
        ("Vizită", ["Cu [altă persoană]", "[altă persoană]"]),
        ("Stornare", ["Greșit, era [altă persoană]"]),
    ]


def test_it_speaks_the_language_chosen(trusted: Office) -> None:
    titles = {
        language: copy_of(trusted, trusted.ion, ReadingContext(language, TODAY)).information[0][0]
        for language in ("en", "ro")
    }
    assert titles == {"en": "Why these data are kept", "ro": "De ce se păstrează aceste date"}
    authority = copy_of(trusted, trusted.ion, ReadingContext("ro-MD", TODAY)).information[-1][1][-1]
    assert "CNPDCP" in authority


def test_only_who_sees_all_of_a_case_puts_it_together(office: Office) -> None:
    forms = office.repository.forms
    every = Scope(1, "all", rights=dict.fromkeys(FORMS, ALL_RIGHTS), clearances=EVERYTHING)
    assert may_take_access_file(every, forms)
    assert not may_take_access_file(Scope(1, "all", rights=every.rights, clearances=EVERYTHING - {"story"}), forms)
    without_aid = {**every.rights, "aid": frozenset({"enter"})}
    assert not may_take_access_file(Scope(1, "all", rights=without_aid, clearances=EVERYTHING), forms)
    with acting_as(SYSTEM_SCOPE):
        assert copy_of(office, office.ion).case == "D-2026-0001"
