"""Copies of a whole database: beside it before a change, and into another one."""
