"""What every answer carries: headers, notices, the way back."""
