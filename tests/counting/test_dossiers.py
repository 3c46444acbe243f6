import pandas as pd
import pytest

from helpers import annotate, tables
from helpers.counting import dossiers


def mention(article, start, text, entity, kind="named"):
    return (article, start, start + len(text), text, "PER", kind, f"PER:{entity.lower()}", entity, None, "exact", 0.9)


def act(article, actor, target, category, rung):
    return (
        article,
        0,
        4,
        "acts",
        category,
        rung,
        "actual",
        "narrator",
        None,
        None,
        actor,
        f"PER:{actor.lower()}",
        target,
        target and f"PER:{target.lower()}",
        None,
        "x",
        0,
        4,
        0.9,
    )


@pytest.fixture
def found():
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
        tables.make_frame(
            "acts",
            [
                act("a", "Anna Berg", "Viktor Hale", "THREATEN", 4),
                act("b", "Viktor Hale", "Anna Berg", "AID", -3),
                act("b", "Anna Berg", None, "FORCE", 9),
            ],
        ),
        tables.make_frame("quarantine"),
        {},
    )


def test_actor_by_name_id_words_and_default(found):
    for wanted in ("", "Anna Berg", "anna berg", "PER:anna berg", "she", "berg"):
        assert dossiers.find_actor(found.mentions, wanted) == ("PER:anna berg", "Anna Berg"), wanted


def test_unknown_actor_is_a_sentence(found):
    who = dossiers.find_actor(found.mentions, "Ana Burg")
    assert not who.found and who.name.endswith("Did you mean Anna Berg?")
    assert dossiers.tell(found, who) == who.name == dossiers.tell_partners(pd.DataFrame(), who)
    for frame in (
        dossiers.names_used(found, who),
        dossiers.statements_by(found, who),
        dossiers.statements_about(found, who),
        dossiers.acts_with(found, who),
        dossiers.count_partners(found, who),
    ):
        assert len(frame) == 0
    assert "No actor was found" in dossiers.find_actor(tables.make_frame("mentions")).name


def test_dossier(found):
    who = dossiers.find_actor(found.mentions)
    assert dossiers.summarise(found, who)["n"].tolist() == [1, 1, 1, 0, 2, 1]
    acts = dossiers.acts_with(found, who)
    assert acts[["role", "category", "leaning"]].values.tolist() == [
        ["by it", "FORCE", "hostile"],
        ["by it", "THREATEN", "hostile"],
        ["towards it", "AID", "cooperative"],
    ]
    assert set(dossiers.count_partners(found, who)["partner"]) == {"Viktor Hale", "(not named)"}
    assert dossiers.tell(found, who) == "Anna Berg: 1 mention, 1 statement, 2 acts by it and 1 act towards it"
    about = dossiers.statements_about(found, dossiers.find_actor(found.mentions, "Hale"))
    assert about["speaker"].tolist() == ["Anna Berg"]
    over = dossiers.follow_over_time(found, who)
    assert over.groupby("what")["n"].sum().to_dict() == {
        "mentions by name": 1,
        "statements by it": 1,
        "acts by or towards it": 1,
    }


def test_without_dates_there_is_no_time(found):
    found = found._replace(articles=found.articles.assign(published=pd.NaT))
    assert len(dossiers.follow_over_time(found, dossiers.find_actor(found.mentions))) == 0


def test_several_parties_in_one_cell(found):
    rows = [
        act("a", "Norland (Anna Berg)", "Ruritania; its allies", "ACCUSE", 3),
        act("a", "Norland; Ruritania", "Ruritania; Norland", "TALK", -2),
        act("a", "Ruritania", "Norland (implied)", "FORCE", 9),
    ]
    found = found._replace(acts=tables.make_frame("acts", rows))
    berg = dossiers.acts_with(found, dossiers.find_actor(found.mentions))
    assert berg[["role", "partner"]].values.tolist() == [["by it", "Ruritania; its allies"]]
    norland = dossiers.Actor("LOC:norland", "Norland")
    counts = dossiers.count_partners(found, norland)
    assert sorted(counts[["role", "partner", "category"]].values.tolist()) == [
        ["by it", "Ruritania", "ACCUSE"],
        ["by it", "Ruritania", "TALK"],
        ["by it", "its allies", "ACCUSE"],
        ["towards it", "Ruritania", "FORCE"],
    ]
    assert dossiers.parties("United States (Joe Biden); its allies (implied)") == [
        "United States",
        "Joe Biden",
        "its allies",
    ]
