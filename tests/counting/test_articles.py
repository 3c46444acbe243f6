import pandas as pd
import pytest

from helpers import tables
from helpers.counting import articles as counting
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
    assert list(counting.count_over_time(articles)["articles"]) == [2, 0, 0, 1]
    assert counting.frequent_pairs(articles)["pair"][0] == "white house"
    assert dict(counting.overview(articles, quarantine).itertuples(index=False))["articles with a date"] == "3 of 3"
    assert counting.tell_outlets(articles) == "Articles by outlet: 3 of 1 outlet"
    empty = tables.make_frame("articles")
    assert len(counting.count_outlets(counting.say_counted(empty, empty))) == 0
    for show in (
        counting.lengths,
        counting.count_over_time,
        counting.frequent_pairs,
        counting.list_duplicates,
    ):
        assert len(show(empty)) == 0
    for tell in (counting.tell_lengths, counting.tell_dates, counting.tell_outlets):
        assert tell(empty)


def test_an_article_to_show():
    row = ("text", None, None, None, "x", 1, None, None)
    articles = tables.make_frame("articles", [("a", None, *row), ("b", "Storm over Norland", *row)])
    rows = pd.DataFrame({"article_id": ["b", "a", "b"]})
    assert counting.choose(articles) == ("a", "text", "a")
    assert counting.choose(articles, rows=rows).article_id == counting.choose(articles, "norland").article_id == "b"
    assert counting.choose(articles, "a", rows=rows).title == "a" and counting.choose(articles, rows=rows.head(0)).text
    assert counting.choose(tables.make_frame("articles"), "a") == ("", "", "")
    with pytest.raises(
        ValueError, match="no article has the id or title 'Storm over Nordland'; the nearest is 'Storm ov"
    ):
        counting.choose(articles, "Storm over Nordland")
