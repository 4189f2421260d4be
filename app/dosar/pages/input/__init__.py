"""What pages ask and how requests bring it."""
