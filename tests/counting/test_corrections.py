"""The analyst's corrections: what each action does, in every table, and what a wrong line says."""

from typing import NamedTuple

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import tables
from helpers.counting import corrections


class Found(NamedTuple):
    mentions: pd.DataFrame
    statements: pd.DataFrame
    stances: pd.DataFrame
    acts: pd.DataFrame
    participants: pd.DataFrame


def found():
    """Two articles: Ana Ruiz and A. Ruiz are one person, Harbour a company and (in a1) a place."""
    mentions = [
        ("a0", 0, 8, "Ana Ruiz", "PER", "named", "PER:ana ruiz", "Ana Ruiz", None, "full name", 1.0),
        ("a0", 20, 27, "A. Ruiz", "PER", "named", "PER:a ruiz", "A. Ruiz", None, "full name", 1.0),
        ("a0", 40, 47, "Harbour", "ORG", "named", "ORG:harbour", "Harbour", None, "name as written", 1.0),
        ("a1", 0, 7, "Harbour", "ORG", "named", "ORG:harbour", "Harbour", None, "name as written", 1.0),
        ("a1", 30, 36, "Moscow", "LOC", "named", "LOC:moscow", "Moscow", "LOC:russia", "table", 1.0),
    ]
    columns = [
        "article_id",
        "start",
        "end",
        "text",
        "type",
        "kind",
        "entity_id",
        "entity",
        "metonym_of",
        "rule",
        "score",
    ]
    statements = pd.DataFrame(
        [("a0", 0, 39, "Ana Ruiz", 0, 8, "PER:ana ruiz"), ("a0", 41, 60, "A. Ruiz", 20, 27, "PER:a ruiz")],
        columns=["article_id", "start", "end", "speaker", "speaker_mention_start", "speaker_mention_end", "speaker_id"],
    )
    stances = pd.DataFrame(
        [("a0", 0, 39, 40, 47, "ORG:harbour", "Harbour"), ("a1", 0, 20, 0, 7, "ORG:harbour", "Harbour")],
        columns=["article_id", "start", "end", "target_start", "target_end", "target_id", "target"],
    )
    acts = pd.DataFrame(
        [
            ("a0", 10, 15, "a0:10-ACCUSE", "A. Ruiz", "PER:a ruiz", "Ana Ruiz", "Harbour", 0, 50),
            ("a1", 10, 15, "a1:10-FORCE", None, None, "Russia (Harbour); Norland", "militia", 0, 50),
        ],
        columns=[
            "article_id",
            "start",
            "end",
            "act_id",
            "speaker",
            "speaker_id",
            "actor",
            "target",
            "sentence_start",
            "sentence_end",
        ],
    )
    columns_of_participants = tables.SCHEMAS["participants"].names
    participants = pd.DataFrame(
        [
            ("a0", 0, 8, "a0:10-ACCUSE", "actor", "Ana Ruiz", "PER:ana ruiz", "Ana Ruiz", None, None),
            ("a0", 40, 47, "a0:10-ACCUSE", "target", "Harbour", "ORG:harbour", "Harbour", None, None),
            ("a1", 0, 7, "a1:10-FORCE", "actor", "Harbour", "ORG:harbour", "Harbour", "LOC:russia", "Russia"),
            ("a1", 20, 27, "a1:10-FORCE", "actor", "Norland", "LOC:norland", "Norland", None, None),
            ("a1", 40, 47, "a1:10-FORCE", "target", "militia", None, "militia", None, None),
        ],
        columns=columns_of_participants[:10],
    ).assign(named_in="this sentence", score=0.9)
    return Found(pd.DataFrame(mentions, columns=columns), statements, stances, acts, participants)


def corrected(tmp_path, *lines, header="action,entity,words,article,target"):
    file = tmp_path / "corrections.csv"
    file.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return corrections.apply(found(), str(file))


def test_nothing_given_changes_nothing():
    before = found()
    assert corrections.apply(before, "") is before


def test_merge_reaches_every_table(tmp_path):
    after = corrected(tmp_path, "merge,PER:a ruiz,,,Ana Ruiz")
    assert after.mentions["entity_id"].tolist()[:2] == ["PER:ana ruiz"] * 2
    assert after.mentions["rule"][1] == "correction, line 2: merge"
    assert after.statements["speaker_id"].tolist() == ["PER:ana ruiz"] * 2
    assert after.statements["speaker"].tolist() == ["Ana Ruiz"] * 2
    assert after.acts["speaker_id"][0] == "PER:ana ruiz" and after.acts["speaker"][0] == "Ana Ruiz"


def test_merge_by_name_into_a_new_entity(tmp_path):
    after = corrected(tmp_path, "merge,a. ruiz,,,Ana María Ruiz")
    assert after.mentions["entity_id"][1] == "PER:ana maria ruiz"
    assert after.mentions["entity"][1] == "Ana María Ruiz"


def test_split_by_article(tmp_path):
    after = corrected(tmp_path, "split,Harbour,Harbour,a1,LOC:harbour bay")
    assert after.mentions["entity_id"].tolist()[2:4] == ["ORG:harbour", "LOC:harbour bay"]
    assert after.mentions["type"][3] == "LOC"
    assert after.stances["target_id"].tolist() == ["ORG:harbour", "LOC:harbour bay"]
    ids = after.participants["entity_id"]
    assert ids[1] == "ORG:harbour" and ids[2] == "LOC:harbour bay"
    assert after.acts["target"][0] == "Harbour" and after.acts["actor"][1] == "Russia (Harbour Bay); Norland"


def test_rename_keeps_the_identifier(tmp_path):
    after = corrected(tmp_path, "rename,ORG:harbour,,,Harbour plc")
    assert set(after.mentions.loc[after.mentions["entity_id"] == "ORG:harbour", "entity"]) == {"Harbour plc"}
    assert after.acts["target"][0] == "Harbour plc" and after.acts["actor"][1] == "Russia (Harbour plc); Norland"
    assert set(after.participants["entity_id"].dropna()) == set(found().participants["entity_id"].dropna())


def test_a_renamed_state_keeps_who_acts_for_it(tmp_path):
    after = corrected(tmp_path, "rename,LOC:russia,,,Russian Federation")
    assert after.acts["actor"].tolist() == ["Ana Ruiz", "Russian Federation (Harbour); Norland"]
    assert after.participants["acts_for"].dropna().tolist() == ["Russian Federation"]


def test_ignore_all_or_some(tmp_path):
    after = corrected(tmp_path, "ignore,ORG:harbour,,,")
    assert "ORG:harbour" not in set(after.mentions["entity_id"]) and not len(after.stances)
    assert after.participants["entity"].tolist() == ["Ana Ruiz", "Norland", "militia"]
    assert pd.isna(after.acts["target"][0]) and after.acts["actor"][1] == "Norland"
    after = corrected(tmp_path, "ignore,ORG:harbour,,a1,")
    assert (after.mentions["entity_id"] == "ORG:harbour").sum() == 1 and len(after.stances) == 1
    assert after.acts["target"][0] == "Harbour" and after.acts["actor"][1] == "Norland"
    after = corrected(tmp_path, "ignore,LOC:russia,,,")
    assert after.acts["actor"][1] == "Harbour; Norland" and after.participants["acts_for_id"].isna().all()


def test_retype_changes_identifier_everywhere(tmp_path):
    after = corrected(tmp_path, "retype,ORG:harbour,,,loc")
    assert (after.mentions["entity_id"] == "LOC:harbour").sum() == 2
    assert set(after.stances["target_id"]) == {"LOC:harbour"}
    assert "ORG:harbour" not in set(after.participants["entity_id"])


def test_words_that_are_no_known_entity(tmp_path):
    after = corrected(tmp_path, "merge,words:Militia,,,Norland Guard")
    last = after.participants.iloc[-1]
    assert (last["entity_id"], last["entity"], last["text"]) == ("ORG:norland guard", "Norland Guard", "militia")
    assert after.acts["target"][1] == "Norland Guard"
    assert corrected(tmp_path, "split,words:militia,,a1,PER:ana ruiz").acts["target"][1] == "Ana Ruiz"
    assert corrected(tmp_path, "rename,words:militia,,,rebels").acts["target"][1] == "rebels"
    assert pd.isna(corrected(tmp_path, "ignore,words:militia,militia,,").acts["target"][1])
    assert corrected(tmp_path, "retype,words:militia,,,ORG").participants["entity_id"].iloc[-1] == "ORG:militia"
    lines = [corrections.Correction(2, "ignore", "words:rebels", "", "", "")]
    assert corrections.unused(found().mentions, lines, found().participants)["why"].tolist() == [
        "no participant with these words"
    ]


def test_only_what_changed_is_written_anew(tmp_path):
    acts = found().acts.assign(actor="as it was")
    after = corrections.apply_lines(
        found()._replace(acts=acts)._asdict(), [corrections.Correction(2, "rename", "Norland", "", "", "Nordland")]
    )
    assert after["acts"]["actor"].tolist() == ["as it was", "as it was"]  # no mention bears the name
    after = corrections.apply_lines(
        found()._replace(acts=acts)._asdict(), [corrections.Correction(2, "rename", "LOC:norland", "", "", "Nordland")]
    )
    assert after["acts"]["actor"].tolist() == ["as it was", "Russia (Harbour); Nordland"]


def test_lines_apply_in_order_and_the_input_stays(tmp_path):
    before = found()
    file = tmp_path / "corrections.csv"
    file.write_text(
        "# my notes\naction;entity;words;article;target\n"
        "merge;PER:a ruiz;;;PER:ana ruiz\nrename;PER:ana ruiz;;;Minister Ruiz\n",
        encoding="utf-8-sig",
    )
    after = corrections.apply(before, str(file))
    assert after.mentions["entity"].tolist()[:2] == ["Minister Ruiz"] * 2
    assert before.mentions["entity_id"][1] == "PER:a ruiz"


def test_unknown_entities_are_reported_not_fatal(tmp_path):
    file = tmp_path / "corrections.csv"
    file.write_text(
        "action,entity,words,article,target\nmerge,PER:nobody,,,Ana Ruiz\nignore,ORG:harbour,Port,,\n", encoding="utf-8"
    )
    corrections.apply(found(), str(file))
    report = corrections.unused(found().mentions, corrections.load(str(file)))
    assert report["line"].tolist() == [2, 3]
    assert report["why"].tolist() == ["no such entity in this corpus", "no mention with these words or in this article"]


@pytest.mark.parametrize(
    "line, says",
    [
        (
            "mege,PER:a ruiz,,,Ana Ruiz",
            "line 2: the action 'mege' is none of merge, split, rename, ignore, retype, keep; did you mean merge?",
        ),
        ("merge,,,,Ana Ruiz", "line 2: merge needs an entity"),
        ("merge,PER:a ruiz,,,", "line 2: merge needs a target"),
        ("retype,ORG:harbour,,,SHIP", "line 2: the type 'SHIP' is none of PER, ORG, LOC, MISC"),
        ("split,ORG:harbour,,,LOC:harbour", "line 2: split needs words or an article"),
        ("rename,ORG:harbour,Harbour,,X", "line 2: rename takes no words"),
        ("rename,ORG:harbour,,,Harbour, plc", "line 2: 6 values for 5 columns"),
    ],
)
def test_a_wrong_line_says_where_and_what_to_do(tmp_path, line, says):
    with pytest.raises(ValueError) as error:
        corrected(tmp_path, line)
    assert says in str(error.value) and "\n" not in str(error.value)


def test_missing_file_and_missing_column(tmp_path):
    with pytest.raises(FileNotFoundError, match="There is no corrections file"):
        corrections.load(str(tmp_path / "none.csv"))
    with pytest.raises(ValueError, match="the column action is missing"):
        corrected(tmp_path, header="entity,target")


def test_suggested_lines_can_be_read_back(tmp_path):
    line = corrections.format_line("merge", 'PER:ann "bo" lee', "PER:ann lee, jr")
    file = tmp_path / "corrections.csv"
    file.write_text("action,entity,words,article,target\n" + line, encoding="utf-8")
    assert corrections.load(str(file))[0][1:] == ("merge", 'PER:ann "bo" lee', "", "", "PER:ann lee, jr")


@given(st.text(max_size=120))
@settings(max_examples=150, deadline=None)
def test_any_file_is_read_or_refused_in_one_sentence(tmp_path_factory, words):
    file = tmp_path_factory.mktemp("corrections") / "c.csv"
    file.write_bytes(("action,entity,words,article,target\n" + words).encode("utf-8", "replace"))
    try:
        corrections.apply(found(), str(file))
    except ValueError as error:
        assert str(file) in str(error)
