"""An answer of each kind of question: what every kind promises is tried on it, and forms are filled in with it."""

from datetime import date, datetime, time
from decimal import Decimal

from dosar.fields.money import Money
from dosar.language.question import Answer

EXAMPLES: dict[str, Answer] = {
    "text": "Ștefan",
    "paragraph": "one\n\ntwo",
    "integer": 1234,
    "decimal": Decimal("1234.5"),
    "money": Money(Decimal("1234.50"), "MDL"),
    "date": date(1998, 3, 27),
    "partial_date": "1998-03",
    "month": "1998-03",
    "time": time(9, 30),
    "datetime": datetime(1998, 3, 27, 9, 30),
    "personal_number": "1630615123457",
    "phone": "+40722123456",
    "email": "ana@example.org",
    "country": "MD",
    "file": 12,
    "image": 12,
    "code": "D-2026-0017",
}
"""By the word of the kind. A kind that answers by its choices, columns, links or rule has its own stories."""
