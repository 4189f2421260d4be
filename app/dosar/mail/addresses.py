"""Mail addresses that people type."""

from dosar.language.text.message import Mistake

LONGEST_ADDRESS = 254


def mail_address(typed: str) -> str:
    """The address, as servers know it. Raises :class:`Mistake` for what is none."""
    from email_validator import EmailNotValidError, validate_email  # its tables take a while to come

    try:
        found = validate_email(typed.strip(), check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        raise Mistake("Write one mail address, such as ana@exemplu.ro.") from None
    return str(found.ascii_email)
