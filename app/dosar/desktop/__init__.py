"""The window with which Dosar is started and stopped where nobody uses a terminal."""
