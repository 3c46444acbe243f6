"""Exports of news databases: which database a text comes from, if any.

Every parser works on plain text, so that one serves text, Word, RTF, PDF, web page and mail alike.
"""

from collections.abc import Callable, Iterator

from helpers.reading import factiva, nexis, proquest
from helpers.reading.records import Row

EXPORTS: tuple[tuple[Callable[[str], bool], Callable[[str], Iterator[Row]]], ...] = (
    (nexis.is_numbered, nexis.numbered_articles),
    (nexis.is_uni, nexis.uni_articles),
    (proquest.is_export, proquest.articles),
    (factiva.is_coded, factiva.coded_articles),
    (factiva.is_plain, factiva.plain_articles),
)


def articles_in(text: str) -> Iterator[Row] | None:
    """Return the articles of a text that is an export of a news database, None when it is none."""
    return next((read(text) for fits, read in EXPORTS if fits(text)), None)
