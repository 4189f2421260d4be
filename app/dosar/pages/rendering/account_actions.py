"""What is done to accounts, in the reader's words."""

from flask_babel import gettext, lazy_gettext, ngettext

from dosar.access.accounts.since_last_time import SinceLastTime
from dosar.access.audit.account_log import AccountEntry
from dosar.pages.formatting import moment_text

ACCOUNT_ACTION_LABELS = {
    "added": lazy_gettext("Account made"),
    "invited": lazy_gettext("Invited to choose a password"),
    "joined": lazy_gettext("Chose a password by the invitation"),
    "password": lazy_gettext("Changed the password"),
    "telephone": lazy_gettext("Connected a telephone"),
    "telephone_dropped": lazy_gettext("Telephone disconnected"),
    "telephone_code": lazy_gettext("Given a code to connect a telephone"),
    "telephone_reset_asked": lazy_gettext("Asked to disconnect the telephone"),
    "telephone_kept": lazy_gettext("Left the telephone connected"),
    "signed_out": lazy_gettext("Signed out everywhere"),
    "passkey_added": lazy_gettext("Added a passkey"),
    "passkey_removed": lazy_gettext("Removed a passkey"),
    "recovery_codes": lazy_gettext("Made new recovery codes"),
    "changed": lazy_gettext("Account changed"),
    "closed": lazy_gettext("Account closed"),
    "handed_over": lazy_gettext("Handed over"),
    "handover_asked": lazy_gettext("Asked a second person to hand over"),
    "left_unattended": lazy_gettext("Left to nobody"),
    "team_renamed": lazy_gettext("Team renamed"),
    "team_dissolved": lazy_gettext("Team dissolved"),
    "unlocked": lazy_gettext("Waits at sign-in forgotten, by a command on the computer"),
    "key_changed": lazy_gettext("Changed what opens the data"),
    "sealed": lazy_gettext("Locked everything"),
    "opened": lazy_gettext("Account opened again"),
    "access_asked": lazy_gettext("Asked a second person to confirm"),
    "access_confirmed": lazy_gettext("Confirmed as the second person"),
    "access_refused": lazy_gettext("Let nothing come of what was asked"),
    "access_alone": lazy_gettext("Access given by one person"),
}

TASK_LABELS = {
    "access": lazy_gettext("Confirming roles and teams as the second person"),
    "erasures": lazy_gettext("Confirming as the second person that somebody is erased"),
    "restrictions": lazy_gettext("Opening a restricted case again"),
}
"""What takes a second person, or somebody at all, by :data:`dosar.access.accounts.unattended.TaskName`."""


def account_action_text(entry: AccountEntry) -> str:
    """What was done, and when: *Connected a telephone, 22 Nov 2026, 05:09*."""
    return f"{ACCOUNT_ACTION_LABELS[entry.action]}, {moment_text(entry.at)}"


def since_last_time_text(since: SinceLastTime) -> str:
    """What happened since she last signed in, what to do, and whether somebody said already that it was seen."""
    told = [ngettext("%(num)s wrong password or code", "%(num)s wrong passwords or codes", since.wrong_tries)]
    told = [*told[: since.wrong_tries > 0], *map(account_action_text, since.changes)]
    text = gettext(
        "Since you last signed in (%(last)s): %(what)s. Not by you? Change your password and tell your administrator.",
        last=moment_text(since.last),
        what="; ".join(told),
    )
    if since.seen is None:
        return text
    seen = gettext("On %(when)s somebody said in another browser that this was seen.", when=moment_text(since.seen))
    return f"{text} {seen}"
