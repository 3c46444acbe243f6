"""The steps that find names, one by one. The sentences are our own."""

import pytest

from helpers import text
from helpers.finding import gazetteers, name_keys, name_spans, names
from helpers.finding.page import Name, Page, is_acronym, prominence


def page_of(words):
    return Page(text.read(words), gazetteers.load())


def name_in(page, words, type_="PER", score=1.0):
    start = page.text.index(words)
    return Name(start, start + len(words), *page.tokens_in(start, start + len(words)), type_, score)


def words_of(page, first, last):
    return page.text[page.starts[first] : page.ends[last - 1]]


# -- the encoder's spans ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "span, type_, name, title",
    [
        ("the Harbour Institute", "ORG", "Harbour Institute", ""),
        ("libertarian Harbour Institute", "ORG", "Harbour Institute", ""),
        ("Harbour University department", "ORG", "Harbour University", ""),
        ("Senator Maria Lopez", "PER", "Maria Lopez", "Senator"),
        ("Secretary of State Maria Lopez", "PER", "Maria Lopez", "Secretary of State"),
        ("Maria Lopez's", "PER", "Maria Lopez", ""),
        ("Pope Anselm", "PER", "Pope Anselm", ""),
        ("Maria she", "PER", "Maria", ""),
    ],
)
def test_what_stands_around_a_name(span, type_, name, title):
    page = page_of(span)
    first, last, found = name_spans.trimmed(page, 0, len(page.words), type_)
    assert (words_of(page, first, last), found) == (name, title)


@pytest.mark.parametrize(
    "words, span, type_, answer",
    [
        ("Senators left.", "Senators", "PER", True),
        ("Mayor Karl Meier left.", "Mayor", "PER", True),
        ("Dr. Meier left.", "Dr", "PER", True),
        ("He pays in A$ here.", "A", "ORG", True),
        ("Rain fell. It was cold rain.", "Rain", "ORG", True),
        ("In 2020 he left.", "2020", "PER", True),
        ("Berg left.", "Berg", "PER", False),
        ("the Norwegian way", "the", "MISC", True),
    ],
)
def test_what_is_no_name(words, span, type_, answer):
    page = page_of(words)
    name = name_in(page, span)
    assert name_spans.is_no_name(page, name.first, name.last, type_) is answer


@pytest.mark.parametrize(
    "span, type_, parts",
    [
        ("Russian President Karl Meier", "PER", [("Russian", "LOC"), ("President Karl Meier", "PER")]),
        ("Chile-Peru", "MISC", [("Chile", "LOC"), ("Peru", "LOC")]),
        ("Nairobi-based", "MISC", [("Nairobi", "LOC")]),
        ("Anna Berg and Karl Meier", "PER", [("Anna Berg", "PER"), ("Karl Meier", "PER")]),
        ("D-Calif", "ORG", [("Calif", "LOC")]),
        ("Harbour Institute", "ORG", [("Harbour Institute", "ORG")]),
    ],
)
def test_spans_that_hold_more_than_one_name(span, type_, parts):
    page = page_of(span)
    found = name_spans.pieces(page, 0, len(page.words), type_)
    assert [(words_of(page, first, last), kind) for first, last, kind in found] == parts


@pytest.mark.parametrize(
    "words, marked, whole",
    [
        ("Karl J. Meier left.", [("Karl", "PER"), ("J. Meier", "PER")], ["Karl J. Meier"]),
        ("University of Orla opened.", [("University", "ORG"), ("Orla", "LOC")], ["University of Orla"]),
        ("Anna Berg left.", [("Berg", "PER")], ["Anna Berg"]),
        ("Anna Quorn left. Quorn won. Paul Quorn lost.", [("Anna Quorn", "PER")], ["Anna Quorn"]),
    ],
)
def test_names_that_the_model_cut(words, marked, whole):
    page = page_of(words)
    found = name_spans.whole_names(page, [name_in(page, *mark) for mark in marked])
    assert [page.text[name.start : name.end] for name in found] == whole


# -- names the tables know -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words, form, answer",
    [
        ("Norway agreed.", "Norway", True),
        ("She wrote it in Norwegian.", "Norwegian", False),
        ("The French language is old.", "French", False),
        ("It cost US$ 10.", "US", False),
        ("They took US 101 north.", "US", False),
        ("TRUST US, SAYS MAYOR", "US", False),
        ("He saw Oslo Creek.", "Oslo", False),
        ("They beat the Harbour Canadians.", "Canadians", False),
    ],
)
def test_table_names_the_model_did_not_mark(words, form, answer):
    page = page_of(words)
    first, last, entry = next(hit for hit in names.table_hits(page) if words_of(page, *hit[:2]) == form)
    assert names.may_add(page, first, last, entry) is answer


def test_units_are_one_name():
    page = page_of("The 82nd Airborne Division left.")
    (name,) = names.add_units(page, [name_in(page, "Airborne", "ORG")])
    assert (page.text[name.start : name.end], name.rule) == ("82nd Airborne Division", "numbered unit")


def test_a_table_name_takes_the_place_of_what_lies_inside_it():
    page = page_of("The Bank of England agreed.")
    found = names.join_known(page, [name_in(page, "England", "LOC")], names.table_hits(page))
    assert [(page.text[n.start : n.end], n.entry.name) for n in found] == [("Bank of England", "Bank of England")]


# -- names that stand elsewhere too ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words, found",
    [
        ("Anna Quorn spoke. Then Quorn left.", ["Anna Quorn", "Quorn"]),
        ("Anna Quorn spoke. Then Quorn Valley flooded.", ["Anna Quorn"]),
        ("Anna Quorn spoke. Then Paul Quorn left.", ["Anna Quorn", "Paul Quorn"]),
    ],
)
def test_names_are_carried(words, found):
    page = page_of(words)
    carried = names.carry(page, [name_in(page, "Anna Quorn")])
    assert [page.text[name.start : name.end] for name in carried] == found


@pytest.mark.parametrize(
    "words, found",
    [
        ("The Orla Fishing Board (OFB) met. OFB boats left.", ["Orla Fishing Board", "OFB", "OFB"]),
        ("The Orla Fishing Board met. The Board agreed.", ["Orla Fishing Board", "Board"]),
        ("The Orla Fishing Board met. The Board Room burned.", ["Orla Fishing Board"]),
    ],
)
def test_short_forms_are_added(words, found):
    page = page_of(words)
    added = names.add_short_forms(page, [name_in(page, "Orla Fishing Board", "ORG")])
    assert [page.text[name.start : name.end] for name in added] == found


# -- keys and types --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words, type_, key",
    [
        ("Paul Orr Jr.", "PER", ("paul", "orr")),
        ("Sean O'Reilly", "PER", ("sean", "o'reilly")),
        ("Pope Anselm", "PER", ("anselm",)),
        ("Orla Motors Inc.", "ORG", ("orla", "motors")),
    ],
)
def test_keys(words, type_, key):
    page = page_of(words)
    name = name_in(page, words.rstrip("."), type_)
    name_keys.set_keys(page, [name])
    assert name.key == key


def test_a_state_and_its_organ_are_the_organ():
    page = page_of("The US Treasury Department agreed.")
    name = name_in(page, "US Treasury Department", "ORG")
    name_keys.set_keys(page, [name])
    assert name.entry is not None and name.entry.country == "United States"


def test_mentions_with_the_same_words_have_one_type():
    page = page_of("Quorn won. Quorn lost. Quorn fell.")
    found = [Name(start, start + 5, *page.tokens_in(start, start + 5), "ORG", 0.9) for start in (0, 11, 23)]
    found[1].type, found[1].score = "LOC", 0.4
    name_keys.set_keys(page, found)
    name_keys.settle_types(page, found)
    assert [name.type for name in found] == ["ORG"] * 3


def test_the_last_name_of_somebody_is_no_place():
    page = page_of("Anna Lima spoke. Lima left.")
    full, short = name_in(page, "Anna Lima"), Name(17, 21, 3, 4, "LOC", 0.6)
    short.entry = page.phrase_at(3)[1]
    name_keys.set_keys(page, [full, short])
    name_keys.settle_types(page, [full, short])
    assert (short.type, short.entry) == ("PER", None)


# -- the page --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word, answer", [("NATO", True), ("U.S.", True), ("MoD", True), ("Oslo", False), ("A", False)])
def test_acronyms(word, answer):
    assert is_acronym(word) is answer


@pytest.mark.parametrize(
    "words, value",
    [("Berg left.", 1.0), ("Then Berg said so.", 0.9), ("It is Berg's boat.", 0.3), ("A talk with Berg.", 0.1)],
)
def test_prominence(words, value):
    page = page_of(words)
    name = name_in(page, "Berg")
    assert prominence(page, name.first, name) == value
