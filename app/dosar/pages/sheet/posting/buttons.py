"""The small buttons of a sheet's page: each shows the page again, nothing is saved."""

from collections.abc import Callable
from dataclasses import replace

from flask import abort, redirect, request
from flask_babel import refresh
from werkzeug.wrappers import Response

from dosar.access.i18n.languages import choose_language, request_wording
from dosar.filing.cells import CellReader
from dosar.language.text.translations import LANGUAGES
from dosar.pages.actions import PageResponse
from dosar.pages.formatting import moment_text
from dosar.pages.input.posted_boxes import PostedBoxes
from dosar.pages.sheet.posting.link_picker import link_picker_page
from dosar.pages.sheet.posting.row_changes import change_rows
from dosar.pages.sheet.sheet_drafts import keep_page_draft, throw_page_draft_away
from dosar.pages.sheet.sheet_editor import SheetEditor
from dosar.pages.sheet.sheet_page import sheet_page


def _change_rows(editor: SheetEditor, posted: PostedBoxes) -> str:
    change_rows(editor.form, posted, posted.pop("_row"))
    return sheet_page(editor, posted)


def _change_language(editor: SheetEditor, posted: PostedBoxes) -> PageResponse:
    """The same page in the other language, with everything typed still in it."""
    code = posted.pop("_language")
    if code not in LANGUAGES:
        abort(400)
    answer = redirect(request.path)
    choose_language(code, answer)
    refresh()
    editor.context.reading = replace(editor.context.reading, language=request_wording())
    editor.cells = CellReader(editor.context.reading)
    answer.set_data(sheet_page(editor, posted))
    answer.status_code = 200
    answer.headers.pop("Location", None)
    return answer


def _open_link_picker(editor: SheetEditor, posted: PostedBoxes) -> PageResponse:
    return link_picker_page(editor.context, editor.form, editor.case, editor.action, posted)


def _take_picked_record(editor: SheetEditor, posted: PostedBoxes) -> str:
    """Back from the picking page with a record chosen."""
    name, _, chosen = posted.pop("_picked").partition("=")
    posted.setlist(name, [chosen] if chosen.isdecimal() else [])
    posted.pop("_pick", None)
    if name:
        keep_page_draft(editor, posted)
    editor.begin_at = name.replace(".", "-")
    return sheet_page(editor, posted)


def _take_offered_answer(editor: SheetEditor, posted: PostedBoxes) -> str:
    """An answer that was offered beside its question is put in."""
    name, _, text = posted.pop("_offered").partition("=")
    if any(question.name == name for question in editor.questions):
        posted.setlist(name, [text])
        editor.begin_at = name
    return sheet_page(editor, posted)


def _keep_draft(editor: SheetEditor, posted: PostedBoxes) -> str:
    """Keep the draft, without JavaScript."""
    posted.pop("_draft")
    editor.draft_from = moment_text(keep_page_draft(editor, posted))
    return sheet_page(editor, posted)


def _discard_draft(editor: SheetEditor, posted: PostedBoxes) -> Response:
    throw_page_draft_away(editor)
    return redirect(editor.action, 303)


def _change_face(editor: SheetEditor, posted: PostedBoxes) -> Response:
    """To another paper, where what is typed stands too."""
    face = posted.pop("_face")
    if editor.face_url is None:
        abort(400)
    if editor.added or editor.is_typed(posted):
        keep_page_draft(editor, posted)
    return redirect(editor.face_url(face), 303)


BUTTON_ACTIONS: dict[str, Callable[[SheetEditor, PostedBoxes], PageResponse]] = {
    "_row": _change_rows,
    "_language": _change_language,
    "_picked": _take_picked_record,
    "_pick": _open_link_picker,
    "_offered": _take_offered_answer,
    "_draft": _keep_draft,
    "_discard": _discard_draft,
    "_face": _change_face,
}
"""What each does, by the name of the button."""
