"""The steps that link pronouns and descriptions, one by one. The sentences are our own."""

import pytest

from helpers import text
from helpers.finding import descriptions, gazetteers, references, salience
from helpers.finding.page import Entity, Name, Page


def reading(words, *marked):
    """A page, its names in the order of the text, each linked to an entity of its own words; marked: (name, type)."""
    page, names, entities = Page(text.read(words), gazetteers.load()), [], {}
    for mark, type_ in marked:
        start = words.index(mark, names[-1].end if names else 0)
        name = Name(start, start + len(mark), *page.tokens_in(start, start + len(mark)), type_, 1.0)
        key = f"{type_}:{mark.lower()}"
        name.link = entities.setdefault(key, Entity(type_, mark, tuple(mark.lower().split()), start, "", key))
        names.append(name)
    return page, names, entities


def linked(words, *marked, genders=()):
    """{words: display} of the references found."""
    page, names, entities = reading(words, *marked)
    for name, gender in zip(names, genders, strict=False):
        name.link.gender = gender
    found = references.link_references(page, names, entities)
    return {words[r.start : r.end]: r.entity.display for r in found}


# -- titles ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "title",
    ["President", "Deputy Foreign Minister", "Secretary of State", "press secretary", ""],
)
def test_where_a_title_begins(title):
    page, (name,), _ = reading(f"Then {title} Anna Berg spoke.".replace("  ", " "), ("Anna Berg", "PER"))
    first = descriptions.title_start(page, name)
    assert page.words[first : name.first] == title.split()


def test_titles_teach_role_country_and_description():
    page, names, _ = reading("Oslo press secretary Anna Berg spoke.", ("Oslo", "LOC"), ("Anna Berg", "PER"))
    names[0].link.country = "Norway"
    (found,) = descriptions.introduce_titles(page, names)
    assert page.text[found.start : found.end] == "Oslo press secretary"
    assert "secretary" in names[1].link.roles and names[1].link.country == "Norway"


# -- descriptions ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words, noun, phrase",
    [
        ("A senior defense official spoke.", "official", "A senior defense official"),
        ("The minister spoke.", "minister", "The minister"),
        ("He saw officials.", "officials", None),
        ("The defense minister spokesman left.", "minister", None),
    ],
)
def test_where_a_description_stands(words, noun, phrase):
    page, _, _ = reading(words)
    found = descriptions.phrase_at(page, page.words.index(noun), {})
    assert (found and page.text[page.starts[found.start] : page.ends[found.last]]) == phrase


@pytest.mark.parametrize(
    "words, description, entity",
    [
        ("Anna Berg, the minister, left.", "the minister", "Anna Berg"),
        ("The minister, Anna Berg, left.", "The minister", "Anna Berg"),
        ("Minister Anna Berg left. The minister slept.", "The minister", "Anna Berg"),
        ("A senior official left.", "A senior official", "(unnamed senior official)"),
        ("The official left.", "The official", None),
        ("A man left.", "A man", None),
    ],
)
def test_whom_a_description_means(words, description, entity):
    marked = [("Anna Berg", "PER")] if "Anna" in words else []
    assert linked(words, *marked).get(description) == entity


@pytest.mark.parametrize(
    "kind, type_, words, thing",
    [
        ("country", "LOC", "Quorn agreed. The country slept.", "The country"),
        ("city", "LOC", "Quorn agreed. The port city slept.", "The port city"),
        ("alliance", "ORG", "Quorn agreed. Then it rained. It poured. It froze. The alliance slept.", "The alliance"),
        ("", "ORG", "Quorn agreed. The company slept.", "The company"),
    ],
)
def test_the_last_thing_named(kind, type_, words, thing):
    page, names, entities = reading(words, ("Quorn", type_))
    names[0].link.kind = kind
    found = references.link_references(page, names, entities)
    assert [(words[r.start : r.end], r.entity.display) for r in found] == [(thing, "Quorn")]


def test_a_country_named_long_ago_is_not_the_country():
    page, names, entities = reading(
        "Quorn agreed. It rained. It poured. It froze. The country slept.", ("Quorn", "LOC")
    )
    names[0].link.kind = "country"
    assert references.link_references(page, names, entities) == []


# -- pronouns --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words, form",
    [
        ("She left.", "subject"),
        ("They saw her and left.", "object"),
        ("They saw her boat.", "owner"),
        ("him", "object"),
    ],
)
def test_forms_of_pronouns(words, form):
    page, _, _ = reading(words)
    event = next(e for e in references.events_of(page, [], {}, []) if e.sort == references.PRONOUN)
    assert references.form_of(page, event) == form


def test_pronouns_keep_to_gender():
    found = linked("Berg met Hale. She smiled.", ("Berg", "PER"), ("Hale", "PER"), genders=("f", "m"))
    assert found == {"She": "Berg"}


def test_him_is_not_the_one_who_tells():
    words = "Hale, who came early, saw that Berg told him."
    found = linked(words, ("Hale", "PER"), ("Berg", "PER"), genders=("m", "m"))
    assert found == {"him": "Hale"}


def test_a_pronoun_before_its_name():
    assert linked("In his speech, Hale smiled.", ("Hale", "PER")) == {"his": "Hale"}


def test_they_after_an_unnamed_speaker():
    found = linked("A senior official spoke. They added that it rained.")
    assert found["They"] == "(unnamed senior official)"
    assert "They" not in linked("A senior official met Berg. They added it.", ("Berg", "PER"))


def test_who_opens_a_sentence_is_more_present():
    page, names, _ = reading("Hale met with Orr. Later he slept.", ("Hale", "PER"), ("Orr", "PER"))
    memory = salience.Memory(page, names)
    for name in names:
        memory.meet(name)
    assert salience.most_salient(memory, page.words.index("he"), "m", "subject").display == "Hale"
