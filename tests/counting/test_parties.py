"""Who takes part in acts: as named, or as the states they act for."""

from datetime import date

import pandas as pd
import pytest

from helpers import tables
from helpers.counting import offices
from helpers.counting.parties import directed, parties, with_actors

NORLAND, RURITANIA = ("LOC:norland", "Norland"), ("LOC:ruritania", "Ruritania")
BERG, HALE, LUND = ("PER:anna berg", "Anna Berg"), ("PER:viktor hale", "Viktor Hale"), ("PER:per lund", "Per Lund")
OFFICES = {
    "PER:anna berg": [offices.Office(*NORLAND, date(2020, 1, 1), date(2023, 6, 30))],
    "PER:per lund": [offices.Office(*NORLAND, date(2019, 1, 1), None)],
}
IN_OFFICE, AFTER = {"a": pd.Timestamp("2022-05-01")}, {"a": pd.Timestamp("2024-05-01")}


def read(found, **options):
    frame = parties(*found, offices=OFFICES, **options)
    return frame[["role", "party_id", "party"]].values.tolist()


def test_the_text_says_for_whom(make_acts):
    found = make_acts(("a", 0, "ACCUSE", "actual", [(*HALE, *RURITANIA)], [NORLAND], {}))
    assert read(found) == [["actor", *RURITANIA], ["target", *NORLAND]]
    assert read(found, level="named") == [["actor", *HALE], ["target", *NORLAND]]


def test_an_office_counts_on_its_days_only(make_acts):
    found = make_acts(("a", 0, "ACCUSE", "actual", [BERG], [RURITANIA], {}))
    assert read(found, published=IN_OFFICE)[0] == ["actor", *NORLAND]
    assert read(found, published=AFTER)[0] == ["actor", *BERG]
    assert read(found)[0] == read(found, published={"a": pd.NaT})[0] == ["actor", *BERG]  # no date: as the text has it
    dated = found[0].assign(published=pd.Timestamp("2022-05-01"))
    assert read((dated, found[1]))[0] == ["actor", *NORLAND]


def test_nobody_becomes_one_state_on_both_sides(make_acts):
    found = make_acts(
        ("a", 0, "ACCUSE", "actual", [BERG], [LUND, RURITANIA], {}),
        ("a", 9, "COERCE", "actual", [NORLAND], [LUND], {}),
        ("a", 20, "ACCUSE", "actual", [(*HALE, *RURITANIA), BERG], [RURITANIA], {}),
    )
    rows = parties(*found, offices=OFFICES, published=IN_OFFICE)
    first, second, third = (rows[rows["act_id"] == act]["party_id"].tolist() for act in found[0]["act_id"])
    assert first == ["PER:anna berg", "PER:per lund", "LOC:ruritania"]
    assert second == ["LOC:norland", "PER:per lund"]
    assert third == ["PER:viktor hale", "LOC:norland", "LOC:ruritania"]  # only the side that would clash


def test_reciprocal_acts(make_acts):
    both = {"reciprocal": True}
    found = make_acts(
        ("a", 0, "TALK", "actual", [BERG, LUND], [], both),
        ("a", 9, "TALK", "actual", [BERG, LUND, (*HALE, *RURITANIA)], [], both),
    )
    rows = parties(*found, offices=OFFICES, published=IN_OFFICE)
    inside, between = (rows[rows["act_id"] == act]["party_id"].tolist() for act in found[0]["act_id"])
    assert inside == ["PER:anna berg", "PER:per lund"] and between == ["LOC:norland", "LOC:ruritania"]
    assert directed(found[0], rows)[["actor", "target"]].values.tolist() == [
        ["Anna Berg", "Per Lund"],
        ["Per Lund", "Anna Berg"],
        ["Norland", "Ruritania"],
        ["Ruritania", "Norland"],
    ]
    assert len(with_actors(found[0], rows)) == 4


def test_seats_stand_for_their_state_where_the_mention_does(make_acts):
    seat = ("LOC:northaven", "Northaven")
    found = make_acts(
        ("a", 10, "ACCUSE", "actual", [seat], [RURITANIA], {}), ("a", 30, "AID", "actual", [seat], [], {})
    )
    mentions = tables.make_frame(
        "mentions",
        [
            ("a", 10, 14, "Northaven", "LOC", "named", *seat, "LOC:norland", None, 0.9),
            ("a", 30, 34, "Northaven", "LOC", "named", *seat, None, None, 0.9),
        ],
    )
    assert [row[1] for row in read(found, mentions=mentions)] == ["LOC:norland", "LOC:ruritania", "LOC:northaven"]
    assert read(found)[0] == ["actor", *seat]
    assert read(found, mentions=mentions, level="named")[0] == ["actor", *seat]
    spokesman = make_acts(("a", 50, "ACCUSE", "actual", [(*BERG, *seat)], [RURITANIA], {}))
    assert read(spokesman, mentions=mentions)[0][1] == "LOC:norland"


def test_words_are_a_party_and_those_of_two_states_are_two(make_acts):
    found = make_acts(
        ("a", 0, "PROTEST", "actual", [(None, "Protesters")], [(None, "protesters")], {}),
        ("a", 9, "FORCE", "actual", [(None, "troops", *NORLAND)], [(None, "troops", *RURITANIA)], {}),
    )
    assert read(found, level="named") == [
        ["actor", "words:protesters", "Protesters"],
        ["target", "words:protesters", "Protesters"],
        ["actor", "words:troops of LOC:norland", "Norland (troops)"],
        ["target", "words:troops of LOC:ruritania", "Ruritania (troops)"],
    ]
    assert [row[1] for row in read(found)[2:]] == ["LOC:norland", "LOC:ruritania"]
    rows = parties(*found, level="named")
    assert directed(found[0], rows)["actor"].tolist() == ["Norland (troops)"]  # nobody acts towards itself


def test_names_are_shown_and_ids_decide(make_acts):
    georgia = [("LOC:georgia", "Georgia"), ("PER:georgia", "Georgia")]
    found = make_acts(
        ("a", 0, "AID", "actual", [georgia[0]], [georgia[1]], {}),
        ("b", 0, "AID", "actual", [("LOC:norland", "Kingdom of Norland")], [NORLAND], {}),
        ("b", 9, "AID", "actual", [NORLAND], [RURITANIA], {}),
    )
    assert read(found, level="named")[:2] == [
        ["actor", "LOC:georgia", "Georgia (LOC)"],
        ["target", "PER:georgia", "Georgia (PER)"],
    ]
    assert {row[2] for row in read(found, level="named") if row[1] == "LOC:norland"} == {"Norland"}


def test_wrong_level_and_no_acts(make_acts):
    with pytest.raises(ValueError, match="none of state, named"):
        parties(*make_acts(), level="country")
    assert not len(parties(*make_acts())) and not len(directed(make_acts()[0], parties(*make_acts())))


def test_the_table_of_offices(tmp_path):
    path = tmp_path / "people.csv"
    path.write_text(
        "name,country,office,since,until,acts\n"
        "Anna Berg,Norland,president,2020,2023-06,yes\nAnna Berg,Ruritania,envoy,2023-02-10,,yes\n"
        "Per Lund,Norland,senator,2019,,no\n"
    )
    table = offices.load(path)
    assert list(table) == ["PER:anna berg"]
    held = [
        offices.held_on(table, "PER:anna berg", date(*day)) for day in ((2019, 12, 31), (2020, 1, 1), (2023, 6, 30))
    ]
    assert held == [None, ("LOC:norland", "Norland"), ("LOC:ruritania", "Ruritania")]
    assert offices.held_on(table, "PER:nobody", date(2020, 1, 1)) is None
    path = tmp_path / "wrong.csv"
    path.write_text("name,country,office,since,until,acts\nAnna Berg,Norland,president,last year,,yes\n")
    with pytest.raises(ValueError, match="wrong.csv, line 2: 'last year' is no year"):
        offices.load(path)


def test_the_shipped_table_can_be_read():
    assert all(o.since is None or o.until is None or o.since <= o.until for row in offices.load().values() for o in row)


def test_pronouns_of_nobody_known_are_no_party(make_acts):
    found = make_acts(("a", 0, "FORCE", "actual", [(None, "They")], [(None, "you"), RURITANIA], {}))
    assert read(found) == [["target", *RURITANIA]]
    assert not len(directed(found[0], parties(*found, offices=OFFICES)))


def test_words_that_are_the_name_of_one_party_are_that_party(make_acts):
    found = make_acts(
        ("a", 0, "ACCUSE", "actual", [("PER:hale", "Hale")], [RURITANIA], {}),
        ("b", 0, "ACCUSE", "actual", [(None, "Hale")], [RURITANIA], {}),
    )
    assert [row[1:] for row in read(found) if row[0] == "actor"] == [["PER:hale", "Hale"]] * 2
