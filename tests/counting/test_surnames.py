"""Bare surnames that one full name dominates."""

from typing import NamedTuple

import pandas as pd

from helpers.counting import corrections, surnames

ROWS = [
    *[(f"a{k}", "PER:ines duarte", "Ines Duarte", "PER", "named", "name") for k in range(9)],
    ("a9", "PER:rui duarte", "Rui Duarte", "PER", "named", "name"),
    *[(f"b{k}", "PER:duarte", "Duarte", "PER", "named", "name") for k in range(4)],
    *[(f"c{k}", "PER:ron paul", "Ron Paul", "PER", "named", "name") for k in range(6)],
    *[(f"c{k}", "PER:paul orr", "Paul Orr", "PER", "named", "name") for k in range(5)],
    ("d1", "PER:paul", "Paul", "PER", "named", "name"),
    *[(f"e{k}", "PER:ann lee", "Ann Lee", "PER", "named", "name") for k in range(4)],
    *[(f"e{k}", "PER:tom lee", "Tom Lee", "PER", "named", "name") for k in range(4)],
    ("f1", "PER:lee", "Lee", "PER", "named", "name"),
]
MENTIONS = pd.DataFrame(ROWS, columns=["article_id", "entity_id", "entity", "type", "kind", "rule"]).assign(
    start=range(len(ROWS)), end=range(1, len(ROWS) + 1), text="x", metonym_of=None
)
STATEMENTS = pd.DataFrame({"article_id": ["b0"], "speaker_id": ["PER:duarte"], "speaker": ["Duarte"]})


class Found(NamedTuple):
    mentions: pd.DataFrame
    statements: pd.DataFrame


def test_a_surname_joins_the_full_name_that_dominates_it():
    table = surnames.find(MENTIONS)
    assert table[["entity", "into", "mentions"]].values.tolist() == [["Duarte", "Ines Duarte", 4]]
    assert table["share"][0] == 0.9 and table["line"][0] == "keep,PER:duarte"


def test_two_bearers_or_a_first_name_are_left_as_they_are():
    assert not set(surnames.find(MENTIONS)["entity"]) & {"Lee", "Paul"}


def test_of_two_bearers_the_only_one_in_office_needs_half():
    rows = [
        *[(f"a{k}", "PER:barack obama", "Barack Obama", "PER", "named") for k in range(6)],
        *[(f"b{k}", "PER:michelle obama", "Michelle Obama", "PER", "named") for k in range(4)],
        ("c0", "PER:obama", "Obama", "PER", "named"),
    ]
    table = surnames.find(pd.DataFrame(rows, columns=["article_id", "entity_id", "entity", "type", "kind"]))
    assert table[["entity", "into", "share"]].values.tolist() == [["Obama", "Barack Obama", 0.6]]


def test_every_table_gets_the_full_name_and_says_why():
    found = corrections.apply(Found(MENTIONS, STATEMENTS), "")
    assert (found.mentions["entity_id"] == "PER:ines duarte").sum() == 13
    assert found.statements[["speaker_id", "speaker"]].values.tolist() == [["PER:ines duarte", "Ines Duarte"]]
    assert found.mentions["rule"].str.startswith("surname: 90%").sum() == 4
    assert (MENTIONS["entity_id"] == "PER:duarte").sum() == 4  # what was given stays


def test_a_switch_and_a_line_undo_it(tmp_path):
    file = tmp_path / "mine.csv"
    file.write_text("action,entity\nkeep,PER:duarte\n", encoding="utf-8")
    for found in (
        corrections.apply(Found(MENTIONS, STATEMENTS), file),
        corrections.apply(Found(MENTIONS, STATEMENTS), "", join_surnames=False),
    ):
        assert (found.mentions["entity_id"] == "PER:duarte").sum() == 4
