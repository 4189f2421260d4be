"""The number of the layout of a database, alone: ``dosar --version`` tells it and reads nothing else."""

FORMAT_VERSION = 17
"""One more whenever Dosar's own tables change, or the way answers stand in theirs. Databases of before 0.2.0 have none.
"""
