"""Figures for donors and the overview of the programme."""
