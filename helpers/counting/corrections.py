"""The analyst's own edits of entities, applied last, so that they survive every rerun.

A corrections file is a CSV (comma or semicolon) with the columns ``action, entity, words, article, target``; lines that
start with # are notes. `entity` is an entity_id ("PER:joe biden") or a name as shown ("Joe Biden").

=======  ===============================================================================================================
merge    every mention of `entity` becomes one of `target`
split    the mentions of `entity` with these `words` (and in this `article`, when given) become mentions of `target`
rename   `entity` is shown as `target`; its entity_id stays
ignore   `entity` (or only its mentions with these `words`, in this `article`) is left out
retype   `entity` gets the type `target`: PER, ORG, LOC or MISC
keep     `entity`, a bare surname, does not count for the full name that dominates it (see `surnames`)
=======  ===============================================================================================================

Participants of acts that are no known entity are corrected by the identifier that charts give them
("words:protesters"). Lines apply from top to bottom; a later line sees what earlier ones made; who acts towards whom is
then written anew. Everything is frame in, frame out.
"""

import csv
import difflib
import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import pandas as pd

from helpers import resolve
from helpers.counting import surnames
from helpers.scheme import display_of
from helpers.text import entity_id, normalise

ACTIONS = ("merge", "split", "rename", "ignore", "retype", "keep")
COLUMNS = ("action", "entity", "words", "article", "target")
TYPES = ("PER", "ORG", "LOC", "MISC")
# Columns that hold an entity in the other tables: (identifier, name).
PLACES = {
    "statements": [("speaker_id", "speaker")],
    "stances": [("target_id", "target")],
    "acts": [("speaker_id", "speaker")],
    "participants": [("acts_for_id", "acts_for"), ("entity_id", "entity")],
}
UNKNOWN = "words:"  # of a participant that is no known entity


Frames = dict[str, pd.DataFrame]  # by table name
FoundIn = TypeVar("FoundIn", bound=Any)  # a NamedTuple that has the tables as fields
Spans = set[tuple[str, int]]  # (article_id, start) of mentions


class Correction(NamedTuple):
    """One line of a corrections file; `line` is its number in the file, empty cells are ""."""

    line: int
    action: str
    entity: str
    words: str
    article: str
    target: str


def load(path: str | Path | None) -> list[Correction]:
    """The corrections in a file, in order; none for "" or None.

    Raises FileNotFoundError when there is no such file and ValueError, in one sentence that names file, line and
    remedy, when a line cannot be used.
    """
    if not path:
        return []
    file = resolve(path)
    if not file.is_file():
        raise FileNotFoundError(f"There is no corrections file {file}; give the path of a CSV file, or nothing.")
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError(f'{path} is not UTF-8; save it as "CSV UTF-8".') from None
    lines = [("" if line.lstrip().startswith("#") else line) for line in text.splitlines()]
    first = next((i for i, line in enumerate(lines) if line.strip()), None)
    if first is None:
        return []
    delimiter = ";" if lines[first].count(";") > lines[first].count(",") else ","
    header = [name.strip().casefold() for name in lines[first].split(delimiter)]
    missing = [name for name in ("action", "entity") if name not in header]
    if missing:
        raise ValueError(
            f"{path}, line {first + 1}: the column {missing[0]} is missing; the first line must be {','.join(COLUMNS)}."
        )
    numbered = enumerate(lines[first + 1 :], start=first + 2)
    return [_read_line(path, number, line, header, delimiter) for number, line in numbered if line.strip(" ,;\t")]


def _read_line(path: str | Path, number: int, line: str, header: list[str], delimiter: str) -> Correction:
    cells = next(csv.reader(io.StringIO(line), delimiter=delimiter, skipinitialspace=True))
    if len(cells) > len(header):
        what = "comma" if delimiter == "," else "semicolon"
        raise ValueError(
            f"{path}, line {number}: {len(cells)} values for {len(header)} columns; put values that contain a {what} "
            "in double quotes."
        )
    row = dict(zip(header, (cell.strip() for cell in cells), strict=False))
    action = row.get("action", "").casefold()
    return _checked(path, Correction(number, action, *(row.get(name, "") for name in COLUMNS[1:])))


def _checked(path: str | Path, line: Correction) -> Correction:
    where = f"{path}, line {line.line}: "
    if line.action not in ACTIONS:
        near = difflib.get_close_matches(line.action, ACTIONS, n=1)
        raise ValueError(
            where
            + f"the action {line.action!r} is none of {', '.join(ACTIONS)}"
            + (f"; did you mean {near[0]}?" if near else ".")
        )
    if not line.entity:
        raise ValueError(where + f"{line.action} needs an entity: its entity_id or its name as shown.")
    if line.action not in ("ignore", "keep") and not line.target:
        raise ValueError(
            where
            + f"{line.action} needs a target: "
            + {"retype": "PER, ORG, LOC or MISC.", "rename": "the name to show."}.get(
                line.action, "an entity_id or a name."
            )
        )
    if line.action == "retype" and line.target.upper() not in TYPES:
        raise ValueError(where + f"the type {line.target!r} is none of PER, ORG, LOC, MISC.")
    if line.action == "split" and not line.words and not line.article:
        raise ValueError(where + "split needs words or an article, or it would be a merge.")
    if line.action in ("merge", "rename", "retype", "keep") and (line.words or line.article):
        raise ValueError(where + f"{line.action} takes no words and no article; use split for some of the mentions.")
    return line


def apply(found: FoundIn, path: str | Path | None, *, join_surnames: bool = True) -> FoundIn:
    """Everything found in a corpus (`annotate.load(…)`, or any NamedTuple with these frames), with bare surnames
    counted for the full names that dominate them (`surnames`) and then the corrections of a file applied to every
    table.
    """
    lines = load(path)
    if join_surnames:
        found = _joined(found, [line.entity for line in lines if line.action == "keep"])
    if not lines:
        return found
    frames = {name: getattr(found, name) for name in ("mentions", *PLACES) if hasattr(found, name)}
    return found._replace(**apply_lines(frames, lines))


def _joined(found: FoundIn, keep: list[str]) -> FoundIn:
    """With bare surnames joined (`surnames.join`), and who acts towards whom written accordingly."""
    joined = surnames.join(found, PLACES, keep=keep)
    if not hasattr(found, "acts") or joined is found or joined.participants is found.participants:
        return joined
    acts = joined.acts.copy()
    _show_anew(acts, found.participants, joined.participants)
    return joined._replace(acts=acts)


def apply_lines(frames: Frames, lines: Iterable[Correction]) -> Frames:
    """{table name: frame} with the corrections applied; `frames` needs "mentions", the other tables may be missing.
    Frames given are not changed.
    """
    before = frames.get("participants")
    frames = {name: frame.copy() for name, frame in frames.items()}
    for line in lines:
        frames = _apply_line(frames, line)
    if before is not None and "acts" in frames:
        _show_anew(frames["acts"], before, frames["participants"])
    return {name: frame.reset_index(drop=True) for name, frame in frames.items()}


def _show_anew(acts: pd.DataFrame, before: pd.DataFrame, after: pd.DataFrame) -> None:
    """Write actor and target of the acts whose participants changed (their rows keep the index they had)."""
    names = ["entity", "acts_for"]
    same = after[names].reindex(before.index).fillna("").eq(before[names].fillna("")).all(axis=1)
    touched = set(before.loc[~(same & before.index.isin(after.index)), "act_id"])
    sides: dict = {}
    for row in after[after["act_id"].isin(touched)].itertuples():
        sides.setdefault((row.act_id, row.role), []).append(row)
    rows = acts["act_id"].isin(touched)
    for role in ("actor", "target"):
        acts.loc[rows, role] = [display_of(sides.get((act, role), ())) for act in acts.loc[rows, "act_id"]]


def unused(
    mentions: pd.DataFrame, lines: Iterable[Correction], participants: pd.DataFrame | None = None
) -> pd.DataFrame:
    """The corrections that match nothing (a name that is spelt otherwise, an article that is not in the corpus), as
    a frame line, action, entity, why.
    """
    rows, frames = [], {"mentions": mentions.copy()}
    if participants is not None:
        frames["participants"] = participants.copy()
    for line in lines:
        if line.entity.startswith(UNKNOWN):
            hit = _selected_words(frames.get("participants"), line)
            why = "no participant with these words"
        else:
            hit = _selected(frames["mentions"], line)
            known = _matches(frames["mentions"], line.entity).any()
            why = "no mention with these words or in this article" if known else "no such entity in this corpus"
        if not hit.any():
            rows.append((line.line, line.action, line.entity, why))
        frames = _apply_line(frames, line)
    return pd.DataFrame(rows, columns=["line", "action", "entity", "why"])


def _matches(mentions: pd.DataFrame, entity: str) -> pd.Series:
    """Rows of an entity given as entity_id or as name (accents and case aside)."""
    ids = mentions["entity_id"]
    exact = ids == entity
    if exact.any():
        return exact
    wanted = normalise(entity)
    known = mentions.drop_duplicates("entity_id")
    fitting = known.loc[
        [
            normalise(str(name)) == wanted or str(i).casefold() == entity.casefold()
            for name, i in zip(known["entity"], known["entity_id"], strict=True)
        ],
        "entity_id",
    ]
    return ids.isin(fitting)


def _selected(mentions: pd.DataFrame, line: Correction) -> pd.Series:
    rows = _matches(mentions, line.entity)
    if line.words:
        rows &= mentions["text"].str.casefold() == line.words.casefold()
    if line.article:
        rows &= mentions["article_id"] == line.article
    return rows


def _target(mentions: pd.DataFrame, target: str, type_: str) -> tuple[str, str, str]:
    """(entity_id, name, type) of a target: an entity of the corpus, or a new one."""
    rows = mentions[_matches(mentions, target)]
    if len(rows):
        row = rows.iloc[0]
        return row["entity_id"], row["entity"], row["type"]
    head, _, name = target.partition(":")
    if head in TYPES and name.strip():
        type_, target = head, name.strip().title() if name.islower() else name.strip()
    return entity_id(type_, target), target, type_


def _apply_line(frames: Frames, line: Correction) -> Frames:
    if line.action == "keep":  # says what is not done
        return frames
    if line.entity.startswith(UNKNOWN):
        return _correct_words(frames, line)
    mentions = frames["mentions"]
    hit = _selected(mentions, line)
    whole = not line.words and not line.article
    ids = set(mentions.loc[hit, "entity_id"]) or {line.entity}
    spans = set(zip(mentions.loc[hit, "article_id"], mentions.loc[hit, "start"], strict=True))
    if line.action == "retype":
        return _retype(frames, ids, line.target.upper())
    if line.action == "ignore":
        return _ignore(frames, hit, ids, None if whole else spans)
    if line.action == "rename":
        mentions.loc[hit, "entity"] = line.target
        return _elsewhere(frames, ids, None, name=line.target)
    if not hit.any():
        return frames
    new, name, type_ = _target(mentions, line.target, mentions.loc[hit, "type"].iloc[0])
    mentions.loc[hit, ["entity_id", "entity", "type"]] = [new, name, type_]
    mentions.loc[hit, "rule"] = f"correction, line {line.line}: {line.action}"
    if whole:
        mentions.loc[mentions["metonym_of"].isin(ids), "metonym_of"] = new
    return _elsewhere(frames, ids, None if whole else spans, identifier=new, name=name)


def _retype(frames: Frames, ids: set[str], type_: str) -> Frames:
    mentions = frames["mentions"]
    for old in ids:
        new = entity_id(type_, old.partition(":")[2] or old)
        mentions.loc[mentions["entity_id"] == old, ["entity_id", "type"]] = [new, type_]
        mentions.loc[mentions["metonym_of"] == old, "metonym_of"] = new
        frames = _elsewhere(frames, {old}, None, identifier=new)
    return frames


def _ignore(frames: Frames, hit: pd.Series, ids: set[str], spans: Spans | None) -> Frames:
    """Leave an entity out: its mentions, the stances towards it, its part in acts; a speaker or a state acted for
    stays, as plain words or not at all.
    """
    frames["mentions"] = frames["mentions"][~hit].copy()
    for table, key in (("stances", "target_id"), ("participants", "entity_id")):
        if table in frames:
            frame = frames[table]
            frames[table] = frame[~_concerned(frames, table, key, ids, spans)].copy()
    if "participants" in frames:
        gone = _concerned(frames, "participants", "acts_for_id", ids, spans)
        frames["participants"].loc[gone, ["acts_for_id", "acts_for"]] = None
    return _elsewhere(frames, ids, spans, identifier=None)


def _selected_words(participants: pd.DataFrame | None, line: Correction) -> pd.Series:
    """Participants that are no known entity, by the identifier that charts give their words."""
    if participants is None:
        return pd.Series(dtype=bool)
    shown = participants["entity"].where(participants["entity"].notna(), participants["text"]).astype(str)
    rows = participants["entity_id"].isna() & (UNKNOWN + shown.str.lower() == line.entity.lower())
    if line.words:
        rows &= participants["text"].str.casefold() == line.words.casefold()
    if line.article:
        rows &= participants["article_id"] == line.article
    return rows


def _correct_words(frames: Frames, line: Correction) -> Frames:
    hit = _selected_words(frames.get("participants"), line)
    if not hit.any():
        return frames
    if line.action == "ignore":
        return frames | {"participants": frames["participants"][~hit].copy()}
    if line.action == "rename":
        frames["participants"].loc[hit, "entity"] = line.target
        return frames
    words = line.entity.removeprefix(UNKNOWN)
    if line.action == "retype":
        new = entity_id(line.target.upper(), words), frames["participants"].loc[hit, "entity"].iloc[0]
    else:
        new = _target(frames["mentions"], line.target, "ORG")[:2]
    frames["participants"].loc[hit, ["entity_id", "entity"]] = list(new)
    return frames


def _at(frame: pd.DataFrame, column: str, spans: Spans) -> pd.Series:
    return pd.Series(
        [pair in spans for pair in zip(frame["article_id"], frame[column], strict=True)], index=frame.index, dtype=bool
    )


def _within(places: pd.DataFrame, spans: Spans) -> pd.Series:
    """Rows of places (article_id, first, last) that one of these mentions stands in."""
    by_article: dict = {}
    for article, start in spans:
        by_article.setdefault(article, []).append(start)
    rows = places.itertuples(index=False, name=None)
    inside = [any(a <= s < b for s in by_article.get(article, ())) for article, a, b in rows]
    return pd.Series(inside, index=places.index, dtype=bool)


def _concerned(frames: Frames, table: str, key: str, ids: set[str], spans: Spans | None) -> pd.Series:
    """Rows of a table whose `key` is one of these entities; with spans, of those the rows that rest on one of these
    mentions: the speaker's words, the target's words, the participant's words, the act's sentence.
    """
    frame = frames[table]
    rows = frame[key].isin(ids)
    if spans is None or not rows.any():
        return rows
    column = {"speaker_id": "speaker_mention_start", "target_id": "target_start"}.get(key)
    if column is not None and column in frame:
        return rows & _at(frame, column, spans)
    if key == "entity_id":
        return rows & _within(frame[["article_id", "start", "end"]], spans)
    places = frame
    if table == "participants" and "acts" in frames:  # the state may be named anywhere in the sentence
        sentences = frames["acts"][["act_id", "sentence_start", "sentence_end"]].drop_duplicates("act_id")
        places = frame.merge(sentences, on="act_id", how="left").set_axis(frame.index)
    if "sentence_start" not in places:
        return rows & False
    return rows & _within(places[["article_id", "sentence_start", "sentence_end"]], spans)


def _elsewhere(
    frames: Frames, ids: set[str], spans: Spans | None, *, identifier: str | None = "", name: str | None = None
) -> Frames:
    """The same edit in the other tables: `identifier` "" leaves the id, None clears it; `name` None leaves the name."""
    for table, columns in PLACES.items():
        for key, shown in columns if table in frames else ():
            rows = _concerned(frames, table, key, ids, spans)
            if not rows.any():
                continue
            if identifier != "":
                frames[table].loc[rows, key] = identifier
            if name is not None:
                frames[table].loc[rows, shown] = name
    return frames


def format_line(action: str, entity: str, target: str = "", *, words: str = "", article: str = "") -> str:
    """One line ready to be pasted into a corrections file."""
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow([action, entity, words, article, target])
    return out.getvalue()
