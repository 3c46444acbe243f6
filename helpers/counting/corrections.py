"""The analyst's own edits of entities, applied last, so that they survive every rerun.

A corrections file is a CSV (comma or semicolon) with the columns ``action, entity, words, article, target``; lines that
start with # are notes. `entity` is an entity_id ("PER:joe biden") or a name as shown ("Joe Biden").

=======  ===============================================================================================================
merge    every mention of `entity` becomes one of `target`
split    the mentions of `entity` with these `words` (and in this `article`, when given) become mentions of `target`
rename   `entity` is shown as `target`; its entity_id stays
ignore   `entity` (or only its mentions with these `words`, in this `article`) is left out
retype   `entity` gets the type `target`: PER, ORG, LOC or MISC
=======  ===============================================================================================================

Lines apply from top to bottom; a later line sees what earlier ones made. Everything is frame in, frame out.
"""

import csv
import difflib
import io
import itertools
from collections import defaultdict
from typing import NamedTuple

import pandas as pd

from helpers import resolve
from helpers.counting.mentions import rank
from helpers.text import entity_id, normalise

ACTIONS = ("merge", "split", "rename", "ignore", "retype")
COLUMNS = ("action", "entity", "words", "article", "target")
TYPES = ("PER", "ORG", "LOC", "MISC")
# Columns that hold an entity in the other tables: (identifier, name).
PLACES = {
    "statements": [("speaker_id", "speaker")],
    "stances": [("target_id", "target")],
    "acts": [("actor_id", "actor"), ("target_id", "target")],
}


class Correction(NamedTuple):
    """One line of a corrections file; `line` is its number in the file, empty cells are ""."""

    line: int
    action: str
    entity: str
    words: str
    article: str
    target: str


def load(path):
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
    found = []
    for number, line in enumerate(lines[first + 1 :], start=first + 2):
        if not line.strip(" ,;\t"):
            continue
        cells = next(csv.reader(io.StringIO(line), delimiter=delimiter, skipinitialspace=True))
        if len(cells) > len(header):
            raise ValueError(
                f"{path}, line {number}: {len(cells)} values for {len(header)} columns; put values that contain a {'comma' if delimiter == ',' else 'semicolon'} in double quotes."
            )
        row = dict(zip(header, (cell.strip() for cell in cells), strict=False))
        found.append(
            _checked(
                path, Correction(number, row.get("action", "").casefold(), *(row.get(name, "") for name in COLUMNS[1:]))
            )
        )
    return found


def _checked(path, line):
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
    if line.action != "ignore" and not line.target:
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
    if line.action in ("merge", "rename", "retype") and (line.words or line.article):
        raise ValueError(where + f"{line.action} takes no words and no article; use split for some of the mentions.")
    return line


def apply(found, path):
    """Everything found in a corpus (`annotate.load(…)`, or any NamedTuple with these frames), with the corrections of a
    file applied to every table.
    """
    lines = load(path)
    if not lines:
        return found
    frames = {
        name: getattr(found, name) for name in ("mentions", "statements", "stances", "acts") if hasattr(found, name)
    }
    return found._replace(**apply_lines(frames, lines))


def apply_lines(frames, lines):
    """{table name: frame} with the corrections applied; `frames` needs "mentions", the other tables may be missing.
    Frames given are not changed.
    """
    frames = {name: frame.copy() for name, frame in frames.items()}
    for line in lines:
        frames = _apply_line(frames, line)
    return frames


def unused(mentions, lines):
    """The corrections that match no mention (a name that is spelt otherwise, an article that is not in the corpus), as
    a frame line, action, entity, why.
    """
    rows, frames = [], {"mentions": mentions.copy()}
    for line in lines:
        hit = _selected(frames["mentions"], line)
        if not hit.any():
            known = _matches(frames["mentions"], line.entity).any()
            rows.append(
                (
                    line.line,
                    line.action,
                    line.entity,
                    "no mention with these words or in this article" if known else "no such entity in this corpus",
                )
            )
        frames = _apply_line(frames, line)
    return pd.DataFrame(rows, columns=["line", "action", "entity", "why"])


def _matches(mentions, entity):
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


def _selected(mentions, line):
    rows = _matches(mentions, line.entity)
    if line.words:
        rows &= mentions["text"].str.casefold() == line.words.casefold()
    if line.article:
        rows &= mentions["article_id"] == line.article
    return rows


def _target(mentions, target, type_):
    """(entity_id, name, type) of a target: an entity of the corpus, or a new one."""
    rows = mentions[_matches(mentions, target)]
    if len(rows):
        row = rows.iloc[0]
        return row["entity_id"], row["entity"], row["type"]
    head, _, name = target.partition(":")
    if head in TYPES and name.strip():
        type_, target = head, name.strip().title() if name.islower() else name.strip()
    return entity_id(type_, target), target, type_


def _apply_line(frames, line):
    mentions = frames["mentions"]
    hit = _selected(mentions, line)
    whole = not line.words and not line.article
    ids = set(mentions.loc[hit, "entity_id"]) or {line.entity}
    if line.action == "rename":
        mentions.loc[hit, "entity"] = line.target
        return _elsewhere(frames, lambda frame, key, name: frame[key].isin(ids), name=line.target)
    if line.action == "retype":
        type_ = line.target.upper()
        for old in ids:
            new = entity_id(type_, old.partition(":")[2] or old)
            mentions.loc[mentions["entity_id"] == old, ["entity_id", "type"]] = [new, type_]
            mentions.loc[mentions["metonym_of"] == old, "metonym_of"] = new
            frames = _elsewhere(frames, lambda frame, key, name, old=old: frame[key] == old, identifier=new)
        return frames
    if line.action == "ignore":
        spans = set(zip(mentions.loc[hit, "article_id"], mentions.loc[hit, "start"], strict=True))
        frames["mentions"] = mentions[~hit].reset_index(drop=True)
        if "stances" in frames:
            stances = frames["stances"]
            gone = stances["target_id"].isin(ids) & (whole | _at(stances, "target_start", spans))
            frames["stances"] = stances[~gone].reset_index(drop=True)
        return _elsewhere(
            frames, lambda frame, key, name: frame[key].isin(ids) & (whole | _meant(frame, key, spans)), identifier=None
        )
    if not hit.any():
        return frames
    new, name, type_ = _target(mentions, line.target, mentions.loc[hit, "type"].iloc[0])
    spans = set(zip(mentions.loc[hit, "article_id"], mentions.loc[hit, "start"], strict=True))
    mentions.loc[hit, ["entity_id", "entity", "type"]] = [new, name, type_]
    mentions.loc[hit, "rule"] = f"correction, line {line.line}: {line.action}"
    if whole:
        mentions.loc[mentions["metonym_of"].isin(ids), "metonym_of"] = new
    return _elsewhere(
        frames,
        lambda frame, key, _: frame[key].isin(ids) & (whole | _meant(frame, key, spans)),
        identifier=new,
        name=name,
    )


def _at(frame, column, spans):
    return pd.Series(
        [pair in spans for pair in zip(frame["article_id"], frame[column], strict=True)], index=frame.index, dtype=bool
    )


def _meant(frame, key, spans):
    """Rows of another table that rest on one of these mentions: the speaker's words, the target's words, or the act's
    sentence.
    """
    column = {"speaker_id": "speaker_mention_start", "target_id": "target_start"}.get(key)
    if column in frame:
        return _at(frame, column, spans)
    if "sentence_start" not in frame:
        return pd.Series(False, index=frame.index)
    by_article = {}
    for article, start in spans:
        by_article.setdefault(article, []).append(start)
    inside = [
        any(a <= s < b for s in by_article.get(article, ()))
        for article, a, b in zip(frame["article_id"], frame["sentence_start"], frame["sentence_end"], strict=True)
    ]
    return pd.Series(inside, index=frame.index, dtype=bool)


def _elsewhere(frames, rows_of, *, identifier="", name=None):
    """The same edit in statements, stances and acts: `identifier` "" leaves the id, None clears it; `name` None leaves
    the name.
    """
    for table, columns in PLACES.items():
        if table not in frames:
            continue
        frame = frames[table]
        for key, shown in columns:
            rows = rows_of(frame, key, shown)
            if not rows.any():
                continue
            if identifier != "":
                frame.loc[rows, key] = identifier
            if name is not None:
                frame.loc[rows, shown] = name
    return frames


def format_line(action, entity, target="", *, words="", article=""):
    """One line ready to be pasted into a corrections file."""
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow([action, entity, words, article, target])
    return out.getvalue()


# -- suggestions: printed, never applied -----------------------------------------------------------------------------


def suggest(selected, *, limit=40, similar=0.88):
    """Entities that may be one: why, entity, n, into, into_n, line (ready for the corrections file). Nothing here is
    applied by itself.

    Bare surnames with one full name in the corpus, initials of one long name, one name under two types, names that
    differ by few letters.
    """
    columns = ["why", "entity", "n", "into", "into_n", "line"]
    ranked = rank(selected).head(3000)
    if len(ranked) < 2:
        return pd.DataFrame(columns=columns)
    rows = [
        (r.entity_id, r.entity, r.type, int(r.mentions), tuple(normalise(r.entity).split()))
        for r in ranked.itertuples()
    ]
    by_last, by_letters, by_key = defaultdict(list), defaultdict(list), defaultdict(list)
    for row in rows:
        key = row[4]
        by_key[key].append(row)
        if row[2] == "PER" and len(key) > 1:
            by_last[key[-1]].append(row)
        if row[2] in ("ORG", "LOC") and len(key) > 1:
            by_letters["".join(word[0] for word in key if word not in ("of", "and", "the", "for", "in"))].append(row)
    found, seen = [], set()

    def add(why, small, big):
        if small[0] != big[0] and (small[0], big[0]) not in seen and (big[0], small[0]) not in seen:
            seen.add((small[0], big[0]))
            found.append((why, small[1], small[3], big[1], big[3], format_line("merge", small[0], big[0])))

    for row in rows:
        key = row[4]
        if row[2] == "PER" and len(key) == 1 and by_last[key[0]]:
            bearers = sorted(by_last[key[0]], key=lambda r: -r[3])
            part = bearers[0][3] / sum(r[3] for r in bearers)
            if part > 0.5:
                add(
                    "bare surname; one full name in the corpus"
                    if len(bearers) == 1
                    else f"bare surname; {part:.0%} of the full names with it",
                    row,
                    bearers[0],
                )
        if len(key) == 1 and row[2] in ("ORG", "LOC", "MISC") and row[1].isupper() and len(by_letters[key[0]]) == 1:
            add("initials of a longer name", row, by_letters[key[0]][0])
        for other in by_key[key]:
            if other[0] != row[0] and other[3] >= row[3]:
                add(f"the same name as {row[2]} and as {other[2]}", row, other)
    for small, big in _similar(rows, similar):
        add("spelt almost alike", small, big)
    table = pd.DataFrame(found, columns=columns)
    return (
        table.assign(_=table["n"] + table["into_n"])
        .sort_values("_", ascending=False, kind="stable", ignore_index=True)
        .drop(columns="_")
        .head(limit)
    )


def _one_slip(a, b):
    """True when two names differ by an initial, by a word that one of them leaves out, or by spelling within one word
    (not North / South Harbour).
    """
    if len(a) != len(b):
        return set(a) < set(b) or set(b) < set(a) or "".join(a) == "".join(b)
    different = [(x, y) for x, y in zip(a, b, strict=True) if x != y]
    return len(different) == 1 and all(
        x[0] == y[0] and difflib.SequenceMatcher(None, x, y, autojunk=False).ratio() >= 0.75 for x, y in different
    )


def _similar(rows, threshold):
    """Pairs of one type whose names differ by few letters; compared only within blocks that share a word's beginning."""
    blocks = defaultdict(list)
    for row in rows:
        for word in set(row[4]):
            if len(word) > 3:
                blocks[row[2], word[:4]].append(row)
    seen = set()
    for block in blocks.values():
        for small, big in itertools.combinations(sorted(block[:60], key=lambda r: r[3]), 2):
            a, b = " ".join(small[4]), " ".join(big[4])
            if (
                (small[0], big[0]) in seen
                or a == b
                or abs(len(a) - len(b)) > 4
                or min(len(a), len(b)) < 6
                or set("0123456789") & set(a + b)
            ):
                continue
            seen.add((small[0], big[0]))
            if not _one_slip(small[4], big[4]):
                continue
            matcher = difflib.SequenceMatcher(None, a, b, autojunk=False)
            if matcher.quick_ratio() >= threshold and matcher.ratio() >= threshold:
                yield small, big


def correction_lines(suggestions):
    """A corrections file made of the suggestions, to be printed and pasted."""
    return "\n".join([",".join(COLUMNS), *suggestions["line"]]) if len(suggestions) else "Nothing to suggest."
