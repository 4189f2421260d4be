"""Who lies in which bed on which days, and whether one more fits."""
