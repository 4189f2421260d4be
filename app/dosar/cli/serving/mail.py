"""Mails that the running program sends by itself."""

from flask import Flask

from dosar.mail.delivery import MailDelivery
from dosar.mail.schedule import MailSchedule


def watch_mail(app: Flask, by_itself: bool) -> None:
    """Send ``by_itself`` from now on what is due; in a demo, and in a copy that is only looked at, nothing is."""
    if by_itself:
        MailSchedule(MailDelivery(app.extensions["dosar_access"], app.extensions["dosar_repository"])).watch()
