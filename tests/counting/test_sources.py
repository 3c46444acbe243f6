"""Who gets quoted, in which words, where; the same statement in several articles; words that set outlets apart."""

import pandas as pd
import pytest

from helpers import tables
from helpers.counting import keyness, sources, versions

TEXT = (
    "Sen. Eva Holm spoke. She said ships would come. Ole Dahl, a retired teacher from Lima, said no. "
    "A senior official said yes. A source said maybe. Kim Lund said it rained."
)


def article(key, text, outlet="Post", published=None):
    return (key, None, text, published, outlet, None, "f", len(text.split()), None, None)


def said(key, text, speaker, identifier, cue="said", start=0):
    about = (speaker, speaker, None, None, identifier, None, 0.1, None, 0.0, 0.9)
    return (key, start, start + 9, [[start, start + 9]], text, "direct", cue, None, None, *about)


@pytest.fixture
def described():
    named = {"Eva Holm": "PER:eva holm", "Ole Dahl": "PER:ole dahl", "Kim Lund": "PER:kim lund"}
    rows = [(who, "named", key, TEXT.index(who)) for who, key in named.items()]
    rows.append(("She", "pronoun", "PER:eva holm", TEXT.index("She")))
    mentions = [("a", at, at + len(w), w, "PER", kind, key, w, None, None, 0.9) for w, kind, key, at in rows]
    speakers = [*named.items(), ("A senior official", None), ("A source", None)]
    statements = [said("a", "x", who, key, start=10 * k) for k, (who, key) in enumerate(speakers)]
    frames = [tables.make_frame(n, r) for n, r in (("statements", statements), ("mentions", mentions))]
    return sources.describe(*frames, tables.make_frame("articles", [article("a", TEXT)])).set_index("speaker")


def test_kind_of_source_and_gender_are_what_the_text_says(described):
    assert described["source"].to_dict() == {
        "Eva Holm": "official",
        "Ole Dahl": "citizen",
        "Kim Lund": "unknown",
        "A senior official": "official",
        "A source": "anonymous",
    }
    assert described["source_words"]["Eva Holm"] == "Sen." and described["source_words"]["Ole Dahl"] == "teacher"
    assert described["gender"].to_dict() == dict.fromkeys(described.index, "not said") | {"Eva Holm": "female"}
    assert described["speaker_id"]["A source"] == "words:a source"


def test_every_statement_is_in_a_class_and_the_share_is_said(described):
    table = sources.count_sources(described.reset_index())
    assert table["n"].sum() == 5 and table["share"].sum() == pytest.approx(1)
    told = sources.tell_sources(described.reset_index())
    assert told.endswith("the text says the kind of source of 80% and the gender of 20%.")


def test_verbs_and_outlets():
    rows = [said("a", "x", "Holm", "PER:holm", cue) for cue in ("said", "Said", "warned")] + [
        said("b", "x", None, None)
    ]
    statements = tables.make_frame("statements", rows)
    verbs = sources.count_verbs(statements)
    assert verbs[["verb", "n"]].values.tolist() == [["said", 2], ["warned", 1]]
    table = sources.count_outlets(
        statements, tables.make_frame("articles", [article("a", "x"), article("b", "x", "Sun")])
    )
    assert table[["outlet", "statements", "no_speaker"]].values.tolist() == [["Post", 3, 0.0], ["Sun", 1, 1.0]]


def test_one_statement_in_two_outlets_cut_and_with_another_verb():
    long = "We will never close the strait to any of our neighbours, whatever they say"
    rows = [
        said("a", long, "Holm", "PER:holm", "said"),
        said("b", "“we will never close the strait to any of our neighbours”", "Holm", "PER:holm", "admitted"),
        said("c", "The council will vote on the school budget in the spring", "Lund", "PER:lund"),
    ]
    articles = [article("a", long, "Post"), article("b", long, "Sun"), article("c", long, "Sun")]
    found = versions.find(tables.make_frame("statements", rows), tables.make_frame("articles", articles))
    assert found[["version", "outlet", "verb"]].values.tolist() == [[1, "Post", "said"], [1, "Sun", "admitted"]]


def test_keyness_is_the_published_log_likelihood():
    texts = [("Post", "storm " * 10 + "rain " * 90)] * 3 + [("Sun", "storm " + "rain " * 99)] * 3
    articles = tables.make_frame("articles", [article(f"a{k}", text, o) for k, (o, text) in enumerate(texts)])
    table = keyness.compare_words(keyness.choose_two(articles, "sun; POST")).set_index("word")
    row = table.loc["storm"]
    # 3 of 300 against 30 of 300: 2 × (3 ln(3/16.5) + 30 ln(30/16.5)) = 25.6
    assert row["log_likelihood"] == pytest.approx(25.64, abs=0.01) and row["log_ratio"] == pytest.approx(
        -3.32, abs=0.01
    )
    assert row["more_in"] == "POST" and "rain" not in table.index
    assert keyness.compare_words(keyness.choose_two(articles.assign(outlet=None))).empty


def test_periods_can_be_compared_and_others_are_one_sentence():
    days = pd.to_datetime(["2022-01-05", "2022-02-05"])
    articles = tables.make_frame(
        "articles", [article(f"a{k}", "x", published=d.to_pydatetime()) for k, d in enumerate(days)]
    )
    assert [len(group) for _, group in keyness.choose_two(articles, "2022-01; 2022-02")] == [1, 1]
    for wrong in ("Post", "Post; Nowhere"):
        with pytest.raises(ValueError, match="compare"):
            keyness.choose_two(articles, wrong)
