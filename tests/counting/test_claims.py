"""No title ranks anybody below 30 passages in 10 articles on each side with intervals apart."""

import re

import numpy as np
import pandas as pd
import pytest

from helpers import tables
from helpers.counting import acts as counting
from helpers.counting import claims, escalation, mentions, speakers
from helpers.counting.statistics import FEWEST_ARTICLES, FEWEST_PASSAGES

RANKS = re.compile(r"\b(most|least|strongest|more than any|[+-]\d+\.\d)\b", re.IGNORECASE)
PEOPLE = [(f"PER:p{i}", f"Person {i}") for i in range(5)]


def sample_store(seed, n_articles, rows):
    """Mentions, statements, stances and acts of articles drawn at random: few and many, one name in front or none."""
    rng = np.random.default_rng(seed)
    weights = rng.dirichlet(np.full(len(PEOPLE), rng.choice([0.5, 1, 5])))
    articles, named, said, meant, acted, parties = [], [], [], [], [], []
    for number in range(n_articles):
        article = f"a{number}"
        articles.append((article, None, "x " * 400, None, None, None, "f", 400, None, None))
        for k in range(int(rng.integers(0, rows))):
            (who, name), (whom, other) = (PEOPLE[i] for i in rng.choice(len(PEOPLE), 2, replace=False, p=weights))
            place = (article, 10 * k, 10 * k + 5)
            tone = float(rng.uniform(-1, 1))
            named.append((*place, name, "PER", "named", who, name, None, "exact", 0.9))
            spoken = ([[10 * k, 10 * k + 5]], "x", "direct", "said", None, None, name, name, None, None, who, None)
            said.append((*place, *spoken, tone, None, tone, 0.9))
            meant.append((*place, 10 * k, 10 * k + 1, whom, other, tone, 0.9, "x"))
            act = f"{article}:{10 * k}-FORCE"
            told = ("hit", "FORCE", "ASSAULT", 9, "actual", "narrator", None, None, None, False, name, other)
            acted.append((*place, act, *told, "x", 10 * k, 10 * k + 9, 0.9))
            for role, (key, shown) in (("actor", (who, name)), ("target", (whom, other))):
                parties.append((*place, act, role, shown, key, shown, None, None, "this sentence", 0.9))
    frames = zip(
        ("articles", "mentions", "statements", "stances", "acts", "participants"),
        (articles, named, said, meant, acted, parties),
        strict=True,
    )
    return {name: tables.make_frame(name, rows) for name, rows in frames}


def titles(store):
    """{title: the rows behind it, with the key that it could rank by}"""
    chosen = mentions.select(store["mentions"], store["articles"])
    told = counting.select(store["acts"], store["articles"])
    sides = counting.parties(told, store["participants"], level="named", mentions=store["mentions"])
    actors, pairs = counting.with_actors(told, sides), counting.directed(told, sides)
    pairs = pairs.assign(pair=pairs["actor_id"] + pairs["target_id"])
    cells = speakers.stance_cells(store["statements"], store["stances"])
    return [
        (mentions.tell_top(chosen), chosen, "entity_id"),
        (mentions.tell_pairs(mentions.cooccurrence(chosen, store["articles"])), chosen.head(0), "entity_id"),
        (speakers.tell_speakers(store["statements"]), store["statements"], "speaker_id"),
        (speakers.tell_stances(cells), store["stances"].head(0), "target_id"),
        (counting.tell_directions(counting.count_directions(told, sides)), pairs, "pair"),
        (escalation.tell_index(escalation.index_by_actor(told, sides, draws=200)), actors, "actor_id"),
        (counting.tell_talk(counting.talk_and_deeds(told, sides)), actors.head(0), "actor_id"),
        (counting.tell_ladder(told), told.head(0), "category"),
    ]


@pytest.mark.parametrize("seed", range(12))
def test_no_superlative_below_the_thresholds(seed):
    few = sample_store(seed, n_articles=[1, 3, 9, 12, 30][seed % 5], rows=[2, 5, 12][seed % 3])
    for title, rows, key in titles(few):
        if not RANKS.search(title):
            continue
        two = rows.groupby(key)["article_id"].agg(["size", "nunique"]).sort_values("size").tail(2)
        assert len(two) == 2 and two["size"].min() >= FEWEST_PASSAGES, title
        assert two["nunique"].min() >= FEWEST_ARTICLES, title


def test_a_lead_that_the_data_carry_is_said():
    rows = pd.DataFrame({"article_id": [f"a{i % 40}" for i in range(400)], "who": ["A"] * 320 + ["B"] * 80})
    assert claims.most_frequent(rows, "who") == "A"
    assert claims.most_frequent(rows.head(340), "who") is None  # too few of the second
    assert claims.most_frequent(rows.assign(article_id="one"), "who") is None


def test_measured_figures_are_told_with_what_they_were_measured_on(tmp_path):
    told = claims.measured("acts found", "dyads")
    assert re.search(r"acts found F1 \.\d\d \(38 development articles\); dyads F1 \.\d\d", told)
    assert all(0 < figure.value <= 1 and figure.sets for figure in claims.figures())
    wrong = tmp_path / "figures.csv"
    wrong.write_text("kind,measure,value,sets,n\nnames,F1,high,x,\n")
    with pytest.raises(ValueError, match="line 2"):
        claims.figures(wrong)
