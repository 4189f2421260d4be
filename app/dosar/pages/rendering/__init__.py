"""Answers as people read them: a form to fill in, a record, two answers side by side."""
