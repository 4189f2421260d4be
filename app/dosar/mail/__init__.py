"""Mails over the organisation's own account: codes of cases and days, never a name and never what somebody wrote."""
