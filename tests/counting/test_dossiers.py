import pandas as pd
import pytest

from helpers import annotate, tables
from helpers.counting import dossiers
from helpers.counting.mentions import Entity, find_entity


def mention(article, start, text, entity, kind="named"):
    return (article, start, start + len(text), text, "PER", kind, f"PER:{entity.lower()}", entity, None, "exact", 0.9)


BERG, HALE, NORLAND = ("PER:anna berg", "Anna Berg"), ("PER:viktor hale", "Viktor Hale"), ("LOC:norland", "Norland")


@pytest.fixture
def found(make_acts):
    articles = tables.make_frame(
        "articles",
        [
            ("a", None, "acts " * 20, pd.Timestamp("2022-02-03"), None, None, "x", 20, None, None),
            ("b", None, "acts " * 20, None, None, None, "x", 20, None, None),
        ],
    )
    said = (
        "a",
        0,
        9,
        [(0, 9)],
        "x",
        "direct",
        "said",
        10,
        14,
        "Anna Berg",
        "Berg",
        15,
        19,
        "PER:anna berg",
        None,
        -0.5,
        None,
        -0.5,
        0.9,
    )
    return annotate.Tables(
        articles,
        tables.make_frame(
            "mentions",
            [
                mention("a", 0, "Anna Berg", "Anna Berg"),
                mention("b", 5, "she", "Anna Berg", "pronoun"),
                mention("a", 20, "Hale", "Viktor Hale"),
            ],
        ),
        tables.make_frame("statements", [said]),
        tables.make_frame("stances", [("a", 0, 9, 3, 5, "PER:viktor hale", "Viktor Hale", -0.4, 0.8, "x")]),
        *make_acts(
            ("a", 0, "THREATEN", "actual", [BERG], [HALE], {}),
            ("b", 0, "AID", "actual", [HALE], [BERG], {}),
            ("b", 9, "FORCE", "denied", [BERG], [], {}),
        ),
        tables.make_frame("quarantine"),
        {},
    )


def test_actor_by_name_id_words_and_default(found):
    for wanted in ("", "Anna Berg", "anna berg", "PER:anna berg", "she", "berg"):
        assert find_entity(found.mentions, wanted) == ("PER:anna berg", "Anna Berg"), wanted


def test_unknown_actor_is_a_sentence(found):
    with pytest.raises(ValueError, match="No entity is called Ana Burg; nearest: Anna Berg"):
        find_entity(found.mentions, "Ana Burg")
    who = Entity(None, "No entity was found in this corpus.")
    assert dossiers.tell(found, who) == who.name == dossiers.tell_partners(pd.DataFrame(), who)
    for frame in (
        dossiers.names_used(found, who),
        dossiers.statements_by(found, who),
        dossiers.statements_about(found, who),
        dossiers.acts_with(found, who),
        dossiers.count_partners(found, who),
    ):
        assert len(frame) == 0
    assert "No entity was found" in find_entity(tables.make_frame("mentions")).name


def test_dossier(found):
    who = find_entity(found.mentions)
    assert dossiers.summarise(found, who)["n"].tolist() == [1, 1, 1, 0, 2, 1, 0]
    acts = dossiers.acts_with(found, who)
    assert acts[["role", "category", "leaning"]].values.tolist() == [
        ["by it", "FORCE", "hostile"],
        ["by it", "THREATEN", "hostile"],
        ["towards it", "AID", "cooperative"],
    ]
    assert set(dossiers.count_partners(found, who)["partner"]) == {"Viktor Hale"}  # the denied act is no deed
    assert dossiers.tell_partners(dossiers.count_partners(found, who), who).startswith("Anna Berg and 1 partner")
    assert dossiers.tell(found, who) == "Anna Berg: 1 mention, 1 statement, 2 acts by it and 1 act towards it"
    about = dossiers.statements_about(found, find_entity(found.mentions, "Hale"))
    assert about["speaker"].tolist() == ["Anna Berg"]
    over = dossiers.follow_over_time(found, who)
    assert over.groupby("what")["n"].sum().to_dict() == {
        "mentions by name": 1,
        "statements by it": 1,
        "acts by or towards it": 1,
    }


def test_without_dates_there_is_no_time(found):
    found = found._replace(articles=found.articles.assign(published=pd.NaT))
    assert len(dossiers.follow_over_time(found, find_entity(found.mentions))) == 0


def test_acts_of_a_state_and_of_its_leaders(found, make_acts):
    ruritania, allies = ("LOC:ruritania", "Ruritania"), (None, "its allies")
    acts = make_acts(
        ("a", 0, "ACCUSE", "actual", [(*BERG, *NORLAND)], [ruritania, allies], {}),
        ("a", 20, "TALK", "actual", [NORLAND, ruritania], [], {"reciprocal": True}),
        ("a", 40, "FORCE", "threatened", [ruritania], [NORLAND], {}),
        ("a", 60, "SANCTION", "actual", [NORLAND], [], {}),
    )
    found = found._replace(acts=acts[0], participants=acts[1])
    berg, norland = find_entity(found.mentions), Entity(*NORLAND)
    assert dossiers.acts_with(found, berg)[["role", "partner"]].values.tolist() == [["by it", "Ruritania; its allies"]]
    roles = dossiers.acts_with(found, norland)[["role", "category"]].values.tolist()
    assert sorted(roles) == [
        ["both ways", "TALK"],
        ["by it", "ACCUSE"],
        ["by it", "SANCTION"],
        ["towards it", "FORCE"],
    ]
    assert len(dossiers.acts_with(found, norland, level="named")) == 3
    counts = dossiers.count_partners(found, norland)
    assert sorted(counts[["role", "partner_id", "category"]].values.tolist()) == [
        ["both ways", "LOC:ruritania", "TALK"],
        ["by it", "LOC:ruritania", "ACCUSE"],
        ["by it", "words:(not named)", "SANCTION"],
        ["by it", "words:its allies", "ACCUSE"],
    ]
    more = dossiers.count_partners(found, norland, modalities="actual; threatened")
    assert ["towards it", "LOC:ruritania", "FORCE"] in more[["role", "partner_id", "category"]].values.tolist()
    assert dossiers.tell(found, norland).endswith("2 acts by it and 1 act towards it, 1 both ways")


def test_two_who_act_for_one_state_have_each_a_dossier(found, make_acts):
    acts = make_acts(("a", 0, "ACCUSE", "actual", [(*BERG, *NORLAND), (*HALE, *NORLAND)], [(None, "protesters")], {}))
    found = found._replace(acts=acts[0], participants=acts[1])
    for who in (BERG, HALE, NORLAND):
        assert dossiers.acts_with(found, Entity(*who))[["role", "partner"]].values.tolist() == [["by it", "protesters"]]


def test_acts_of_persons_in_office_and_of_seats(found, make_acts):
    biden, seat = ("PER:joe biden", "Joe Biden"), ("LOC:washington", "Washington")
    acts = make_acts(
        ("a", 0, "ACCUSE", "actual", [biden], [NORLAND], {}),
        ("b", 0, "ACCUSE", "actual", [biden], [NORLAND], {}),  # an article without a date
        ("a", 20, "SANCTION", "actual", [seat], [NORLAND], {}),
    )
    mention = ("a", 20, 24, "Washington", "LOC", "named", *seat, "LOC:united states", None, 0.9)
    mentions = tables.make_frame("mentions", [mention])
    found = found._replace(acts=acts[0], participants=acts[1], mentions=mentions)
    state = Entity("LOC:united states", "United States")
    rows = dossiers.acts_with(found, state)
    assert rows[["article_id", "category"]].values.tolist() == [["a", "SANCTION"], ["a", "ACCUSE"]]
    assert not len(dossiers.acts_with(found, state, level="named"))
    assert len(dossiers.acts_with(found, Entity(*biden))) == 2
