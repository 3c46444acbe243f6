"""Which state or organisation "it" and "they" mean."""

import json

import pytest

from helpers import ROOT, text
from helpers.finding import encoder, entities
from helpers.finding.collectives import LEAST, Collectives

GOLD = ROOT.parent / "shared" / "gold" / "acts"


def meant(words, pronoun):
    """(entity, probability) that the last `pronoun` of a text stands for; (None, 0) when no answer is given."""
    document = text.read(words)
    mentions = entities.find_mentions(document, encoder.load().encode(document))
    found = Collectives(document, mentions).antecedent(words.rindex(pronoun))
    return (found.mention.entity, found.score) if found else (None, 0.0)


@pytest.mark.parametrize(
    ("words", "pronoun", "entity"),
    [
        (
            "Norway expelled two diplomats on Monday. Norway also said it had closed a consulate in Bergen.",
            "it",
            "Norway",
        ),
        ("Turkey shelled the hills on Friday. Turkey has warned that it will strike again.", "it", "Turkey"),
        ("Amnesty International criticised the law. Amnesty International said they had 40 cases.", "they", "Amnesty"),
    ],
)
def test_the_one_that_is_spoken_of_is_meant(words, pronoun, entity):
    found, score = meant(words, pronoun)
    assert found and found.startswith(entity) and LEAST <= score <= 1


@pytest.mark.parametrize(
    ("words", "pronoun"),
    [
        ("He walked home in Oslo. On the way it rained.", "it"),
        ("It is late.", "It"),
        ("The workers met in Lima. Later they struck.", "they"),
    ],
)
def test_where_nothing_is_meant_nothing_is_said(words, pronoun):
    assert meant(words, pronoun) == (None, 0.0)


def test_an_even_choice_is_none():
    assert meant("Norway met Chile. It agreed. " * 40, "It") == (None, 0.0)


@pytest.mark.skipif(
    not GOLD.exists(), reason="needs the coded articles (../shared/gold), which do not come with the project"
)
def test_answers_on_coded_articles_are_mostly_right():
    rows = [json.loads(line) for line in (GOLD / "articles_dev.jsonl").read_text(encoding="utf-8").splitlines()]
    names = json.loads((GOLD / "aliases.json").read_text(encoding="utf-8"))
    same = lambda name: names.get(name, name).casefold()  # noqa: E731
    given = right = 0
    for row in rows:
        asked = {
            p["start"]: p["name"]
            for act in row["acts"]
            for p in act["actors"] + act["targets"]
            if p["words"].casefold() in ("it", "its", "they", "their", "them")
        }
        if not asked:
            continue
        document = text.read(row["text"])
        found = entities.find_mentions(document, encoder.load().encode(document))
        collectives = Collectives(document, found)
        for offset, name in asked.items():
            answer = collectives.antecedent(offset)
            given += answer is not None
            right += answer is not None and same(answer.mention.entity) == same(name.split(" (")[0])
    assert given >= 5 and right / given >= 0.6
