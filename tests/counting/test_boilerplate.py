"""Text that repeats across articles."""

import pandas as pd

from helpers import tables
from helpers.counting import boilerplate
from helpers.keeping.store import Tables

NOTE = "Follow Eva Lind on @evalind. Read 12 more stories here."
WORDS = "harbour strike ships crew talks port night council vote budget school bridge river storm train farm".split()


def story(number):
    """An article's own paragraphs: no two alike."""
    return "\n\n".join(f"In story {WORDS[number]} nobody {WORDS[k]} by the {WORDS[-k]} at all." for k in range(5))


def corpus(texts, duplicate_of=None):
    rows = [
        (f"a{k}", None, text, None, None, None, "f", len(text.split()), (duplicate_of or {}).get(k), None)
        for k, text in enumerate(texts)
    ]
    return tables.make_frame("articles", rows)


def test_a_line_in_three_articles_is_found_whatever_its_case_space_and_digits():
    lines = [NOTE, NOTE.upper().replace("12", "7"), " " + NOTE.replace(". ", ".  ")]
    articles = corpus([story(k) + "\n\n" + line for k, line in enumerate(lines)] + [story(3)])
    found = boilerplate.find(articles)
    assert list(found["article_id"]) == ["a0", "a1", "a2"] and set(found["articles"]) == {3}
    texts = articles.set_index("article_id")["text"]
    for row in found.itertuples():
        assert texts[row.article_id][row.start : row.end].casefold().startswith("follow eva lind")
    table = boilerplate.tabulate(found)
    assert table[["text", "articles", "times"]].values.tolist() == [[NOTE, 3, 3]]


def test_two_articles_are_not_enough_and_copies_count_once():
    line = "\n\n" + NOTE
    assert boilerplate.find(corpus([story(0) + line, story(1) + line, story(2)])).empty
    copies = corpus([story(0) + line, story(1) + line, story(2) + line], {1: "a0"})
    assert boilerplate.find(copies).empty


def test_paragraphs_of_one_story_in_its_later_editions_stay():
    editions = [story(0) + f"\n\nUpdate {WORDS[k]}: the council of the {WORDS[k + 4]} met." for k in range(4)]
    assert boilerplate.find(corpus(editions)).empty


def test_more_articles_are_asked_for_in_a_large_corpus():
    assert [boilerplate.fewest_articles(n) for n in (1, 900, 10_000, 1_000_000)] == [3, 3, 10, 100]


def test_what_is_inside_is_left_out_and_the_text_stays(make_acts):
    articles = corpus([story(k) + "\n\n" + NOTE for k in range(3)])
    start = articles["text"][0].index("Eva Lind")
    mention = ("Eva Lind", "PER", "named", "PER:eva lind", "Eva Lind", None, None, 0.9)
    mentions = tables.make_frame("mentions", [("a0", 3, 8, *mention), ("a0", start, start + 8, *mention)])
    who = [("PER:eva lind", "Eva Lind")]
    acts, participants = make_acts(
        ("a0", 3, "FORCE", "actual", who, [], {}), ("a0", start, "FORCE", "actual", who, [], {})
    )
    frames = (mentions, tables.make_frame("statements"), tables.make_frame("stances"), acts, participants)
    found = Tables(articles, *frames, tables.make_frame("quarantine"), {})
    left = boilerplate.leave_out(found, boilerplate.find(articles))
    assert list(left.mentions["start"]) == [3] and list(left.acts["start"]) == [3]
    assert set(left.participants["act_id"]) == set(left.acts["act_id"])
    pd.testing.assert_series_equal(left.articles["text"], articles["text"])
    told = boilerplate.tell(left.about["boilerplate"])
    assert told == "Left out as boilerplate (text that repeats across articles): 1 mention, 1 act."
    assert boilerplate.tell(boilerplate.leave_out(found, boilerplate.find(articles.head(0))).about["boilerplate"]) == ""
