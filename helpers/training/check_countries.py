"""Compare countries.csv with two independent sources. Not needed to run anything; for whoever edits the table.

    pip install babel countryinfo
    python helpers/training/check_countries.py

Prints what the sources know and the table lacks: territories without a row, English names and capitals that lead to
no entry or another one.
Unicode CLDR (package `babel`) names territories by ISO code; `countryinfo` carries names, demonyms and capitals (only
its raw fields are used).
Differences are for a person to judge: both sources have errors ("U.S." leads to the Virgin Islands in one of them).
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from helpers.finding import gazetteers  # noqa: E402


def _known(table, words, form="name"):
    tokens = gazetteers.tokens_of(words)
    entry = (
        next((entry for known, entry in table.phrases.get(tokens[0], ()) if known == tokens), None) if tokens else None
    )
    return entry.name if entry is not None and (form != "demonym" or entry.form == "demonym") else None


def check_babel(table, codes):
    from babel import Locale

    for code, name in sorted(Locale("en").territories.items()):
        if len(code) != 2 or not code.isalpha():
            continue
        if code not in codes:
            print(f"no row for {code} {name}")
        elif _known(table, name.replace(" SAR China", "")) != codes[code]:
            print(f"{codes[code]}: the name {name!r} leads to {_known(table, name)}")


def check_countryinfo(table, codes):
    from countryinfo import CountryInfo

    for info in CountryInfo("France").all().values():
        row = codes.get(info.get("ISO", {}).get("alpha2", "").upper())
        if row is None:
            continue
        for field, form in (("name", "name"), ("capital", "name"), ("demonym", "demonym")):
            words = info.get(field) or ""
            words = words[0] if isinstance(words, list) else words
            found = _known(table, words, form) if words else row
            entry = table.names.get(gazetteers.normalise(words)) if field == "capital" else None
            if found != row and (entry is None or entry.country != row):
                print(f"{row}: {field} {words!r} leads to {found}")


if __name__ == "__main__":
    tables = gazetteers.load()
    rows = {row["code"]: row["name"] for row in gazetteers.rows_of(gazetteers.DATA / "countries.csv") if row["code"]}
    check_babel(tables, rows)
    check_countryinfo(tables, rows)
