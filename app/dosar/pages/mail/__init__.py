"""The mail account of the organisation, and what a worker has sent to her mailbox and calendar."""
