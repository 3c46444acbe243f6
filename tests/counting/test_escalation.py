"""The escalation index: its unit, intervals, change over time, and what it hangs on."""

import numpy as np
import pandas as pd
import pytest

from helpers import tables
from helpers.counting import acts, escalation, statistics

WORDS = "Norland attacked Ruritania. Nobody spoke. It rained."
NORLAND, RURITANIA = ("LOC:norland", "Norland"), ("LOC:ruritania", "Ruritania")


@pytest.fixture
def articles():
    dates = pd.date_range("2024-01-01", periods=20, freq="D")
    rows = [
        (f"a{i}", None, WORDS, day.to_pydatetime(), None, None, "x", 8, "a0" if i == 1 else None, None)
        for i, day in enumerate(dates)
    ]
    return tables.make_frame("articles", rows)


@pytest.fixture
def found(make_acts):
    rows = []
    for i in range(20):
        rows.append((f"a{i}", 8, "FORCE" if i >= 10 else "TALK", "actual", [NORLAND], [RURITANIA], {}))
        rows.append((f"a{i}", 28, "FORCE", "denied", [RURITANIA], [NORLAND], {}))
        rows.append((f"a{i}", 35, "FORCE", "threatened", [RURITANIA], [NORLAND], {"attribution": "quoted"}))
    return make_acts(*rows)


def test_index_is_the_mean_rung_of_deeds(found, articles):
    told = acts.select(found[0], articles)
    sides = acts.parties(told, found[1])
    index = escalation.index_by_actor(told, sides).set_index("actor_id")
    assert list(index.index) == ["LOC:norland"]  # the other only denies and threatens
    row = index.loc["LOC:norland"]
    assert row["index"] == pytest.approx((10 * 9 - 10 * 2) / 20) and row["low"] < row["index"] < row["high"]
    assert escalation.tell_index(index.reset_index()) == "Mean rung of each actor's acts, n = 20 acts"


def test_the_unit_can_be_read_on_one_article(found, articles):
    told = acts.select(found[0], articles)
    one = told[told["article_id"] == "a13"]
    row = escalation.index_by_actor(one, acts.parties(one, found[1])).iloc[0]
    assert row["index"] == 9 and row["n"] == 1 and np.isnan(row[["low", "high"]].astype(float)).all()


def test_what_is_not_done_has_columns_of_its_own(make_acts, articles):
    found = make_acts(
        ("a0", 8, "FORCE", "actual", [NORLAND], [RURITANIA], {}),
        *[("a0", 20 + k, "FORCE", kind, [NORLAND], [RURITANIA], {}) for k, kind in enumerate(escalation.NOT_DONE)],
    )
    told = acts.select(found[0], articles)
    row = escalation.index_by_actor(told, acts.parties(told, found[1])).iloc[0]
    assert row[["index", "n", "announced", "possible", "denied"]].tolist() == [9, 1, 3, 1, 1]
    more = acts.select(found[0], articles, modalities="all")
    row = escalation.index_by_actor(more, acts.parties(more, found[1])).iloc[0]
    assert row[["n", "announced", "possible", "denied"]].tolist() == [4, 0, 1, 1]


def test_change_of_level_is_found_and_chance_is_not(found, articles):
    told = acts.select(found[0], articles)
    series = escalation.index_over_time(told, articles)
    changes = statistics.change_points(series)
    assert list(changes["period"]) == [pd.Timestamp("2024-01-11")]
    assert changes["after"].iloc[0] > changes["before"].iloc[0]
    flat = series.assign(index=np.tile([1.0, 2.0], 10))
    assert not len(statistics.change_points(flat)) and not len(statistics.change_points(series.head(5)))


def test_sensitivity(found, articles):
    panel = escalation.count_sensitivity(found[0], articles).set_index("variant")
    assert panel["n"].to_dict() == {
        "told as done": 20,
        "also announced, threatened": 40,
        "done, told by the article itself": 20,
        "done, each story once": 19,
    }
    assert panel.loc["also announced, threatened", "index"] > panel.loc["told as done", "index"]
