"""Codebooks of the user's own, and the coded sentences the network learns from. All sentences are the project's own."""

import csv
import re
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import ROOT, scheme, text
from helpers.finding import inflection
from helpers.finding.codebook import load_codebook, word_classes


@pytest.fixture
def codebook(tmp_path):
    """Load a codebook from its lines, given without the first."""

    def load(lines):
        path = tmp_path / "own.csv"
        path.write_text(f"category,rung,cues,examples,kind\n{lines}\n", encoding="utf-8")
        return load_codebook(path)

    return load


def cues(codebook, words):
    """The words of the cues that are found."""
    return [words[cue.start : cue.end] for cue in codebook.find(text.read(words))]


# -- what is found ---------------------------------------------------------------------------------------------------


def test_own_category_is_found_and_ranked(codebook):
    own = codebook("CYBER,7,hack; wipe … servers; phishing campaign,They hacked the ministry,")
    words = "Ruritania hacked Norland's ministry of defence on Monday. A phishing campaign against Norland began then."
    found = own.find(text.read(words))
    assert [(words[c.start : c.end], c.category, c.rung) for c in found] == [
        ("hacked", "CYBER", 7),
        ("phishing campaign", "CYBER", 7),
    ]
    assert own.rungs == {"CYBER": 7}
    assert scheme.scored_rung("CYBER", "actual", 7) == 7
    assert scheme.scored_rung("CYBER", "threatened", 7) == 4 and scheme.scored_rung("CYBER", "denied", 7) == -2


def test_no_path_is_no_codebook():
    assert load_codebook(None) is None and load_codebook("") is None


@pytest.mark.parametrize(
    ("cue", "kind", "words", "expected"),
    [
        # forms of verbs and nouns
        ("seize", "verb", "It seizes ships, seized ships, will seize ships and is seizing ships.", 4),
        ("seize", "phrase", "It seizes ships, seized ships, will seize ships and is seizing ships.", 1),
        ("price war", "noun", "One price war led to other price wars.", 2),
        ("veto", "", "Norland vetoed it. The vetoes, and the veto before, were its own.", 3),
        ("hack", "noun", "They hacked a bank. It was not the first of the hacks.", 1),
        ("hacked", "verb", "They hacked a bank and hack on.", 1),  # an inflected form stands for itself
        # gaps
        ("wipe … server", "verb", "The group wiped some 10,000 of the servers.", 1),
        ("wipe ... server", "verb", "The group wiped one of the port's best servers.", 1),
        ("wipe…server", "verb", "The group wiped one two three four five six servers.", 0),
        (
            "wipe … server",
            "verb",
            "They wiped, one by one, servers. They wiped all: servers. They wiped (new) servers.",
            0,
        ),
        (
            "wipe … server",
            "verb",
            "They wiped all – the servers. They wiped all - the servers. They wiped. Servers failed.",
            0,
        ),
        ("halt … talks", "", "A halt to all talks followed.", 1),
        # passives
        ("impose … <sanctions>", "verb", "Sanctions on three banks were not yet imposed.", 1),
        ("impose … <sanctions>", "verb", "Tariffs weren't imposed, they are being imposed.", 1),
        ("impose … <sanctions>", "verb", "The sanctions that failed, were imposed. Sanctions imposed nothing.", 0),
        ("call … off", "verb", "Off the coast a ship was called.", 0),
        # alternatives and classes
        (
            "close/shut … <crossing>",
            "verb",
            "Norland shut its border and closed two checkpoints, but not the market.",
            2,
        ),
        (
            "<troops> mass",
            "phrase",
            "Soldiers mass at the river, troops mass at the bridge, tourists mass at the bar.",
            2,
        ),
        ("ransomware/phishing campaign", "noun", "A ransomware campaign came before the phishing campaigns.", 2),
        # not
        ("not recognise", "verb", "It did not recognise the vote, won't recognise it, has never yet recognised it.", 3),
        ("not recognise", "verb", "It recognised the vote and cannot formally recognise another.", 1),
        ("never forgive", "", "It never forgave them and did not forgive us.", 1),
        # the noun rule
        (
            "attack",
            "verb",
            "The attack failed. Norland's attack did too, as did their attacks and the rebels' attack.",
            0,
        ),
        ("attack", "verb", "Planes attack at dawn. It's attacked us before.", 2),
        ("shell", "verb", "The shelling went on: both armies were shelling villages.", 1),
        ("attack", "", "The attack failed when they attacked again.", 2),
        # whole words, however they are written
        ("hack", "verb", "HACKED, said the hackers: a counter-hack by anti-hacking teams.", 1),
        ("cut off", "verb", "Norland cut abruptly off the gas.", 1),
    ],
)
def test_cues_are_found_as_the_readme_says(codebook, cue, kind, words, expected):
    own = codebook(f'STEP,5,"{cue}",,{kind}')
    assert len(cues(own, words)) == expected, cues(own, words)


def test_a_passive_reaches_from_its_noun_to_its_verb(codebook):
    own = codebook("STEP,5,impose … <sanctions>,,verb")
    words = "Last year sanctions on three banks were quickly imposed."
    assert cues(own, words) == ["sanctions on three banks were quickly imposed"]


def test_the_longest_of_overlapping_cues_stays(codebook):
    own = codebook("CYBER,7,attack,,\nRAID,8,launch … attack,,verb\nWEB,3,cyber attack,,noun")
    words = "They launched a cyber attack. Another cyber attack failed, and an attack too."
    assert cues(own, words) == ["launched a cyber attack", "cyber attack", "attack"]
    assert [cue.rung for cue in own.find(text.read(words))] == [8, 3, 7]


@pytest.fixture(scope="module")
def wide(tmp_path_factory):
    path = tmp_path_factory.mktemp("own") / "wide.csv"
    path.write_text(
        "category,rung,cues\nCYBER,7,hack; wipe … server; not recognise; phishing campaign\n"
        "BAN,6,impose … <sanctions>; <troops> mass; never … yield; hack … <troops>\n",
        encoding="utf-8",
    )
    return load_codebook(path)


PIECES = (
    "hacked hack wiped servers not didn't didn’t recognise Phishing campaign imposed sanctions were never yield troops "
    "mass , ; – “ ” ( . \n\n 10,000 İstanbul ß"
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(PIECES.split(" ")) | st.text(max_size=4), max_size=40).map(" ".join))
def test_cues_lie_in_one_sentence_and_do_not_overlap(wide, words):
    document = text.read(words)
    found = wide.find(document)
    assert found == sorted(found)
    assert all(one.end <= other.start for one, other in zip(found, found[1:]))
    for cue in found:
        assert any(start <= cue.start < cue.end <= end for start, end in document.sentences)
        cut = words[cue.start : cue.end]
        assert cut == cut.strip() and cut[0].isalnum() and cut[-1].isalnum()
        assert cue.rung == wide.rungs[cue.category]


def test_the_codebook_in_the_readme_is_one(tmp_path):
    readme = (ROOT / "helpers" / "data" / "README.md").read_text("utf-8")
    path = tmp_path / "own.csv"
    path.write_text(re.search(r"```csv\n(category,.+?)```", readme, re.S).group(1), encoding="utf-8")
    own = load_codebook(path)  # its examples are checked
    assert own.rungs == {"CYBER": 7, "BLOCKADE": 8, "SNUB": 2}
    assert cues(own, "Norland did not yet recognise it and closed the port.") == [
        "not yet recognise",
        "closed the port",
    ]


# -- mistakes in the file --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("name,level\nCYBER,7\n", "has no column category"),
        ("category;rung;cues\nCYBER;7;hack\n", "with commas"),
        ("", "has no column category"),
        ("category,rung,cues\nCYBER,high,hack\n", "line 2: rung 'high'"),
        ("category,rung,cues\nCYBER,40,hack\n", "between -10 and 10"),
        ("category,rung,cues\nCYBER,7,\n", "CYBER has no cues"),
        ("category,rung,cues\nFORCE,3,hack\n", "FORCE is on rung 9"),
        ("category,rung,cues\nCYBER,7,hack\nCYBER,5,wipe\n", "line 3: CYBER has rung 5"),
        ("category,rung,cues\nCYBER,7,<gadgets> explode\n", "word class <gadgets>"),
        ("category,rung,cues\nCYBER,7,<troops mass\n", "holds '<troops'"),
        ("category,rung,cues\nCYBER,7,… hack\n", "begins or ends with a gap"),
        ("category,rung,cues\nCYBER,7,…\n", "begins or ends with a gap"),
        ("category,rung,cues\nCYBER,7,hack; ...\n", "begins or ends with a gap"),
        ('category,rung,cues\nCYBER,7,"hack, wipe"\n', "holds 'hack,'"),
        ("category,rung,cues\nCYBER,7,hack/\n", "holds ''"),
        ("category,rung,cues\n", "no categories"),
        ("category,rung,cues\n\n,,\n", "no categories"),
        ("category,rung,cues\nCYBER,7,hack,wipe,steal\n", "more cells than columns"),
        ("category,rung,cues\n9!,7,hack\n", "must be a word"),
        ("category,rung,cues,cues\nCYBER,7,hack,wipe\n", "line 1: the column cues is named twice"),
        ("category,rung,cues,kind\nCYBER,7,hack,posture\n", "kind 'posture' is none of verb, noun, phrase"),
        ('category,rung,cues,examples\n"CY\nBER",7,hack,\n\nBAN,x,ban,\n', "line 5: rung 'x'"),
    ],
)
def test_errors_in_own_codebook_are_one_clear_sentence(tmp_path, content, says):
    path = tmp_path / "own.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ValueError, match=re.escape(says)) as caught:
        load_codebook(path)
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith("own.csv") and str(caught.value).endswith(".")


def test_missing_codebook_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="no codebook file"):
        load_codebook(tmp_path / "absent.csv")


def test_a_codebook_in_another_encoding_is_named(tmp_path):
    (tmp_path / "own.csv").write_bytes("category,rung,cues\nCAFÉ,7,hack\n".encode("latin-1"))
    with pytest.raises(ValueError, match="own.csv is not UTF-8 text: save the codebook as CSV in UTF-8."):
        load_codebook(tmp_path / "own.csv")


def test_files_from_spreadsheets_are_read(tmp_path):
    path = tmp_path / "own.csv"
    path.write_text("\ufeffCategory,Rung,Cues,,\r\ncyber war,−2,hack,,\r\n,,,,\r\nFORCE,,raid,,\r\n", encoding="utf-8")
    assert load_codebook(path).rungs == {"CYBER_WAR": -2, "FORCE": 9}


@pytest.mark.parametrize(
    "examples",
    [
        "They hacked a bank",
        "They hacked a bank; The servers were all wiped;",
        "They hacked a bank; then they left | All its servers are wiped |",
    ],
)
def test_examples_that_hold_a_cue_are_accepted(codebook, examples):
    assert codebook(f"CYBER,7,hack; wipe … server,{examples},verb").rungs == {"CYBER": 7}


def test_an_example_without_a_cue_of_its_row_is_named(codebook):
    lines = "BAN,6,ban,They banned a party,\nCYBER,7,hack,They hacked it; They banned it,"
    with pytest.raises(ValueError) as caught:
        codebook(lines)
    assert str(caught.value) == (
        "own.csv, line 3: the example “They banned it” holds none of the cues of CYBER; mend the cue or the example."
    )


def test_word_classes_hold_each_word_once():
    with (ROOT / "helpers" / "data" / "codebook_words.csv").open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert len(word_classes()) == len(rows)
    for row in rows:
        words = row["words"].split()
        assert row["words"] == " ".join(words).lower() and len(set(words)) == len(words), row["class"]


# -- forms of words --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verb", "forms"),
    [
        ("ban", "ban bans banned banning"),
        ("withdraw", "withdraw withdraws withdrew withdrawn withdrawing"),
        ("cancel", "cancel cancels canceled cancelled canceling cancelling"),
        ("be", "be am are is was were been being"),
        ("overfly", "overfly overflies overflew overflied overflown overflying"),  # by the verb behind the prefix
        ("spearphish", "spearphish spearphishes spearphished spearphishing"),  # by rule
        ("seized", "seized"),
    ],
)
def test_verbs_are_inflected(verb, forms):
    assert inflection.forms_of_verb(verb) == set(forms.split())


def test_nouns_and_participles_are_inflected():
    assert inflection.forms_of_noun("embassy") == {"embassy", "embassies"}
    assert inflection.forms_of_noun("botnet") == {"botnet", "botnets"}
    assert inflection.forms_of_noun("servers") == {"servers"}
    assert inflection.participles_of("take") == {"taken"} and inflection.participles_of("hit") == {"hit"}
    assert inflection.may_be_noun("attacks") and inflection.may_be_noun("shelling")
    assert not inflection.may_be_noun("hacked")


# -- the coded sentences of helpers/training/codebook.csv ------------------------------------------------------------

ROWS = list(csv.DictReader((ROOT / "helpers" / "training" / "codebook.csv").open(encoding="utf-8", newline="")))
PURPOSES = ("deter", "compel", "punish", "reassure")


def test_coded_sentences_are_well_formed():
    for row in ROWS:
        assert row["cue"] in row["sentence"] and row["cue"], row
        assert row["category"] in scheme.LADDER, row
        assert row["modality"] in scheme.MODALITIES and row["attribution"] in scheme.ATTRIBUTIONS, row
        assert row["purpose"] in ("", *PURPOSES), row
        assert scheme.CATEGORY_OF.get(row["plover"] or "NONE") == row["category"], row
        scored = scheme.scored_plover(row["category"], row["modality"], row["plover"])
        assert row["plover_scored"] == (scored or ""), row
    assert len({row["id"] for row in ROWS}) == len(ROWS)
    assert len({(row["sentence"], row["cue"]) for row in ROWS}) >= len(ROWS) - 10


def test_coded_sentences_cover_the_scheme():
    assert len(ROWS) >= 700
    assert {row["category"] for row in ROWS} == set(scheme.LADDER)
    counts = Counter(row["modality"] for row in ROWS)
    assert all(counts[modality] >= 20 for modality in scheme.MODALITIES)
    assert all(sum(row["purpose"] == purpose for row in ROWS) >= 20 for purpose in PURPOSES)
    traps = sum(row["category"] == "NONE" or row["modality"] in ("denied", "possible", "conditional") for row in ROWS)
    assert traps / len(ROWS) > 1 / 3
