"""Addresses written without asking the routes lead where the routes do."""

from flask import Flask, url_for

from dosar.pages.urls import case_list_url, new_sheet_url, page_url, record_url


def test_addresses_of_records_are_those_of_their_routes() -> None:
    from dosar.pages.records.record_pages import RecordPages

    app = Flask(__name__)
    for name in ("list", "show", "new"):
        address, methods = getattr(RecordPages, name)._urls[0]
        app.add_url_rule(address, f"RecordPages.{name}", methods=methods)
    with app.test_request_context():
        assert record_url("case", 7) == url_for("RecordPages.show", form="case", record_id=7)
        assert case_list_url("visit_report", 7) == url_for("RecordPages.list", form="visit_report", case=7)
        assert new_sheet_url("visit_report", 7) == url_for("RecordPages.new", form="visit_report", case=7)
        query = {"face": "a b", "page": None, "form": "other", "_external": "1"}
        assert page_url("RecordPages.list", query, form="case") == "/records/case?face=a+b&_external=1"
        assert page_url("RecordPages.list", {"face": "ț"}, form="case", case=7) == "/records/case?case=7&face=%C8%9B"
