"""The programs of this account, side by side: which one runs, and how one hands over to another."""
