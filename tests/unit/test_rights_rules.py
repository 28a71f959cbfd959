"""Rules of rights: what the file must hold, and what a passage is. Texts are invented."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filingwatch.errors import BadInput
from filingwatch.rights.passages import Passage, Plain
from filingwatch.rights.rules import IMPLIED, STATED, RuleSet, read_rules
from filingwatch.rights.tagging import MOST_QUOTED, Text, find_tags

RULES = read_rules()
PIECES = (
    "face recognition", "Face-Recognition", "ＦＡＣＥ recognition", "人脸识别", "人 脸识别", "人脸\u3000识别",
    "blacklist", "黑名单", "e\u0301", "\ufb03", "İ", "ß", "。", "；", ". ", ", ", "，", "\n",
    " ", "-", "\u2003", "𠮷", "😀", "0.5",
)  # fmt: skip


def tag(text: str, language: str = "en", rules: RuleSet = RULES, field: str = "abstract"):
    return find_tags([Text("P1", field, language, text)], [], rules)


def small(**changes: object) -> RuleSet:
    """One invented rule about red and blue things."""
    rule = {
        "id": "red_blue", "version": 1, "rights": ["ICCPR 17"], "state": STATED, "near": {"en": [["red"], ["blue*"]]},
        "reason": "invented", "source": "invented",
    }  # fmt: skip
    rights = [{"code": "ICCPR 17", "udhr": "UDHR 12", "name": "privacy"}]
    words = {"people": {"en": ["person"]}}
    return RuleSet.model_validate({"rights": rights, "vocabulary": words, "rules": [rule | changes]})


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=6), max_size=14), st.sampled_from(["en", "zh"]))
def test_every_quote_stands_in_the_stored_text_where_it_says(pieces: list[str], language: str) -> None:
    """Whatever letters a text is made of: the quote is a stretch of the text as it is stored, and is not empty."""
    text = "".join(pieces)
    for found in tag(text, language):
        assert found.start is not None and found.quote
        assert text[found.start : found.start + len(found.quote)] == found.quote


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=6), max_size=14))
def test_each_plain_letter_came_from_a_place_of_its_own_or_the_one_before(pieces: list[str]) -> None:
    """There is a place for every plain letter, places lie in the text and never fall."""
    text = "".join(pieces)
    plain = Plain(text)
    assert len(plain.places) == len(plain.text)
    assert list(plain.places) == sorted(plain.places)
    assert all(0 <= place < len(text) for place in plain.places)


@pytest.mark.parametrize(
    ("language", "text", "quote"),
    [
        ("en", "A lamp. Found by  FACE-RECOGNITION; a door opens.", "Found by  FACE-RECOGNITION;"),
        ("zh", "一种灯。摄像机通过人脸　识别确认访客；随后开门。", None),
        ("zh", "一种灯。摄像机通过人脸识别确认访客；随后开门。", "摄像机通过人脸识别确认访客；"),
        ("zh", "本发明公开了一种ＤＮＡ数据库的建立方法。", "本发明公开了一种ＤＮＡ数据库的建立方法。"),
    ],
)  # fmt: skip
def test_a_sentence_is_quoted_as_it_is_written(language: str, text: str, quote: str | None) -> None:
    """Width, case, hyphens and double spaces do not hide a term; a space inside a Chinese term does."""
    assert {found.quote for found in tag(text, language)} == ({quote} if quote else set())


def test_terms_must_stand_in_one_sentence_or_clause_and_within_reach() -> None:
    """Over a full stop, over a comma where a clause is asked for, and beyond the reach nothing is found."""
    assert tag("red and bluest", rules=small())
    assert not tag("It is red. It is blue.", rules=small())
    assert tag("It is red, it is blue", rules=small())
    assert not tag("It is red, it is blue", rules=small(within="clause"))
    assert tag("red thing blue", rules=small(reach=14)) and not tag("red thing blue", rules=small(reach=13))
    assert tag("red, and much later and further on something else; red blue", rules=small(reach=8))
    assert not tag("reddish blue", rules=small()) and tag("reds blue", rules=small())


def test_words_of_another_sense_void_a_sentence_or_a_filing() -> None:
    """`unless` speaks against its sentence, `unless_anywhere` against the whole document."""
    rules = small(unless={"en": ["=people"]})
    assert not tag("A red person is blue.", rules=rules)
    assert [found.quote for found in tag("A red person is blue. Red is blue.", rules=rules)] == ["Red is blue."]
    rules = small(unless_anywhere={"en": ["toy"]})
    texts = [Text("P1", "title", "en", "A toy"), Text("P1", "abstract", "en", "red blue")]
    assert not find_tags(texts, [], rules) and find_tags(texts[1:], [], rules)


def test_a_long_sentence_is_quoted_from_clause_to_clause() -> None:
    """A claim of many clauses is not quoted whole: only from the clause of the first term to that of the last."""
    filler = "a part that says nothing of either, " * 20
    [found] = tag(f"{filler}a red door, a window, a blue roof, {filler}", rules=small())
    assert found.quote == "a red door, a window, a blue roof,"
    assert len(filler) > MOST_QUOTED


def test_a_class_implies_and_several_rights_stand_side_by_side() -> None:
    """A class symbol tags without a passage; one filing has many rights; protective tags are tags of their own."""
    text = "Face recognition against a blacklist; the data of each user are anonymised for privacy protection."
    found = find_tags([Text("P1", "abstract", "en", text)], ["G06V 40/172", "A01B 1/00"], RULES)
    assert {(one.right, one.state) for one in found} >= {
        ("ICCPR 17", STATED), ("ICCPR 9", STATED), ("ICCPR 17", IMPLIED),
    }  # fmt: skip
    implied = [one for one in found if one.state == IMPLIED]
    assert [(one.rule_id, one.quote, one.start, one.publication_id) for one in implied] == [
        ("class_face", "G06V 40/172", None, None)
    ]
    assert {one.rule_id for one in found if one.is_protective} == {"anonymising", "privacy_preserving"}


def test_equal_texts_of_one_filing_are_quoted_once_from_the_first() -> None:
    """A grant that repeats its application adds nothing; another language does."""
    texts = [
        Text("CN1A", "title", "zh", "人脸识别"), Text("CN1B", "title", "zh", "人脸识别"),
        Text("US1A", "title", "en", "Face recognition"), Text("XX1A", "title", "fr", "face recognition"),
    ]  # fmt: skip
    found = find_tags(texts, [], RULES)
    assert [(one.publication_id, one.language) for one in found] == [("US1A", "en"), ("CN1A", "zh")]


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"rights": ["ICCPR 99"]}, "'red_blue' names ICCPR 99, which `rights` does not describe"),
        ({"near": {}}, "needs either terms"),
        ({"classes": ["G06V"]}, "needs either terms"),
        ({"state": IMPLIED}, "reads text, so its state is another one"),
        ({"near": {"en": [[]]}}, "a group without terms"),
        ({"near": {"en": [["=animals"]]}}, "uses =animals, of which `vocabulary` has nothing for en"),
        ({"rights": ["ICCPR 17", "ICCPR 17"]}, "names a right twice"),
        ({"reason": " "}, "reason"),
        ({"rights": ["privacy"]}, "rights"),
    ],
)
def test_a_wrong_rule_is_refused_by_name(changes: dict[str, object], complaint: str) -> None:
    """Each fault is said with the rule and what is wrong with it."""
    with pytest.raises(ValueError, match=complaint):
        small(**changes)


def test_a_wrong_file_is_bad_input_that_names_the_rule(tmp_path: Path) -> None:
    """The message lists every fault by the rule's id; a file that is no mapping, or no YAML, is refused as well."""
    path = tmp_path / "rules.yaml"
    path.write_text("rights: []\nrules:\n  - {id: broken, version: 0}\n", encoding="utf-8")
    with pytest.raises(BadInput, match=r"(?s)rights: .*rule broken\.version: .*rule broken\.rights: "):
        read_rules(path)
    path.write_text("[1]", encoding="utf-8")
    with pytest.raises(BadInput, match="must be a mapping"):
        read_rules(path)
    path.write_text("{", encoding="utf-8")
    with pytest.raises(BadInput, match="could not be read"):
        read_rules(path)


def test_the_version_follows_the_rules() -> None:
    """The version is that of the content: the same for the same file, another when a word changes."""
    assert read_rules().version == RULES.version != small().version
    assert small().version != small(version=2).version


def test_stretches_without_letters_have_no_quote() -> None:
    """Spaces alone come from nowhere."""
    assert Plain("a  b").back(Passage(1, 2)) == Passage(0, 0)
