"""The page of all that is due: as a list, by month and by week."""
