import re
from html.parser import HTMLParser

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import tables
from helpers.showing import display


class Tags(HTMLParser):
    """Collects tags, attributes and text of HTML."""

    def __init__(self, markup):
        super().__init__()
        self.tags, self.attributes, self.words, self.silent = [], [], [], 0
        self.feed(markup)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += attributes
        self.silent += tag in ("script", "style")

    def handle_endtag(self, tag):
        self.silent -= tag in ("script", "style")

    def handle_data(self, data):
        if not self.silent:
            self.words.append(data)


OURS = {"style", "div", "mark", "b", "table", "caption", "thead", "tbody", "tr", "th", "td", "script", "span", "a", "p"}
texts = st.text(
    alphabet=st.one_of(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), st.sampled_from("<>&\"'/=")),
    max_size=80,
)


@given(
    texts, st.lists(st.tuples(st.integers(-5, 90), st.integers(-5, 90), st.sampled_from(["a", "<b>", '"'])), max_size=6)
)
def test_marked_text_shows_the_text_and_nothing_else(text, spans):
    markup = str(display.marked_text(text, spans, show_legend=False))
    page = Tags(markup)
    assert set(page.tags) <= OURS
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    visible = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f]", "\N{REPLACEMENT CHARACTER}", text)
    assert "".join(page.words) == visible


@given(texts)
def test_tables_show_the_cell_and_nothing_else(text):
    markup = str(display.table(pd.DataFrame({text or "x": [text]}), caption=text, cut=10_000))
    page = Tags(markup)
    assert set(page.tags) <= OURS
    assert page.tags.count("script") == 1
    assert not [name for name, _ in page.attributes if name.startswith("on")]


def test_marks_stand_at_their_offsets():
    text = "🚢 Berg said: “No.” Ünal, too."
    spans = [(2, 6, "speaker"), (7, 11, "cue"), (13, 18, "words")]
    markup = str(display.marked_text(text, spans))
    for start, end, label in spans:
        assert re.search(rf'title="{label}">{re.escape(text[start:end])}</mark>', markup)


def test_overlapping_marks():
    markup = str(display.marked_text("abcdef", [(0, 6, "outer"), (2, 4, "inner", "why")], show_legend=False))
    assert re.findall(r'title="([^"]*)">(\w+)<', markup) == [
        ("outer", "ab"),
        ("inner: why; outer", "cd"),
        ("outer", "ef"),
    ]


def test_missing_values_and_numbers():
    frame = pd.DataFrame(
        {"a": [None, float("nan"), pd.NA, pd.NaT, 1234.5, 3, True, pd.Timestamp("2022-02-03")]}, dtype=object
    )
    cells = re.findall(r"<td[^>]*>(.*?)</td>", str(display.table(frame)))
    assert cells == ["", "", "", "", "1,234.50", "3", "yes", "2022-02-03"]


def test_only_web_addresses_become_links():
    markup = str(
        display.table(pd.DataFrame({"url": ["https://x.y/a?b=1&c=2", "javascript:alert(1)", "data:text/html,x"]}))
    )
    assert re.findall(r'href="([^"]*)"', markup) == ["https://x.y/a?b=1&amp;c=2"]


def test_long_tables_say_what_is_left_out():
    assert "first 10 of 25 rows" in str(display.table(pd.DataFrame({"n": range(25)}), limit=10))


def test_an_empty_table_is_a_sentence():
    assert "Nobody spoke." in str(display.table(pd.DataFrame({"n": []}), empty="Nobody spoke."))


def test_evidence_marks_the_words(story):
    articles = tables.make_frame("articles", [("a", "T", story, None, None, None, "x", 9, None, None)])
    start = story.index("threatened")
    sentence = story.index("According")
    acts = pd.DataFrame(
        {
            "article_id": ["a"],
            "start": [start],
            "end": [start + 10],
            "category": ["THREATEN"],
            "sentence_start": [sentence],
            "sentence_end": [len(story)],
        }
    )
    markup = str(display.evidence(acts, articles, label="category"))
    assert re.search(r'title="THREATEN">threatened</mark>', markup)
    assert "According to the Daily Post" in markup and "OSLO" not in markup


def test_evidence_without_rows_or_article(story):
    articles = tables.make_frame("articles", [("a", None, story, None, None, None, "x", 9, None, None)])
    assert "No passages." in str(display.evidence(articles.head(0), articles))
    assert display.evidence(pd.DataFrame({"article_id": ["gone"], "start": [0], "end": [5]}), articles)


def test_half_surrogates_do_not_break_the_page():
    str(display.marked_text("a\ud800b", [(0, 2, "x")])).encode("utf-8")


@pytest.mark.parametrize("value", ["<", '"><script>', "&lt;"])
def test_escape(value):
    assert Tags(f'<p title="{display.escape(value)}">{display.escape(value)}</p>').words == [value]


def test_dollars_are_never_mathematics_and_one_row_is_one():
    markup = str(display.table(pd.DataFrame({"a": ["$5 million and $6 million"]})))
    assert "mathjax_ignore" in markup and ">1 row<" in markup
