"""The codebook of examples, the cue lists, and codebooks of the user's own. All sentences are the project's own."""

import csv
import re
from collections import Counter

import pytest

from helpers import ROOT, text
from helpers.finding import clauses, encoder, entities, escalation

ROWS = list(csv.DictReader((ROOT / "helpers" / "training" / "codebook.csv").open(encoding="utf-8", newline="")))
CUES = list(csv.DictReader((escalation.DATA / "act_cues.csv").open(encoding="utf-8", newline="")))


def test_examples_are_well_formed():
    for row in ROWS:
        assert row["cue"] in row["sentence"] and row["cue"], row
        assert row["category"] in escalation.LADDER, row
        assert row["modality"] in escalation.MODALITIES and row["attribution"] in escalation.ATTRIBUTIONS, row
        assert row["purpose"] in ("", "deter", "compel", "punish", "reassure"), row
        assert escalation.CATEGORY_OF.get(row["plover"] or "NONE") == row["category"], row
        assert row["plover_scored"] == (
            escalation.scored_plover(row["category"], row["modality"], row["plover"]) or ""
        ), row
    assert len({row["id"] for row in ROWS}) == len(ROWS)
    assert len({(row["sentence"], row["cue"]) for row in ROWS}) >= len(ROWS) - 10


def test_examples_cover_the_scheme():
    assert len(ROWS) >= 700
    assert {row["category"] for row in ROWS} == set(escalation.LADDER)
    counts = Counter(row["modality"] for row in ROWS)
    assert all(counts[modality] >= 20 for modality in escalation.MODALITIES)
    assert all(
        sum(row["purpose"] == purpose for row in ROWS) >= 20 for purpose in ("deter", "compel", "punish", "reassure")
    )
    traps = sum(row["category"] == "NONE" or row["modality"] in ("denied", "possible", "conditional") for row in ROWS)
    assert traps / len(ROWS) > 1 / 3


def test_cues_are_well_formed():
    classes = escalation.word_classes()
    for row in CUES:
        assert row["category"] in escalation.LADDER and row["kind"] in ("verb", "noun", "posture", "phrase"), row
        assert row["sense"] in ("plain", "ambiguous", "troops") and row["modality"] in ("", *escalation.MODALITIES), row
        assert all(name in classes for name in re.findall(r"<(\w+)>", row["cue"])), row
        parts = row["cue"].split()
        assert parts[0] != "…" and parts[-1] != "…", row
    assert len({(row["cue"], row["kind"], row["category"]) for row in CUES}) == len(CUES)


def test_cues_find_what_the_examples_mark():
    """Without the language model, and on single sentences: a floor, not the published figure."""
    found = right = total = clean = traps = 0
    for row in ROWS[::3]:
        document = text.read(row["sentence"])
        mentions = entities.find_mentions(document, encoder.load().encode(document))
        acts = escalation.find_acts(document, None, mentions, [])
        if row["category"] == "NONE":
            traps += 1
            clean += not acts
            continue
        total += 1
        start = row["sentence"].find(row["cue"])
        here = [a for a in acts if a.start < start + len(row["cue"]) and start < a.end]
        found += bool(here)
        right += any(escalation.quad_of(a.category) == escalation.quad_of(row["category"]) for a in here)
    assert found / total > 0.65 and right / total > 0.6
    assert clean / traps > 0.8


@pytest.mark.parametrize(
    ("verb", "forms"),
    [
        ("send", {"send", "sends", "sent", "sending"}),
        ("ban", {"ban", "bans", "banned", "banning"}),
        ("withdraw", {"withdraw", "withdraws", "withdrew", "withdrawn", "withdrawing"}),
        ("seize", {"seize", "seizes", "seized", "seizing"}),
        ("deploy", {"deploy", "deploys", "deployed", "deploying"}),
        ("deny", {"deny", "denies", "denied", "denying"}),
        ("expel", {"expel", "expels", "expelled", "expelling"}),
        ("attack", {"attack", "attacks", "attacked", "attacking"}),
        ("free", {"free", "frees", "freed", "freeing"}),
    ],
)
def test_verbs_are_inflected(verb, forms):
    assert set(clauses.inflect(verb)) == forms


# -- a user's own codebook -------------------------------------------------------------------------------------------


def write(path, words):
    path.write_text(words, encoding="utf-8")
    return path


def test_own_category_is_found_and_ranked(tmp_path):
    own = write(
        tmp_path / "own.csv",
        "category,rung,cues,examples\nCYBER,7,hack; wipe … servers; phishing campaign,They hacked the ministry\n",
    )
    words = "Ruritania hacked Norland's ministry of defence on Monday. A phishing campaign against Norland began the next day."
    document = text.read(words)
    acts = escalation.find_acts(document, None, [], [], codebook=own)
    assert [(a.cue, a.category, a.rung) for a in acts] == [("hacked", "CYBER", 7), ("phishing campaign", "CYBER", 7)]
    assert (
        escalation.scored_rung("CYBER", "actual", 7) == 7
        and escalation.scored_rung("CYBER", "threatened", 7) == 4
        and escalation.scored_rung("CYBER", "denied", 7) == -2
    )


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("name,level\nCYBER,7\n", "has no column category"),
        ("category,rung,cues\nCYBER,high,hack\n", "line 2: rung 'high'"),
        ("category,rung,cues\nCYBER,7,\n", "CYBER has no cues"),
        ("category,rung,cues\nFORCE,3,hack\n", "FORCE is on rung 9"),
        ("category,rung,cues\nCYBER,7,hack\nCYBER,5,wipe\n", "line 3: CYBER has rung 5"),
        ("category,rung,cues\nCYBER,7,<gadgets> explode\n", "word class <gadgets>"),
        ("category,rung,cues\nCYBER,7,… hack\n", "begins or ends with a gap"),
        ("category,rung,cues\n", "no categories"),
        ("category,rung,cues\nCYBER,7,hack,wipe,steal\n", "more cells than columns"),
        ("category,rung,cues\n9!,7,hack\n", "must be a word"),
    ],
)
def test_errors_in_own_codebook_are_one_clear_sentence(tmp_path, content, says):
    with pytest.raises(ValueError, match=re.escape(says)) as caught:
        escalation.load_codebook(write(tmp_path / "own.csv", content))
    assert "\n" not in str(caught.value) and str(caught.value).endswith(".")


def test_missing_codebook_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="no codebook file"):
        escalation.load_codebook(tmp_path / "absent.csv")
