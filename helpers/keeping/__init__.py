"""Rows on disk: the store, the processes that fill it, the runs."""
