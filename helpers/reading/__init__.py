"""Bytes to articles: what a corpus is, its formats, records, near-duplicates."""
