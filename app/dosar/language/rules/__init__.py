"""The rules of a form: read, checked for their types, evaluated, written again."""
