"""Deadlines: the time rules of the papers, and the days that follow from them."""
