"""The tables under helpers/data: every row says what the finders and counters expect of it."""

import csv
from collections import defaultdict
from datetime import date
from itertools import pairwise

import pytest

from helpers import DATA
from helpers.counting.offices import day_of
from helpers.text import normalise


def rows(name):
    with (DATA / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


PEOPLE = rows("people.csv")
TITLES = rows("titles.csv")


def days(row):
    return day_of(row["since"]) or date.min, day_of(row["until"], last=True) or date.max


@pytest.mark.parametrize("path", sorted(DATA.rglob("*.csv")), ids=lambda path: path.name)
def test_every_table_has_a_header_and_no_row_is_longer(path):
    with path.open(encoding="utf-8-sig", newline="") as lines:
        header, *others = csv.reader(line for line in lines if not line.startswith("#"))
    assert all(cell.strip() for cell in header) and len(set(header)) == len(header)
    assert others and [row for row in others if len(row) > len(header)] == []


def test_every_term_of_office_has_a_beginning_before_its_end():
    assert [row for row in PEOPLE if days(row)[0] > days(row)[1]] == []


def test_every_office_acts_for_the_state_or_not():
    assert [row for row in PEOPLE if row["acts"] not in ("yes", "no") or not row["office"].strip()] == []
    acts = {(row["name"], row["office"]): row["acts"] for row in PEOPLE}
    assert acts["Joe Biden", "president"] == "yes"
    assert acts["Michelle Obama", "first lady"] == acts["Mitch McConnell", "Senate leader"] == "no"


def test_a_person_has_one_country_that_is_known():
    known = {row["name"] for row in rows("countries.csv")}
    countries = defaultdict(set)
    for row in PEOPLE:
        countries[normalise(row["name"])].add(row["country"])
    assert [name for name, found in countries.items() if len(found) > 1 or not found <= known] == []


def test_terms_of_one_person_in_one_office_do_not_overlap():
    terms = defaultdict(list)
    for row in PEOPLE:
        terms[normalise(row["name"]), row["office"]].append(days(row))
    assert [who for who, held in terms.items() for a, b in pairwise(sorted(held)) if b[0] <= a[1]] == []


def test_titles_that_act_for_a_state():
    assert {row["acts_for_state"] for row in TITLES} == {"yes", ""}
    acts = {row["words"]: row["acts_for_state"] == "yes" for row in TITLES if row["use"] != "modifier"}
    assert all(acts[word] for word in ("minister", "Minister", "foreign minister", "Gen.", "spokeswoman", "official"))
    assert not any(acts[word] for word in ("senator", "Senator", "Sen.", "Mr.", "Mr", "governor", "lawyer", "city"))
