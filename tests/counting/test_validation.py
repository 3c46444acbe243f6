from types import SimpleNamespace

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import tables
from helpers.counting import validation
from helpers.showing import display

TEXT = "Berg threatened Ruritania with war, then fed it. " * 30


@pytest.fixture
def found(make_acts):
    berg, ruritania = ("PER:berg", "Berg"), ("LOC:ruritania", "Ruritania")
    kinds = ["THREATEN" if i % 10 else "AID" for i in range(100)]
    cue = {"end": 15, "cue": "threatened", "sentence_end": 48}
    rows = [(f"a{i % 3}", 5 + i, kind, "actual", [berg], [ruritania], cue) for i, kind in enumerate(kinds)]
    acts, participants = make_acts(*rows)
    return SimpleNamespace(acts=acts.assign(start=5, end=15, sentence_start=0), participants=participants)


@pytest.fixture
def acts(found):
    return validation.choose(found, "acts")


@pytest.fixture
def articles():
    return tables.make_frame(
        "articles", [(f"a{i}", None, TEXT, None, None, None, "x", 9, None, None) for i in range(3)]
    )


def test_sample_judge_measure_correct(acts, articles, tmp_path):
    sample = validation.draw_sample(acts, articles, "acts", n=20, by="category")
    assert sample["category"].value_counts().to_dict() == {"AID": 10, "THREATEN": 10}
    assert sample["passage"].str.contains(r"\[\[threatened\]\]").all()
    path = validation.write_sample(sample, "acts", tmp_path)
    judged = validation.read_csv(path).assign(verdict=["right"] * 15 + [""] * 5)
    judged.loc[judged["category"] == "AID", "verdict"] = "wrong"
    judged.to_csv(path, index=False, sep=";")
    labels = validation.read_labels(path)
    precision = validation.measure_precision(labels, "category")
    assert precision.set_index("label")["precision"].round(2).to_dict()["AID"] == 0
    assert precision["precision"][0] > 0.7  # weighted: threats are nine times as frequent
    counts = validation.correct_counts(
        pd.DataFrame({"category": ["AID", "THREATEN", "FORCE"], "n": [10, 90, 4]}), precision, "category"
    )
    assert counts["corrected"][0] == 0 and counts["corrected"][1] == 90 and 0 < counts["corrected"][2] < 4
    with pytest.raises(FileExistsError, match="verdicts already"):
        validation.write_sample(sample, "acts", tmp_path)


def test_the_same_seed_draws_the_same_rows(acts, articles):
    first, second = (validation.draw_sample(acts, articles, "acts", n=10, seed=3) for _ in range(2))
    assert first.equals(second)


def test_small_tables_and_none(acts, articles):
    assert len(validation.draw_sample(acts.head(3), articles, "acts", n=10)) == 3
    empty = validation.draw_sample(acts.head(0), articles, "acts", n=10)
    assert len(empty) == 0 and "verdict" in empty
    assert (
        validation.tell(validation.measure_precision(pd.DataFrame({"right": [], "weight": []})))
        == "No row has been judged yet"
    )


def test_wrong_verdicts_are_named(tmp_path):
    (tmp_path / "x.csv").write_text("row,verdict\n1,right\n2,perhaps\n")
    with pytest.raises(ValueError, match=r"line 3: the verdict is 'perhaps'"):
        validation.read_labels(tmp_path / "x.csv")


@given(st.lists(st.integers(0, 30), max_size=8), st.integers(0, 100))
def test_shares_add_up(sizes, n):
    quotas = validation._share_out(sizes, n)
    assert sum(quotas) == min(n, sum(sizes)) and all(q <= s for q, s in zip(quotas, sizes, strict=True))
    full = [quota for quota, size in zip(quotas, sizes, strict=True) if quota < size]
    assert not full or max(full) - min(full) <= 1


def test_the_notebook_s_way(found, acts, articles, tmp_path):
    with pytest.raises(ValueError, match="choose one of"):
        validation.choose(found, "actz")
    sample = validation.draw_sample(validation.choose(found, "acts"), articles, "acts", n=10)
    assert "10 rows written" in validation.offer(sample, "acts", tmp_path)
    path = tmp_path / "validation" / "acts.csv"
    validation.read_csv(path).assign(verdict="right").to_csv(path, index=False)
    assert "verdicts already" in validation.offer(sample, "acts", tmp_path)
    precision = validation.measure_precision(validation.read_verdicts(str(path)), "category")
    corrected = validation.correct(acts, precision, "acts")
    assert corrected["corrected"].sum() == 100 and (corrected["low"] < corrected["n"]).all()
    assert len(validation.correct(acts, validation.measure_precision(validation.read_verdicts("")), "acts")) == 0
    shown = str(display.judge_by_hand(sample, articles, words=found.participants))
    assert "Does the sentence" in shown and "Berg → Ruritania" in shown and 'title="actor' in shown


def test_participants_are_judged_with_their_act(found, articles):
    findings = validation.choose(found, "participants")
    sample = validation.draw_sample(findings, articles, "participants", n=10, by="role")
    assert sample["role"].value_counts().to_dict() == {"actor": 5, "target": 5}
    assert set(sample["act"]) <= {"THREATEN: threatened", "AID: threatened"} and set(sample["entity"]) == {
        "Berg",
        "Ruritania",
    }
