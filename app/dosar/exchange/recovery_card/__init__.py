"""The recovery card on paper: one page A4, in two languages."""
