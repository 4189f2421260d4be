"""Help where it is needed: the cards of the first day, how we write, the keys."""

from flask import redirect, render_template
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.access.gate import WORKERS, page, worker
from app.access.guarded import guarded
from app.access.languages import NAMES, language
from app.access.tours import put_away
from app.access.view import View


class HelpPages(View):
    """Pages that explain."""

    @page("/help", WORKERS)
    def help(self) -> str:
        """How we write: the same for everybody, in each language its own text."""
        spoken = language() if language() in NAMES else "en"
        return render_template("help.html", title=gettext("How we write"), text=f"help/{spoken}.html")

    @page("/help/cards", WORKERS, methods=("POST",))
    def cards_read(self) -> Response:
        put_away(guarded(), worker().id)
        return redirect("/", 303)
