"""The steps that link names to entities, one by one. The sentences are our own."""

import pytest

from helpers import text
from helpers.finding import entities, gazetteers, known_entities, mentions, name_keys, organisations, persons
from helpers.finding.page import Name, Page, Person, count_forms


def page_with(words, *marked, type_="PER"):
    """A page and the names marked on it, in the order of the text, with keys."""
    page, found, cursor = Page(text.read(words), gazetteers.load()), [], 0
    for mark in marked:
        start = words.index(mark, cursor)
        cursor = start + len(mark)
        found.append(Name(start, cursor, *page.tokens_in(start, cursor), type_, 1.0))
    for name in found:
        known = page.phrase_at(name.first)
        if known is not None and known[0] == name.last - name.first:
            name.entry = known[1]
    name_keys.set_keys(page, found)
    return page, found


# -- persons ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "a, b, answer",
    [
        ("anna berg", "anna berg", True),
        ("anna berg", "paul berg", False),
        ("anna berg", "a berg", True),
        ("joe berg", "joseph berg", True),
        ("anna maria berg", "anna berg", True),
        ("anna m berg", "anna p berg", False),
        ("kim soo", "soo kim", True),
        ("van dyck", "anna van dyck", True),
    ],
)
def test_two_full_names_and_one_person(a, b, answer):
    assert persons.same_person(tuple(a.split()), tuple(b.split())) is answer


@pytest.mark.parametrize(
    "words, name, gender",
    [("Mrs. Berg left.", "Berg", "f"), ("His brother Berg left.", "Berg", "m"), ("Then Berg left.", "Berg", "")],
)
def test_gender_by_title(words, name, gender):
    page, (found,) = page_with(words, name)
    assert persons.title_gender(page, found) == gender


@pytest.mark.parametrize("name, gender", [("Anna Berg", "f"), ("ANNA BERG", "f"), ("Pope Paul", "m"), ("Quorn", "")])
def test_gender_by_given_name(name, gender):
    page, (found,) = page_with(f"{name} left.", name)
    assert persons.given_gender(page, found) == gender


def test_full_names_that_agree_are_joined():
    page, found = page_with("Anna Berg met A. Berg, Paul Berg and Paul Berg Jr.", "Anna Berg", "A. Berg", "Paul Berg")
    found.append(Name(37, 49, *page.tokens_in(37, 49), "PER", 1.0))
    name_keys.set_keys(page, found)
    joined = persons.join_full_names(page, found)
    assert [len(person.names) for person in joined] == [2, 1, 1]
    assert found[1].rule == "same person as Anna Berg (first and last name agree)"


@pytest.mark.parametrize(
    "short, how, n",
    [
        ("Berg", "short form of", 2),
        ("Anna", "first name of", 1),
        ("Maria", "short form of", 1),
        ("Quorn", "short form of", 0),
    ],
)
def test_whom_short_forms_fit(short, how, n):
    page, found = page_with(f"Anna Maria Berg met Paul Berg. {short} left.", "Anna Maria Berg", "Paul Berg", short)
    fitting, reason = persons.ShortForms(persons.join_full_names(page, found)).fitting(found[-1])
    assert (len(fitting), reason) == (n, how)


def test_a_short_form_goes_to_the_subject_of_its_paragraph():
    words = "Anna Berg won.\n\nPaul Berg lost. Then Berg left."
    page, found = page_with(words, "Anna Berg", "Paul Berg", "Berg")
    joined = persons.join_full_names(page, found)
    persons.link_short_forms(page, found, joined)
    assert found[2].group is joined[1]


def test_lone_names_join_by_name_and_gender():
    _, found = page_with("Mr. Berg met Mrs. Berg. Mr. Berg left.", "Berg", "Berg", "Berg")
    for name, gender in zip(found, ("m", "f", "m"), strict=True):
        name.gender = gender
    assert [len(person.names) for person in persons.join_lone_names(found)] == [2, 1]


def test_two_persons_of_one_name_get_two_entities():
    page, found = page_with("Mr. Berg met Mrs. Berg.", "Berg", "Berg")
    known = {}
    for name, gender in zip(found, ("m", "f"), strict=True):
        person = Person({name.key}, gender=gender)
        person.add(name)
        persons.open_person(page, person, known)
    assert [entity.display for entity in known.values()] == ["Berg", "Mrs. Berg"]


@pytest.mark.parametrize("display, identifier", [("Karl J. Meier", "PER:karl meier"), ("Karl Meier", "PER:karl meier")])
def test_ids_of_persons_leave_initials_out(display, identifier):
    assert persons.person_id(page_with("")[0], display) == identifier


def test_the_longest_form_is_shown():
    page, found = page_with("BERG WINS\n\nAnna Berg won. Berg left. Berg slept.", "BERG", "Anna Berg", "Berg", "Berg")
    assert persons.longest_form(page, found) == "Anna Berg"
    assert dict(count_forms(page, found)) == {"Berg": 2.5, "Anna Berg": 1}


# -- names the tables know -------------------------------------------------------------------------------------------


def test_organs_belong_to_the_state_before_them():
    words = "The Peruvian Foreign Ministry replied. Later the Foreign Ministry closed."
    page, found = page_with(words, "Peruvian Foreign Ministry", "Foreign Ministry", type_="ORG")
    known_entities.find_states_of_organs(page, found)
    assert [(name.state, name.key) for name in found] == [("Peru", ("foreign", "ministry"))] * 2


def test_known_names_are_linked_and_acronyms_left():
    page, found = page_with("Norway and the IAEA agreed.", "Norway", "IAEA", type_="LOC")
    known = {}
    rest = known_entities.link_known(page, found, known)
    assert (list(known), rest) == (["LOC:norway"], [found[1]])
    assert found[0].rule == "table of names: Norway"


@pytest.mark.parametrize(
    "words, entity",
    [
        ("Georgia and Atlanta voted.", "Georgia (U.S. state)"),
        ("He came from Quorn, Georgia.", "Georgia (U.S. state)"),
        ("Tbilisi and Georgia voted.", "Georgia"),
    ],
)
def test_which_georgia(words, entity):
    page, (name,) = page_with(words, "Georgia", type_="LOC")
    known_entities.link_known(page, [name], {})
    assert name.link.display == entity


# -- organisations ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words, long, meant",
    [
        ("The Orla Fishing Board (OFB) met. OFB left.", "Orla Fishing Board", "acronym given in brackets for"),
        ("The Orla Fishing Board met. OFB left.", "Orla Fishing Board", "initials of"),
        ("The OFB (Orla Fishing Board) met.", "Orla Fishing Board", "acronym given in brackets for"),
        ("The Orla Fishing Board met. QRS left.", "Orla Fishing Board", None),
    ],
)
def test_what_acronyms_mean(words, long, meant):
    acronym = "QRS" if meant is None else "OFB"
    order = sorted((long, acronym), key=words.index)
    page, found = page_with(words, *order, type_="ORG")
    short = found[order.index(acronym)]
    result = organisations.Acronyms(page, found).meaning(short)
    assert (result and result[1]) == meant


@pytest.mark.parametrize(
    "form, short, kind",
    [
        ("orla motors", "orla", "ORG"),
        ("evening orla journal", "journal", "ORG"),
        ("university of orla", "orla", "ORG OF"),
    ],
)
def test_short_forms_of_organisations(form, short, kind):
    assert ((short,), kind) in organisations.organisation_short_forms(tuple(form.split()), "ORG")


def test_a_head_alone_is_no_short_form():
    forms = organisations.organisation_short_forms(("university", "of", "orla"), "ORG")
    assert ("university",) not in [form for form, _ in forms]


def test_short_forms_of_places():
    assert organisations.place_short_forms(("lake", "orla"), "LOC") == [(("orla",), "LOC")]
    assert organisations.place_short_forms(("orla", "castle"), "LOC") == [(("orla",), "LOC")]
    assert organisations.place_short_forms(("orla", "island"), "LOC") == []


def test_groups_of_one_display_are_one_entity():
    page, found = page_with("Orla Board met. ORLA BOARD", "Orla Board", "ORLA BOARD", type_="ORG")
    groups, known = organisations.Groups(), {}
    for name in found:
        name.link = groups.of(name)
    organisations.open_groups(page, found, known)
    assert list(known) == ["ORG:orla board"]


def test_one_states_organ_shows_its_state():
    page, (name,) = page_with("The Foreign Ministry closed.", "Foreign Ministry", type_="ORG")
    name.state = "Chile"
    entity = organisations.Groups().of(name)
    assert organisations.group_display(page, [name], entity) == "Foreign Ministry (Chile)"


# -- metonyms and look-ups -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words, seat, type_, stands",
    [
        ("Moscow agreed.", "Moscow", "LOC", True),
        ("He lives in Moscow.", "Moscow", "LOC", False),
        ("They flew to Moscow.", "Moscow", "LOC", False),
        ("MOSCOW (Agency) - Rain fell.", "MOSCOW", "LOC", False),
        ("The Kremlin agreed.", "Kremlin", "ORG", True),
        ("A Kremlin spokesman left.", "Kremlin", "ORG", False),
        ("The Kremlin press corps left.", "Kremlin", "ORG", True),
    ],
)
def test_what_stands_for_a_state(words, seat, type_, stands):
    page, (name,) = page_with(words, seat, type_=type_)
    assert entities.stands_for_state(page, name) is stands


def mention(words, form, type_, kind="named"):
    start = words.index(form)
    return mentions.Mention(start, start + len(form), form, type_, kind, f"{type_}:x", form, None, "", 1.0)


def test_resolve_prefers_the_person_to_whom_the_span_belongs():
    words = "Berg's spokesman Paul Orr and Oslo"
    found = [mention(words, "Berg", "PER"), mention(words, "Paul Orr", "PER"), mention(words, "Oslo", "LOC")]
    document = text.read(words)
    assert mentions.resolve(found, 0, 25, document=document).text == "Paul Orr"
    assert mentions.resolve(found, 0, len(words), types={"LOC"}).text == "Oslo"
    assert mentions.resolve(found, 10, 12) is None


def test_overlapping():
    words = "Norway met Chile in Bern."
    found = [mention(words, form, "LOC") for form in ("Norway", "Chile", "Bern")]
    assert [m.text for m in mentions.overlapping(found, 8, 16)] == ["Chile"]
