"""The tables of names that `entities` looks things up in: countries, places, organisations, titles, given names.

All of it is data under `helpers/data/*.csv` (described in `helpers/data/README.md`); a user adds names with a CSV of
their own (`load(extra=path)`). Loading takes some milliseconds and happens once in a process.
"""

import functools
import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from helpers import DATA, resolve
from helpers.finding.features import WORD
from helpers.text import entity_id, normalise, rows_of, word_list

# What may stand between two tokens of one name.
GAP = re.compile(r"(?:\.?,?\s{0,2}|[-‑–'’/&.]| & |\.-|\.’)\Z")

# Names that are also everyday words, persons or other places: linked when the model sees a name, never added without
# it.
UNSAFE = word_list("unsafe names")


class Entry(NamedTuple):
    """What a table knows about one form of a name.

    name: display name of the entity. type: PER ORG LOC MISC. kind: country, region, city, capital, state, seat,
    alliance, outlet, party, company, agency …. form: name, acronym or demonym. country: name of the state it belongs to
    ("" unknown). metonym_of: name of the state it may stand for. safe: may be added where the model saw no name.
    generic: many countries have one ("Senate").
    """

    name: str
    type: str
    kind: str
    form: str
    country: str
    metonym_of: str
    safe: bool
    generic: bool
    id: str


class Gazetteer(NamedTuple):
    """Tables compiled for look-up.

    phrases: first token -> [(tokens, Entry)], longest first. names: normalised display name -> Entry. people:
    normalised name -> (country, office).
    surnames: last name -> country (only where one leader has it). given: given name -> "m", "f" or "" (either). titles:
    word -> (use, gender). postal: US postal code -> Entry.
    roles: noun -> (gender, what it refers to). relations: word -> gender.
    """

    phrases: dict[str, list[tuple[tuple[str, ...], Entry]]]
    names: dict[str, Entry]
    people: dict[str, tuple[str, str]]
    surnames: dict[str, str]
    given: dict[str, str]
    titles: dict[str, tuple[str, str]]
    roles: dict[str, tuple[str, str]]
    relations: dict[str, str]
    postal: dict[str, Entry]


def _many(cell: str | None) -> list[str]:
    return [part.strip() for part in (cell or "").split(";") if part.strip()]


def tokens_in(text: str) -> list[tuple[int, int]]:
    """Where the tokens are that names are made of: the encoder's words without punctuation."""
    return [match.span() for match in WORD.finditer(text) if text[match.start()].isalnum()]


def tokens_of(name: str) -> tuple[str, ...]:
    """The tokens of a name, as `entities` compares them."""
    return tuple(name[start:end] for start, end in tokens_in(name))


class _Builder:
    def __init__(self) -> None:
        self.phrases: dict[str, dict[tuple[str, ...], Entry]] = {}
        self.names: dict[str, Entry] = {}

    def add(
        self,
        form_text: str,
        name: str,
        type_: str,
        kind: str,
        form: str = "name",
        *,
        country: str = "",
        metonym_of: str = "",
        generic: bool = False,
        safe: bool | None = None,
    ) -> None:
        tokens = tokens_of(form_text)
        if not tokens:
            return
        if safe is None:
            vague = generic and kind in ("outlet", "party")
            safe = not vague and (
                len(tokens) > 1
                or form_text not in UNSAFE
                and (len(form_text) > 2 or form_text in ("UN", "EU", "UK", "US"))
            )
        entry = Entry(name, type_, kind, form, country, metonym_of, safe, generic, entity_id(type_, name))
        self._register(tokens, entry)
        if (type_ == "LOC" or len(tokens) > 1) and len(form_text) > 3 and not form_text.isupper():
            self._register(tuple(token.upper() for token in tokens), entry)
        if form != "demonym":
            self.names.setdefault(normalise(form_text), entry)

    def _register(self, tokens: tuple[str, ...], entry: Entry) -> None:
        known = self.phrases.setdefault(tokens[0], {})
        known.setdefault(tokens, entry)

    def finished(self) -> dict[str, list[tuple[tuple[str, ...], Entry]]]:
        return {first: sorted(known.items(), key=lambda item: -len(item[0])) for first, known in self.phrases.items()}


def _add_countries(builder: _Builder) -> None:
    for row in rows_of(DATA / "countries.csv"):
        name = row["name"]
        for form in [name, *_many(row["variants"])]:
            builder.add(form, name, "LOC", "country", country=name)
        for form in _many(row["demonyms"]):
            builder.add(form, name, "LOC", "country", "demonym", country=name)
    for row in rows_of(DATA / "countries.csv"):
        for city in (row["capital"] or "").split("|"):
            forms = _many(city)
            for form in forms:
                builder.add(form, forms[0], "LOC", "capital", country=row["name"], metonym_of=row["name"])


def _add_places(builder: _Builder) -> None:
    for row in rows_of(DATA / "places.csv"):
        for form in [row["name"], *_many(row["variants"])]:
            builder.add(form, row["name"], "LOC", row["kind"], country=row["country"])
        for form in _many(row["demonyms"]):
            builder.add(form, row["name"], "LOC", row["kind"], "demonym", country=row["country"])
    for row in rows_of(DATA / "us_states.csv"):
        for form in [row["name"], *_many(row["ap"])]:
            builder.add(
                form,
                row["name"],
                "LOC",
                "state",
                country="United States",
                safe=form == row["name"] and form not in UNSAFE,
            )
        for form in _many(row["demonyms"]):
            builder.add(form, row["name"], "LOC", "state", "demonym", country="United States")


def _add_organisations(builder: _Builder, rows: Iterable[dict[str, str]]) -> None:
    for row in rows:
        kind, country = row.get("kind") or "organisation", row.get("country") or ""
        add = functools.partial(
            builder.add,
            name=row["name"],
            type_=(row.get("type") or "ORG").upper(),
            kind=kind,
            country=country,
            metonym_of=country if kind == "seat" else "",
            generic=row.get("generic") == "yes",
        )
        for form in [row["name"], *_many(row.get("variants"))]:
            add(form)
        for form in _many(row.get("acronyms")):
            add(form, form="acronym")
        for form in _many(row.get("demonyms")):
            add(form, form="demonym", safe=False)


def _add_seats(builder: _Builder) -> None:
    for row in rows_of(DATA / "countries.csv"):
        for seat in _many(row["seats"]):
            builder.add(seat, seat, "ORG", "seat", country=row["name"], metonym_of=row["name"])


def _add_compounds(builder: _Builder) -> None:
    """Longer names that would otherwise be read as the country inside them."""
    for text in word_list("compound names"):
        if tokens_of(text) not in {t for t, _ in builder.phrases.get(tokens_of(text)[0], {}).items()}:
            builder._register(
                tokens_of(text), Entry(text, "MISC", "people", "name", "", "", False, False, entity_id("MISC", text))
            )


def load(extra: str | Path | None = None) -> Gazetteer:
    """The compiled tables; `extra` is the path of a user's CSV with columns name, type, variants, acronyms, demonyms,
    country, kind.

    A user's row wins over ours. Raises FileNotFoundError, or ValueError in one sentence when a row has no name or a
    type is unknown.
    """
    if not extra:
        return _load(None, 0)
    file = resolve(extra)
    if not file.is_file():
        raise FileNotFoundError(f"There is no file of names {file}.")
    return _load(file, file.stat().st_mtime_ns)


@functools.lru_cache(maxsize=8)
def _load(extra: Path | None, _changed: int) -> Gazetteer:
    builder = _Builder()
    if extra:
        _add_organisations(builder, _checked(extra))
    _add_countries(builder)
    _add_places(builder)
    _add_organisations(builder, rows_of(DATA / "organisations.csv"))
    _add_seats(builder)
    _add_compounds(builder)
    people, surnames = _people()
    titles, roles = _titles()
    return Gazetteer(
        phrases=builder.finished(),
        names=builder.names,
        people=people,
        surnames=surnames,
        given={row["name"]: row["gender"] for row in rows_of(DATA / "given_names.csv")},
        titles=titles,
        roles=roles,
        relations={row["word"]: row["gender"] for row in rows_of(DATA / "relations.csv")},
        postal=_postal(),
    )


def _checked(path: Path) -> list[dict[str, str]]:
    """The rows of a user's table; ValueError in one sentence for what is no row of one."""
    rows = list(rows_of(path))
    for number, row in enumerate(rows, start=2):
        if not (row.get("name") or "").strip():
            raise ValueError(
                f"{path}, line {number}: every row needs a name; the first line names the columns name, type, "
                "variants, acronyms, demonyms, country, kind"
            )
        if (row.get("type") or "ORG").upper() not in ("PER", "ORG", "LOC", "MISC"):
            raise ValueError(f"{path}, line {number}: type {row['type']!r} is none of PER, ORG, LOC, MISC")
    return rows


def _people() -> tuple[dict[str, tuple[str, str]], dict[str, str]]:
    """Name -> (country, office); last name -> country, where only one has it."""
    people: dict[str, tuple[str, str]] = {}
    surnames: dict[str, set[str]] = {}
    for row in rows_of(DATA / "people.csv"):
        key = normalise(row["name"])
        people[key] = (row["country"], row["office"])
        surnames.setdefault(key.split()[-1], set()).add(row["country"])
    return people, {name: min(states) for name, states in surnames.items() if len(states) == 1}


def _titles() -> tuple[dict[str, tuple[str, str]], dict[str, tuple[str, str]]]:
    """Title, also in capitals -> (use, gender); noun for a role -> (gender, what it refers to)."""
    titles: dict[str, tuple[str, str]] = {}
    roles: dict[str, tuple[str, str]] = {}
    for row in rows_of(DATA / "titles.csv"):
        if row["use"] == "role":
            roles[row["words"]] = (row["gender"], row["refers_to"])
        else:
            titles.setdefault(row["words"].rstrip("."), (row["use"], row["gender"]))
    for word in list(titles):
        titles.setdefault(word.upper(), titles[word])
    return titles, roles


def _postal() -> dict[str, Entry]:
    """Postal code of a state of the United States -> its entry."""
    return {
        row["postal"]: Entry(
            row["name"], "LOC", "state", "name", "United States", "", False, False, entity_id("LOC", row["name"])
        )
        for row in rows_of(DATA / "us_states.csv")
    }
