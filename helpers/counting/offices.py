"""Who held which office when, as `data/people.csv` says: whom a leader acts for on the day of an article."""

import csv
import functools
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from helpers import DATA
from helpers.text import entity_id


class Office(NamedTuple):
    """An office that acts for a state: the state, first and last day (None: open)."""

    state_id: str
    state: str
    since: date | None
    until: date | None


@functools.cache
def load(path: Path = DATA / "people.csv") -> Mapping[str, list[Office]]:
    """Return {entity_id of a person: offices} of the table's rows with `acts` = yes; dates are a year, a month or a
    day.

    Raises ValueError, naming file, line and date, when a date cannot be read.
    """
    offices: dict[str, list[Office]] = {}
    with path.open(encoding="utf-8", newline="") as lines:
        for number, row in enumerate(csv.DictReader(lines), start=2):
            if (row.get("acts") or "").strip() != "yes":
                continue
            try:
                days = day_of(row.get("since") or ""), day_of(row.get("until") or "", last=True)
            except ValueError as error:
                raise ValueError(f"{path.name}, line {number}: {error}") from None
            person = entity_id("PER", row["name"])
            offices.setdefault(person, []).append(Office(entity_id("LOC", row["country"]), row["country"], *days))
    return offices


def day_of(words: str, *, last: bool = False) -> date | None:
    """Return the first (or `last`) day of "2017", "2017-01" or "2017-01-20"; None for "". Raises ValueError for another
    form.
    """
    if not words.strip():
        return None
    try:
        period = pd.Period(words.strip())
    except ValueError:
        raise ValueError(f"{words!r} is no year, month or day such as 2017, 2017-01 or 2017-01-20") from None
    return (period.end_time if last else period.start_time).date()


def held_on(offices: Mapping[str, list[Office]], person: str, day: date) -> tuple[str, str] | None:
    """Return (entity_id, name) of the state a person acted for on a day, None when the table knows no office then."""
    held = [
        office
        for office in offices.get(person, ())
        if (office.since is None or office.since <= day) and (office.until is None or day <= office.until)
    ]
    latest = max(held, key=lambda office: office.since or date.min, default=None)
    return latest and (latest.state_id, latest.state)
