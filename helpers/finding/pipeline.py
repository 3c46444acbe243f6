"""The steps from one article's text to the rows found in it, in order."""

from typing import NamedTuple

from helpers import resolve, text
from helpers.finding import encoder, entities, escalation, statements, tone
from helpers.scheme import PLOVER_OF


class Options(NamedTuple):
    """What changes the annotations: the language model and the codebook of acts ("": the ones that come with the
    project).
    """

    model: str = ""
    codebook: str = ""


def annotate_text(words: str, *, options: Options = Options()) -> dict[str, list[tuple]]:
    """Return {table name: rows without article_id} for one article's text. Raises what the steps raise."""
    document = text.read(words)
    encoding = encoder.load(resolve(options.model) if options.model else None).encode(document)
    mentions = entities.find_mentions(document, encoding)
    said = statements.find_statements(document, encoding, mentions)
    said, stances = tone.score_statements(document, encoding, mentions, said)
    codebook = resolve(options.codebook) if options.codebook else None
    acts, participants = _in_two_tables(
        escalation.find_acts(document, encoding, mentions, said, codebook=codebook), document.text, mentions
    )
    return {"mentions": mentions, "statements": said, "stances": stances, "acts": acts, "participants": participants}


def _in_two_tables(found: list, words: str, mentions: list) -> tuple[list[tuple], list[tuple]]:
    """Acts whose cells name their participants, as rows of the tables acts and participants."""
    acts, participants, seen = [], [], set()
    for a in found:
        act_id = f"{a.start}-{a.category}"
        if act_id in seen:
            continue
        seen.add(act_id)
        sides = {"actor": _named(a.actor, a, words, mentions), "target": _named(a.target, a, words, mentions)}
        reciprocal = bool(sides["actor"]) and {n[3] for n in sides["actor"]} == {n[3] for n in sides["target"]}
        if reciprocal:
            sides["target"] = []
        shown = [a.actor, None if reciprocal else a.target]
        acts.append(
            (a.start, a.end, act_id, a.cue, a.category, PLOVER_OF.get(a.category, a.category), a.rung, a.modality)
            + (a.attribution, a.speaker, None, a.purpose, reciprocal, *shown, a.evidence, a.sentence_start)
            + (a.sentence_end, a.confidence)
        )
        participants += [(s, e, act_id, role, words[s:e], *who) for role in sides for s, e, *who in sides[role]]
    return acts, participants


def _named(cell: str | None, act, words: str, mentions: list) -> list[tuple]:
    """(start, end, entity_id, entity, acts_for_id, acts_for, named_in, score) of each name in a cell."""
    rows = []
    for part in (cell or "").removesuffix(" (implied)").split("; "):
        state, _, person = part.rstrip(")").partition(" (")
        known = {m.entity: m for m in sorted(mentions, key=lambda m: -abs(m.start - act.start))}
        mention = known.get(person or state) or known.get(state)
        if not state:
            continue
        where = (mention.start, mention.end) if mention else (act.start, act.end)
        place = "this sentence" if act.sentence_start <= where[0] < act.sentence_end else "earlier"
        place = "later" if where[0] >= act.sentence_end else place
        ids = [known[name].entity_id if name in known else None for name in (person or state, state)]
        acts_for = (ids[1], state) if person else (None, None)
        rows.append((*where, ids[0], person or state, *acts_for, place, act.confidence))
    return rows
