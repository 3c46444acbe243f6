"""What the tests share. Articles in tests are written for the test, or come from seeds/."""

import json

import pytest

from helpers import scheme, tables, text
from helpers.finding import acts as acts_found
from helpers.finding import encoder, entities, statements, tone

STORY = (
    "OSLO, March 3 — Foreign Minister Anna Berg said on Tuesday that Norland had “no intention of closing the "
    "strait.”\n\n“We will answer any attack on our ships,” Berg said. Ruritania accused Norland of massing troops near "
    "the border.\n\n"
    "According to the Daily Post, President Viktor Hale threatened to impose sanctions if the talks in Geneva fail."
)
NASTY = (
    "<script>document.title='owned'</script> Minister <b>Ivan</b> </td></table><img src=x "
    "onerror=\"document.title='owned'\"> said, “We will <a href='javascript:alert(1)'>attack</a> Norland & Ruritania,” "
    "in $Oslo$. {{7*7}} ${7*7} ]]><svg/onload=alert(1)> President <script>Putin</script> accused NATO.\n\n"
    "=cmd|'/C calc'!A0 said Mr. “=1+1” Smith of the <i>United States</i>. “<script>alert('quoted')</script> We condemn "
    "Russia’s threats,” Biden <img onerror=alert(2)> said."
)


@pytest.fixture
def story():
    return STORY


@pytest.fixture
def nasty():
    return NASTY


@pytest.fixture
def write_lines(tmp_path):
    """Write records as JSON Lines; returns the path."""

    def write(name, records):
        path = tmp_path / name
        path.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records), "utf-8")
        return path

    return write


@pytest.fixture
def outputs(tmp_path):
    """A run folder of its own with a store beside it."""
    (tmp_path / "outputs" / ".annotations").mkdir(parents=True)
    return tmp_path / "outputs" / "run"


@pytest.fixture
def fake_engine(monkeypatch):
    """Stages that need no model: each capitalised word is a mention, each article with 'said' has a statement, a stance
    and an act.

    An article with the word EXPLODE raises. Returns the list of texts that were read.
    """
    import re
    from types import SimpleNamespace

    read = []

    def text_read(text):
        read.append(text)
        if "EXPLODE" in text:
            raise ValueError("made to fail")
        return SimpleNamespace(text=text)

    def mentions(document, encoding):
        return [
            entities.Mention(m.start(), m.end(), m[0], "PER", "named", f"PER:{m[0].lower()}", m[0], None, "exact", 0.9)
            for m in re.finditer(r"[A-Z]\w+", document.text)
        ]

    def said(document, encoding, mentions):
        at = document.text.find("said")
        return (
            [
                (
                    0,
                    at,
                    [(0, at)],
                    document.text[:at],
                    "indirect",
                    "said",
                    at,
                    at + 4,
                    "Berg",
                    "Berg",
                    0,
                    1,
                    "PER:berg",
                    None,
                    None,
                    None,
                    None,
                    0.5,
                )
            ]
            if at > 0
            else []
        )

    def score(document, encoding, mentions, said):
        said = [(*s[:14], -0.5, "attack", -0.3, s[17]) for s in said]
        return said, [(s[0], s[1], 0, 1, "PER:berg", "Berg", -0.5, 0.8, "x") for s in said]

    def acts(document, encoding, mentions, said, codebook=None):
        whole = (document.text, 0, len(document.text))
        found, participants = [], []
        for start, end, *_ in said:
            act_id = f"{start}-ACCUSE"
            done = (act_id, "said", "ACCUSE", "ACCUSE", 3, "actual", "reported", None, None, None, False)
            found.append(acts_found.Act(start, end, *done, "Berg", "Hale", *whole, 0.5))
            for role, name in (("actor", "Berg"), ("target", "Hale")):
                party = (f"PER:{name.lower()}", name, None, None, "this sentence", 0.5)
                participants.append(acts_found.Participant(start, end, act_id, role, document.text[start:end], *party))
        return found, participants

    for module, name, step in (
        (text, "read", text_read),
        (encoder, "load", lambda path=None: SimpleNamespace(encode=lambda document: None)),
        (entities, "find_mentions", mentions),
        (statements, "find_statements", said),
        (tone, "score_statements", score),
        (acts_found, "find_acts", acts),
    ):
        monkeypatch.setattr(module, name, step)
    return read


@pytest.fixture
def make_acts():
    """Build (acts, participants) of rows (article_id, start, category, modality, actors, targets, more columns).

    An actor or target is (entity_id, entity) or (entity_id, entity, acts_for_id, acts_for); its words stand where the
    cue does.
    """
    from types import SimpleNamespace

    def make(*rows):
        acts, participants = [], []
        for article, start, category, modality, actors, targets, more in rows:
            act_id, end = f"{article}:{start}-{category}", start + 4
            act = dict.fromkeys(tables.SCHEMAS["acts"].names) | {
                "article_id": article,
                "start": start,
                "end": end,
                "act_id": act_id,
                "cue": "acts",
                "category": category,
                "rung": scheme.LADDER.get(category, 0),
                "modality": modality,
                "attribution": "narrator",
                "reciprocal": False,
                "evidence": "x",
                "sentence_start": start,
                "sentence_end": end,
                "confidence": 0.9,
            }
            for role, named in (("actor", actors), ("target", targets)):
                full = [(*party, None, None)[:4] for party in named]
                shown = [SimpleNamespace(entity=party[1], acts_for=party[3]) for party in full]
                act[role] = scheme.display_of(shown)
                where = (article, start, end, act_id, role)
                participants += [(*where, party[1], *party, "this sentence", 0.9) for party in full]
            acts.append(tuple((act | more).values()))
        return tables.make_frame("acts", acts), tables.make_frame("participants", participants)

    return make


ABOUT = {
    "inputs_given": ["<b>seeds</b>"],
    "inputs": 1,
    "analysed": 1,
    "quarantined": 0,
    "words": 9,
    "duplicates": 0,
    "fingerprint": "f" * 64,
    "engine": "e",
}


@pytest.fixture
def make_run():
    """Write a run's folder: manifest and tables."""

    def make(outputs, name, started, mentions=(), statements=(), inputs_given=None, **more):
        run = outputs / name
        for folder in ("notebooks", "tables", "figures"):
            (run / folder).mkdir(parents=True)
        manifest = {
            "run_id": name,
            "status": "ok",
            "started": started,
            "corpus": ABOUT | ({"inputs_given": inputs_given} if inputs_given else {}),
            "parameters": {},
            "versions": {"this project": "0.2.0", "nltk": "3"},
            "found": {"mentions": len(mentions)},
            "notebooks": [],
            "seconds": {"wall": 1.0, "processor": 1.0},
            **more,
        }
        (run / "manifest.json").write_text(json.dumps(manifest))
        frames = {
            "articles": [("a", None, "Berg met Hale.", None, None, None, "x", 3, None, None)],
            "mentions": list(mentions),
            "statements": list(statements),
        }
        for table in ("articles", *tables.FOUND, "quarantine"):
            tables.save(tables.make_frame(table, frames.get(table, [])), table, run)
        return run

    return make
