"""What a case, the residential programme and the organisation look like at a glance."""
