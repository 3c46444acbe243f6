"""Which articles count."""

import pandas as pd
import pytest

from helpers import annotate
from helpers.counting import selection

DAYS = ["2022-01-05", "2022-02-10", "2022-02-28", None, "2022-03-01"]
ROWS = [
    {
        "id": f"a{k}",
        "title": f"Harbour news {k}",
        "text": f"Berg said on day {k} that the strike in the harbour would end. "
        + f"Story {k} goes on at length. " * 9,
        "date": day,
        "source": ["The Post", "Lima Times", "the post", "Lima Times", "El Día"][k],
    }
    for k, day in enumerate(DAYS)
]


@pytest.fixture
def found(fake_engine, write_lines, outputs):
    return annotate.load(write_lines("x.jsonl", ROWS), outputs=outputs, progress=False)


def ids(chosen):
    return list(chosen.articles["article_id"])


@pytest.mark.parametrize(
    ("filters", "left"),
    [
        ({}, ["a0", "a1", "a2", "a3", "a4"]),
        ({"since": "2022-02"}, ["a1", "a2", "a4"]),
        ({"until": "2022-02"}, ["a0", "a1", "a2"]),
        ({"since": "2022-02-11", "until": "2022-02-28"}, ["a2"]),
        ({"outlet": "THE POST; el dia"}, ["a0", "a2", "a4"]),
        ({"query": "harbour strike"}, ["a0", "a1", "a2", "a3", "a4"]),
        ({"query": '"on day 3"'}, ["a3"]),
        ({"query": "harb"}, []),
        ({"since": "2023"}, []),
    ],
)
def test_each_filter(found, filters, left):
    chosen = selection.select(found, **filters)
    assert ids(chosen) == left
    for table in ("mentions", "statements", "acts"):
        assert set(getattr(chosen, table)["article_id"]) <= set(left)
    assert len(chosen.mentions) == found.mentions["article_id"].isin(left).sum()
    out = sum(chosen.about["left_out"].values())
    assert len(left) + out == len(found.articles) == chosen.about["counted"] + out


def test_what_is_left_out_is_said(found):
    chosen = selection.select(found, since="2022-02", outlet="Lima Times")
    assert selection.tell(chosen) == (
        "1 of 5 articles count; left out: 1 without a date, 1 before 2022-02, 2 of other outlets."
    )
    assert selection.tell(selection.select(found)) == "All 5 articles count."


def test_a_story_counts_once_and_its_copy_when_the_first_is_filtered_out(fake_engine, write_lines, outputs):
    same = [{**ROWS[0], "id": f"c{k}", "date": day} for k, day in enumerate(["2022-01-01", "2022-02-01", "2022-02-02"])]
    found = annotate.load(write_lines("x.jsonl", same), outputs=outputs, progress=False)
    assert ids(selection.select(found)) == ["c0"]
    assert ids(selection.select(found, keep_duplicates=True)) == ["c0", "c1", "c2"]
    assert ids(selection.select(found, since="2022-02")) == ["c1"]


@pytest.mark.parametrize(
    ("filters", "words"),
    [
        ({"since": "5 May"}, "since is '5 May'; write it as 2022-01-31, 2022-01 or 2022."),
        ({"until": "2022-13"}, "until is '2022-13'"),
        ({"since": "2023", "until": "2022"}, "is after until"),
        ({"outlet": "Le Monde"}, "No article is from 'Le Monde'; outlets of this corpus: El Día, Lima Times"),
    ],
)
def test_a_filter_that_cannot_be_read_is_one_sentence(found, filters, words):
    with pytest.raises(ValueError, match="(?s)") as error:
        selection.select(found, **filters)
    assert words in str(error.value) and "\n" not in str(error.value)


def test_tables_that_were_read_before_are_filtered_too(found):
    before = found.mentions
    chosen = selection.select(found, outlet="Lima Times")
    pd.testing.assert_frame_equal(
        chosen.mentions, before[before["article_id"].isin(["a1", "a3"])].reset_index(drop=True), check_dtype=False
    )
