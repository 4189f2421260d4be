"""What was typed and could not be saved: kept, shown again, sent later."""
