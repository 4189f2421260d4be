"""The page of a case, its team, finding and merging cases."""
