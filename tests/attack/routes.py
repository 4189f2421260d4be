"""Who may use each route, written down a second time: a route that is not here fails the walk.

The first time is the door the route itself declares; :mod:`tests.attack.oracle` compares what the
application does with what stands here.
"""

from tests.attack.policy import ANYBODY, Policy

EVERYONE = {
    "static",
    "SignInPage.sign_in",
    "SecondFactorPage.code",
    "PasskeySignInPage.passkey",
    "SecondFactorPage.enrol",
    "SecondFactorPage.first_code",
    "SignInPage.sign_out",
    "SignInPage.lock",
    "SignInPage.language",
    "InvitationPage.invitation",
    "SetUpPage.set_up",
    "RestorePage.restore",
    "RestorePage.begin",
    "RestorePage.piece",
    "RestorePage.progress",
    "RestorePage.work_with",
    "RestorePage.leave",
    "HelpPages.help",
    "HelpPages.search",
    "HelpPages.book",
    "HelpPages.chapter",
    "HelpPages.picture",
    "HelpPages.pdf",
    "HelpPages.lost",
    "HealthPage.health",
    "HealthPage.ready",
    "CalendarPage.calendar",
}
"""Open to people who have not signed in, too."""
WORKERS = {
    "HomePage.home",
    "ProfilePage.profile",
    "ProfilePage.password",
    "ProfilePage.sign_out_elsewhere",
    "ProfilePage.end_session",
    "ProfilePage.seen",
    "ProfilePasskeysPage.new",
    "ProfilePasskeysPage.remove",
    "ProfileTelephonePage.telephone",
    "ProfileTelephonePage.recovery_codes",
    "MyMailPage.mail",
    "MyMailPage.choose",
    "MyMailPage.confirm",
    "MyMailPage.send_code",
    "MyMailPage.make_calendar",
    "MyMailPage.end_calendar",
    "DraftPages.keep",
    "DraftPages.keep_alive",
    "DerivedAnswerPages.derive",
    "FilePages.file",
    "HelpPages.cards_read",
    "DeadlineSettlingPages.done",
    "DeadlineMovingPages.move",
    "DeadlineMovingPages.take_back",
    "DeadlineMovingPages.take_back_waiver",
    "WaitingPages.waiting",
    "WaitingPages.discard",
    "WaitingPages.take",
}
"""Open to whoever has signed in; what they show follows from the records she reaches."""
PAGES = {
    "UsersPage.users": "users",
    "UsersPage.new": "users",
    "UsersPage.user": "users",
    "UsersPage.team_days": "users",
    "UsersPage.invitation": "users",
    "UserAccessPage.end_calendar": "users",
    "AccountClosingPage.close": "users",
    "UsersPage.open": "users",
    "UserAccessPage.sign_out": "users",
    "UserAccessPage.disconnect": "users",
    "UserAccessPage.code": "users",
    "UserAccessPage.confirm": "users",
    "UserAccessPage.keep": "users",
    "WorkTeamsPage.teams": "users",
    "WorkTeamsPage.rename": "users",
    "WorkTeamsPage.dissolve": "users",
    "AccountHistoryPage.history": "account_history",
    "AuditLogPage.audit": "audit",
    "AuditLogPage.anchor": "audit",
    "AuditTermPage.confirm": "audit",
    "AuditTermPage.refuse": "audit",
    "OrganisationPage.audit_years": "organisation",
    "RolesPage.roles": "roles",
    "FormProblemsPage.forms": "forms",
    "RecycleBinPage.deleted": "recycle",
    "OrganisationPage.organisation": "organisation",
    "RightsPage.overview": "rights",
    "AccessFilePage.ask": "rights",
    "AccessFilePage.take": "rights",
    "KeysPage.keys": "organisation",
    "KeysPage.passphrase": "organisation",
    "KeyCardsPage.card": "organisation",
    "KeyCardsPage.groups": "organisation",
    "KeyCardsPage.pdf": "organisation",
    "KeysPage.remove": "organisation",
    "KeysPage.ask_at_start": "organisation",
    "KeysPage.one_laptop": "organisation",
    "KeysPage.leave_after_restore": "organisation",
    "BackupsPage.backups": "organisation",
    "BackupsPage.back_up": "organisation",
    "BackupsPage.progress": "organisation",
    "BackupsPage.plan": "organisation",
    "BackupPlacesPage.new": "organisation",
    "BackupPlacesPage.add": "organisation",
    "BackupPlacesPage.place": "organisation",
    "BackupPlacesPage.edit": "organisation",
    "BackupPlacesPage.change": "organisation",
    "BackupPlacesPage.remove": "organisation",
    "BackupPlacesPage.take": "organisation",
    "BackupCopyPage.begin": "organisation",
    "BackupCopyPage.look": "organisation",
    "BackupCopyPage.close": "organisation",
    "SalvagePage.overview": "recycle",
    "SalvagePage.find": "recycle",
    "SalvagePage.case": "recycle",
    "SalvagePage.bring_case": "recycle",
    "SalvageRecordPage.record": "recycle",
    "SalvageRecordPage.bring": "recycle",
    "RestoreOverPage.begin": "organisation",
    "RestoreOverPage.look": "organisation",
    "RestoreOverPage.restore": "organisation",
    "RestoreOverPage.leave": "organisation",
    "MailPage.mail": "organisation",
    "MailPage.save": "organisation",
    "MailPage.test": "organisation",
    "MailPage.remove": "organisation",
    "UpdatePage.update": "organisation",
    "UpdatePage.ask_daily": "organisation",
    "UpdatePage.ask_now": "organisation",
    "UpdatingPage.piece": "organisation",
    "UpdatingPage.bring": "organisation",
    "UpdatingPage.fetch": "organisation",
    "UpdatingPage.progress": "organisation",
    "UpdatingPage.begin": "organisation",
    "UpdatingPage.leave": "organisation",
    "UpdatingPage.way_back": "organisation",
    "UpdatingPage.go_back": "organisation",
    "ErasurePage.ask": "rights",
    "ErasurePage.wish": "rights",
    "ConfirmingPage.look": "rights",
    "ConfirmingPage.confirm": "rights",
    "ErasurePage.refuse": "rights",
    "RetentionPage.ask": "rights",
    "RegisterPage.register": "rights",
    "RegisterPage.file": "rights",
}
"""Open to roles with this administration page."""
OVERSIGHT = {"EmergencyPages.opened", "EmergencyPages.seen", "EmergencyPages.close"}
"""Open to who reaches every case and may correct it."""
ANY_PAGE = {
    "SealPage.seal": {"organisation", "recycle"},
    "AccessRequestsPage.waiting": {"users", "account_history"},
    "AccessRequestsPage.confirm": {"users", "account_history"},
    "AccessRequestsPage.refuse": {"users", "account_history"},
}
"""Open to roles with one of these administration pages."""
RIGHTS = {
    "RecordPages.list": "see",
    "RecordPages.search": "see",
    "RecordPages.show": "see",
    "RecordPages.history": "see",
    "RecordPages.new": "enter",
    "RecordPages.edit": "correct",
    "RecordPages.edit_section": "correct",
    "RecordPages.delete": "delete",
    "RecordPages.restore": "delete",
    "RecordPages.withdraw": "enter",
    "AcceptingPages.accept": "accept",
    "AcceptingPages.send_back": "accept",
    "ReversingPages.reverse": "enter",
    "ExportPages.export": "export",
    "ExportPages.take": "export",
    "ListPages.columns": "see",
    "ListPages.choose": "see",
    "ListPages.save": "see",
    "ListPages.forget": "see",
    "CasePages.cases": "see",
    "CasePages.case": "see",
    "CasePages.timeline": "see",
    "FindCasePage.search": "see",
    "FindCasePage.find": "see",
    "MergePages.choose": "delete",
    "MergePages.compare": "delete",
    "MergePages.decide": "delete",
    "TeamPage.team": "see",
    "NamesPages.show": "see",
    "NamesPages.hide": "see",
    "TeamPage.leave": "see",
    "ProgrammePage.programme": "see",
    "BedPlanPage.beds": "see",
    "FiguresPage.figures": "see",
    "LedgerPages.ledger": "see",
}
"""Open to roles with this right on the form."""
DUE = "DuePage.due"
ON_DUE = {DUE, "WaivedPage.waived"}
"""Open to roles that see cases, or a form on which anything is ever due."""
FORM_OF = {"ProgrammePage.programme": "stay", "BedPlanPage.beds": "stay"}
"""The form of the routes that do not name it and are not about cases."""


def known_routes() -> set[str]:
    return EVERYONE | WORKERS | {"EmergencyPages.open"} | ON_DUE | OVERSIGHT | set(PAGES) | set(ANY_PAGE) | set(RIGHTS)


def is_open(policy: Policy, role: str, endpoint: str, form: str) -> bool:
    """Whether this route, for this form, is open to the role."""
    endpoint = endpoint.partition("?")[0]
    if endpoint in EVERYONE or role == ANYBODY:
        return endpoint in EVERYONE
    if endpoint in PAGES:
        return PAGES[endpoint] in policy.pages(role)
    if endpoint == "EmergencyPages.open":
        return bool(policy.roles.get(role, {}).get("break_glass"))
    if endpoint in ON_DUE:
        return any("see" in policy.actions(role, form) for form in {"case"} | policy.due_forms)
    if endpoint in OVERSIGHT:
        return policy.reaches_case(role, "foreign") and "correct" in policy.actions(role, "case")
    if endpoint in ANY_PAGE:
        return not ANY_PAGE[endpoint].isdisjoint(policy.pages(role))
    if endpoint in RIGHTS:
        form = form or FORM_OF.get(endpoint, "case")
        return _right(policy, RIGHTS[endpoint], form) in policy.actions(role, form)
    return endpoint in WORKERS


def _right(policy: Policy, right: str, form: str) -> str:
    """The right a route asks for: who accepts a sheet may correct it, or enter where nobody corrects."""
    if right != "accept":
        return right
    return "enter" if policy.forms.get(form, {}).get("append_only") else "correct"
