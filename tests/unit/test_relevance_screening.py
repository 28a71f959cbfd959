"""Relevance on invented filings: planted subjects, collisions, human labels, too little to learn from."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import fields, replace

import polars as pl
import pytest
from invented_filings import invent

from filingwatch.relevance.labels import choose_training, hash_human, read_decisions
from filingwatch.relevance.learned import Learned
from filingwatch.relevance.rule import Rule, find_hits
from filingwatch.relevance.screening import SCHEMA, Screening, ScreeningSettings, judge, screen
from filingwatch.texts import Texts
from filingwatch.words import text_tokens

RULE = Rule(("traffic signal", "face recognition", "交通信号", "人脸识别", "平安"), ("平安保险",), ("G08G",))
SETTINGS = ScreeningSettings()
WANTED = ("traffic", "faces")


def _as_tuples(value: object) -> object:
    return tuple(_as_tuples(each) for each in value) if isinstance(value, list) else value


@pytest.fixture(scope="module")
def filings() -> pl.DataFrame:
    return invent({"traffic": 80, "faces": 80, "animals": 120, "insurance": 60})


@pytest.fixture(scope="module")
def screened(filings: pl.DataFrame) -> Screening:
    return screen(filings, RULE, {}, SETTINGS)


def side(screening: Screening, filings: pl.DataFrame) -> pl.DataFrame:
    return screening.rows.join(filings.select("invention_id", "subject", "text", "symbols"), on="invention_id")


def test_planted_subjects_are_told_apart_in_both_languages(screened: Screening, filings: pl.DataFrame) -> None:
    """Of wanted filings in the rule's reach 97 of 100 are found, of all wanted 90; of unwanted ones at most 3 pass.

    The rest of the wanted ones hold no term at all: weak labels call them irrelevant, which is this form's weakness.
    """
    judged = side(screened, filings).with_columns(pl.col("subject").is_in(WANTED).alias("wanted"))
    in_reach = [
        any(find_hits(RULE, text, symbols).include) for text, symbols in judged.select("text", "symbols").iter_rows()
    ]
    judged = judged.with_columns(pl.Series("in_reach", in_reach))
    for office in ("CN", "US"):
        part = judged.filter(pl.col("invention_id").str.starts_with(office))
        assert part.filter("wanted", "in_reach")["is_relevant"].mean() >= 0.97
        assert part.filter("wanted")["is_relevant"].mean() >= 0.90
        assert part.filter(~pl.col("wanted"))["is_relevant"].mean() <= 0.03


def test_the_answer_has_its_shape_and_says_how_it_was_made(screened: Screening, filings: pl.DataFrame) -> None:
    """One row per document with probabilities in 0..1; weak labels are counted and called weak."""
    assert dict(screened.rows.schema) == SCHEMA
    assert screened.rows["invention_id"].to_list() == sorted(filings["invention_id"])
    assert screened.rows["probability"].is_between(0, 1).all()
    assert screened.rows["words_for"].list.len().max() <= 5
    figures = screened.figures
    assert figures["human_relevant"] == 0 and figures["weak_relevant"] > 100
    assert figures["recall_out_of_fold"] >= 0.95 and figures["threshold"] <= 0.5
    assert figures["agreement_with_rule"] > 0.9
    assert "weak labels" in figures["note"]


def _judge_beside(filings: pl.DataFrame, word: str) -> dict:
    text = word + "，车辆排队，路口，绿灯时长，道路拥堵，车道检测"
    one = pl.DataFrame([("CNx1", text, [], "one", "zh")], filings.schema, orient="row")
    rows = screen(pl.concat([filings, one]), RULE, {}, SETTINGS).rows
    return rows.row(by_predicate=pl.col("invention_id") == "CNx1", named=True)


def test_a_filing_whose_only_hit_is_a_collision_is_out(filings: pl.DataFrame) -> None:
    """平安保险 alone keeps a filing out that reads like a wanted one; with 平安城市 in its place its words decide."""
    out = _judge_beside(filings, "平安保险")
    assert (out["is_relevant"], out["decided_by"], out["words_against"]) == (False, "rule", ["平安保险"])
    judged = _judge_beside(filings, "平安城市")
    assert judged["decided_by"] == "model" and judged["probability"] > 5 * out["probability"]
    assert "平安城市" in judged["words_for"]


def test_a_filing_with_a_term_of_the_watch_is_in(filings: pl.DataFrame) -> None:
    """With 平安城市 in place of the insurer the same text is relevant."""
    assert _judge_beside(filings, "平安城市")["is_relevant"]


def test_what_is_left_out_is_below_the_threshold_however_low_it_is(filings: pl.DataFrame) -> None:
    """Estimates cut the answers at the threshold: a collision that is out may not stand above it."""
    learned = replace(screen(filings, RULE, {}, SETTINGS).learned, threshold=0.001)
    rows = judge(Texts.of_frame(filings), sorted(filings["invention_id"]), learned, RULE, {}, SETTINGS)
    assert rows.filter(~pl.col("is_relevant"), pl.col("decided_by") == "rule").height > 0
    assert rows.filter(pl.col("is_relevant") != (pl.col("probability") >= 0.001)).is_empty()


def test_reasons_are_whole_words_of_the_document(screened: Screening, filings: pl.DataFrame) -> None:
    """Every Chinese reason stands in the text; the words that make a filing relevant are among the reasons."""
    judged = side(screened, filings)
    row = judged.row(by_predicate=pl.col("invention_id") == "CNfaces0000", named=True)
    chinese = [word for word in row["words_for"] + row["words_against"] if not word.isascii()]
    assert chinese and all(word in row["text"] for word in chinese)
    reasons = judged.filter(pl.col("subject") == "faces")["words_for"].explode()
    assert {"人脸识别", "face recognition"} <= set(reasons)


def test_a_person_has_the_last_word(filings: pl.DataFrame) -> None:
    """Labelled filings carry probability 1 or 0 and say that a person decided."""
    human = {"CNfaces0000": False, "USanimals0001": True}
    rows = screen(filings, RULE, human, SETTINGS).rows.filter(pl.col("invention_id").is_in(list(human)))
    assert rows.select("invention_id", "probability", "is_relevant", "decided_by").rows() == [
        ("CNfaces0000", 0.0, False, "person"),
        ("USanimals0001", 1.0, True, "person"),
    ]


def test_human_labels_teach_what_the_terms_miss() -> None:
    """A subject without a term becomes relevant once people have said so of some of its filings."""
    filings = invent({"traffic": 60, "energy": 80, "animals": 120})
    seen = filings.filter(pl.col("subject") != "traffic").sort("invention_id").gather_every(3)
    human = {name: subject == "energy" for name, subject in seen.select("invention_id", "subject").iter_rows()}
    energy = pl.col("invention_id").str.contains("energy") & (pl.col("decided_by") == "model")
    before = screen(filings, RULE, {}, SETTINGS).rows.filter(energy)["is_relevant"].mean()
    after = screen(filings, RULE, human, SETTINGS)
    assert before < 0.1
    assert after.rows.filter(energy)["is_relevant"].mean() > 0.9
    assert after.figures["threshold_set_on"] == "human labels"


def test_the_same_input_gives_the_same_bits_in_any_order(screened: Screening, filings: pl.DataFrame) -> None:
    """Rows shuffled twice: equal frames, equal parameters, equal figures."""
    for seed in (1, 2):
        again = screen(filings.sample(fraction=1, shuffle=True, seed=seed), RULE, {}, SETTINGS)
        assert again.rows.equals(screened.rows)
        assert again.parameters == screened.parameters and again.figures == screened.figures


def test_no_document_is_judged_by_a_model_that_learned_its_own_label() -> None:
    """One wrong weak label among many right ones: its words, not its label, decide what its probability is."""
    filings = invent({"traffic": 60, "animals": 60})
    stray = (
        "CNstray",
        "人脸识别，生猪喂养，奶牛挤奶，畜舍通风，饲料槽，家禽，鸡蛋收集",
        ["A01K 5/02"],
        "animals",
        "zh",
    )
    rows = screen(
        pl.concat([filings, pl.DataFrame([stray], filings.schema, orient="row")]),
        RULE,
        {},
        ScreeningSettings(strength=1000.0),
    ).rows
    probability = dict(rows.select("invention_id", "probability").iter_rows())
    assert probability["CNstray"] < 0.2


def test_parameters_tell_other_labels_and_texts_apart(screened: Screening, filings: pl.DataFrame) -> None:
    """The hashes move with what they are of."""
    labelled = screen(filings, RULE, {"CNfaces0000": True}, SETTINGS).parameters
    shorter = screen(filings.head(-1), RULE, {}, SETTINGS).parameters
    assert labelled["labels_hash"] != screened.parameters["labels_hash"]
    assert labelled["documents_hash"] == screened.parameters["documents_hash"] != shorter["documents_hash"]


@pytest.mark.parametrize("subjects", [{"traffic": 40}, {"animals": 40}, {"traffic": 9, "animals": 9}, {}])
def test_labels_of_one_class_alone_leave_the_rule(subjects: dict[str, int]) -> None:
    """No model: every row says 'rule', the figures say why and that the numbers are beliefs."""
    filings = invent(subjects)
    result = screen(filings, RULE, {}, SETTINGS)
    assert set(result.rows["decided_by"]) <= {"rule"}
    assert result.rows.height == filings.height
    assert "a model needs 10" in result.figures["why_rule"]
    assert "not estimates" in result.figures["note"]


def test_a_person_decides_where_only_the_rule_speaks() -> None:
    """A human label overrides the rule as it does the model."""
    rows = screen(invent({"traffic": 4}), RULE, {"CNtraffic0000": False}, SETTINGS).rows
    assert rows.filter(pl.col("decided_by") == "person")["is_relevant"].to_list() == [False]


def test_texts_without_any_shared_word_are_left_to_the_rule() -> None:
    """Nothing to learn from is not an error."""
    rows = [(f"X{i:03d}", "traffic signal" if i < 20 else None, None) for i in range(40)]
    schema = {"invention_id": pl.String, "text": pl.String, "symbols": pl.List(pl.String)}
    result = screen(pl.DataFrame(rows, schema, orient="row"), Rule(("traffic signal",)), {}, SETTINGS)
    assert result.rows.height == 40


def decisions(*rows: tuple[str, str, int]) -> pl.DataFrame:
    start = dt.datetime(2026, 1, 1)
    return pl.DataFrame(
        [(n, subject, value, start + dt.timedelta(days=day)) for n, (subject, value, day) in enumerate(rows)],
        ["decision_id", "subject", "value", "decided_at"],
        orient="row",
    )


INVENTIONS = pl.DataFrame({"publication_id": ["CN1A", "CN1B", "US2A1"], "invention_id": ["CN1A", "CN1A", "US2A1"]})


def test_the_latest_decision_about_any_publication_of_an_invention_counts() -> None:
    """Order of rows does not matter, time does; subjects may be publications or inventions."""
    made = decisions(("CN1B", "irrelevant", 2), ("CN1A", "relevant", 1), ("US2A1", "relevant", 0))
    assert read_decisions(made, INVENTIONS) == ({"CN1A": False, "US2A1": True}, 0)
    assert read_decisions(made.reverse(), INVENTIONS) == ({"CN1A": False, "US2A1": True}, 0)


def test_a_decision_can_be_taken_back_and_strangers_are_counted() -> None:
    """Any other value takes the label away; a subject that is not here is no label."""
    made = decisions(("CN1A", "relevant", 0), ("CN1A", "undecided", 1), ("EP9A1", "relevant", 2))
    assert read_decisions(made, INVENTIONS) == ({}, 1)


def test_weak_labels_are_thinned_without_reshuffling() -> None:
    """At most so many of each class; a new document changes at most one of them; the rest stands for the crowd."""
    filings = invent({"traffic": 60, "animals": 60}).sort("invention_id")

    def choose(part: pl.DataFrame) -> set[str]:
        hits = [find_hits(RULE, text, symbols) for text, symbols in part.select("text", "symbols").iter_rows()]
        ids = part["invention_id"].to_list()
        training = choose_training(ids, hits, {}, most_weak=20, seed=1)
        assert training.count(relevant=False, weak=True) == 20
        assert training.stands_for[~training.is_relevant].sum() == pytest.approx(
            sum(name.startswith(("CNanimals", "USanimals")) for name in ids)
        )
        return {ids[row] for row in training.rows[~training.is_relevant]}

    assert len(choose(filings) - choose(filings.filter(pl.col("invention_id") != "CNanimals0000"))) <= 1


def test_learning_twice_gives_the_same_bytes(filings: pl.DataFrame) -> None:
    """The state of a model hangs on documents, labels, seeds and settings alone: not on the order of the rows."""
    human = {document: subject in WANTED for document, subject in filings.select("invention_id", "subject")[:40].rows()}
    seeds = {
        document: subject in WANTED for document, subject in filings.select("invention_id", "subject")[40:60].rows()
    }
    first = screen(filings, RULE, human, SETTINGS, seeds=seeds)
    turned = screen(filings.reverse(), RULE, dict(reversed(human.items())), SETTINGS, seeds=seeds)
    assert first.learned.to_bytes() == turned.learned.to_bytes()
    assert first.rows.equals(turned.rows) and first.parameters == turned.parameters


def test_what_is_recorded_rebuilds_the_model(filings: pl.DataFrame) -> None:
    """Settings and rule read back from the recorded parameters, with the same labels, give the same bytes."""
    first = screen(filings, RULE, {}, SETTINGS)
    told = json.loads(json.dumps(dict(first.parameters)))
    rule = Rule(**{name: _as_tuples(value) for name, value in told["rule"].items()})
    settings = ScreeningSettings(**{field.name: told[field.name] for field in fields(ScreeningSettings)})
    again = screen(filings, rule, {}, settings)
    assert again.learned.to_bytes() == first.learned.to_bytes()


def test_a_state_of_another_form_counts_as_nothing(screened: Screening) -> None:
    """No crash: what cannot be read was not learned; what was written is read back whole."""
    state = screened.learned.to_bytes()
    assert Learned.read(state).to_bytes() == state
    assert Learned.read(None) is None
    for broken in (b"", b"not a model", state[: len(state) // 2]):
        assert Learned.read(broken) is None


def test_a_model_of_an_earlier_version_reads_as_it_learned(filings: pl.DataFrame, screened: Screening) -> None:
    """A state without terms was learned from the tokens that topics use, and is asked with those."""
    linear = screened.learned.linear
    assert linear is not None and "交通信号" in linear.terms
    old = replace(screened.learned, linear=replace(linear, terms=None))
    assert Learned.from_bytes(old.to_bytes()).linear.tokenise is text_tokens


def test_seeds_are_weak_labels_that_count_before_the_rule(filings: pl.DataFrame) -> None:
    """A seed's label is taken against the rule's, marked weak and as a seed; a person's label counts before it."""
    ids = sorted(filings["invention_id"])
    texts = dict(filings.select("invention_id", "text").rows())
    hits = [find_hits(RULE, texts[document], []) for document in ids]
    hit = next(document for document, found in zip(ids, hits, strict=True) if found.include)
    for human, expected in (({}, (False, True, True)), ({hit: True}, (True, False, False))):
        training = choose_training(ids, hits, human, most_weak=20, seed=1, seeds={hit: False})
        at = training.rows.tolist().index(ids.index(hit))
        assert (training.is_relevant[at], training.is_weak[at], training.is_seed[at]) == expected
    assert hash_human({}, {hit: True}) != hash_human({}) != hash_human({hit: True})


def test_the_later_filings_judge_what_the_earlier_ones_taught(filings: pl.DataFrame) -> None:
    """With filing dates the figures say how well labels of earlier filings order later ones; too few say why not."""
    ids = filings["invention_id"].to_list()
    days = {document: dt.date(2020, 1, 1) + dt.timedelta(days=at % 10) for at, document in enumerate(ids)}
    later = screen(filings, RULE, {}, SETTINGS, days=days).figures["by_time"]
    assert later["pairs_in_order"] >= 0.9 and later["judged"] < later["learned_from"]
    same = dict.fromkeys(ids, dt.date(2020, 1, 1))
    assert "why_not" in screen(filings, RULE, {}, SETTINGS, days=same).figures["by_time"]
