from helpers import tables
from helpers.counting import articles as corpora
from helpers.reading import corpus


def test_what_the_notebook_shows(write_lines):
    items = list(
        corpus.read(
            write_lines(
                "x.jsonl",
                [
                    {
                        "text": "White House officials said the White House waits. " * 3,
                        "outlet": "Post",
                        "date": f"2022-02-{d:02}",
                    }
                    for d in (1, 1, 4)
                ],
            )
        )
    )
    articles, quarantine = tables.make_frame("articles", items), tables.make_frame("quarantine")
    assert list(corpora.count_over_time(articles)["articles"]) == [2, 0, 0, 1]
    assert corpora.frequent_pairs(articles)["pair"][0] == "white house"
    assert dict(corpora.overview(articles, quarantine).itertuples(index=False))["articles with a date"] == "3 of 3"
    assert corpora.tell_outlets(articles) == "Post gives 3 of 3 articles"
    empty = tables.make_frame("articles")
    for show in (
        corpora.lengths,
        corpora.count_outlets,
        corpora.count_over_time,
        corpora.frequent_pairs,
        corpora.list_duplicates,
    ):
        assert len(show(empty)) == 0
    for tell in (corpora.tell_lengths, corpora.tell_dates, corpora.tell_outlets):
        assert tell(empty)
