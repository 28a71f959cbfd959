"""How text becomes words, in both scripts."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from filingwatch.words import class_tokens, drop_covered, grow_fragment, is_cjk, join_fragments, text_tokens

TEXTS = st.text(alphabet="智慧城市交通的信号灯 abcd-,。AB1", max_size=40)


def test_english_gives_words_and_pairs_that_stood_together() -> None:
    """A pair never bridges a stop word or a comma."""
    tokens = text_tokens("A smart city method, and traffic lights of Harbour roads")
    assert "smart city" in tokens and "traffic lights" in tokens and "harbour roads" in tokens
    assert not {"city traffic", "lights harbour", "method", "city method"} & set(tokens)


def test_chinese_gives_pairs_and_triples_within_chains_only() -> None:
    """Particles, set phrases and punctuation cut; no pair stands across them."""
    tokens = text_tokens("本发明公开了一种智慧城市的路灯，车辆")
    assert set(tokens) == {"智慧", "慧城", "城市", "智慧城", "慧城市", "路灯", "车辆"}


@given(TEXTS)
@settings(max_examples=60)
def test_tokens_do_not_depend_on_case_or_width(text: str) -> None:
    """Upper case and full-width letters are the same word."""
    wide = "".join(chr(ord(c) + 0xFEE0) if "a" <= c.lower() <= "z" else c for c in text)
    assert text_tokens(text) == text_tokens(text.upper()) == text_tokens(wide)


def test_a_class_brings_the_wider_ones_with_it() -> None:
    """Subclass and main group are shared by symbols that differ in the group."""
    assert class_tokens(["G06V 20/52", "G06V 20/54"]) == [
        "class:G06V",
        "class:G06V20",
        "class:G06V20/52",
        "class:G06V20/54",
    ]


def test_overlapping_fragments_become_one_word() -> None:
    """Pieces of a word are joined where the text holds the word; what stands apart stays apart."""
    joined = join_fragments({"智慧城": 1.0, "慧城市": 2.0, "路灯": 0.5}, "智慧城市，路灯")
    assert joined == [("智慧城市", 3.0), ("路灯", 0.5)]


def test_a_fragment_grows_to_the_word_it_nearly_always_stands_in() -> None:
    """脸识 is always 人脸识别; 路灯 stands with many neighbours and stays."""
    chains = "人脸识别\n人脸识别终端\n智能路灯\n路灯杆\n旧路灯\n路灯"
    assert grow_fragment("脸识", chains) == "人脸识别"
    assert grow_fragment("路灯", chains) == "路灯"
    assert grow_fragment("没有", chains) == "没有"


def test_covered_terms_are_dropped_in_place() -> None:
    """A word inside a pair, a plain plural, a fragment inside a word and a wider class say nothing more."""
    terms = ["face recognition", "face", "camera", "cameras", "人脸识别", "脸识", "class:G06V", "class:G06V20/52"]
    assert drop_covered(terms) == ["face recognition", "camera", "人脸识别", "class:G06V20/52"]


@given(st.lists(st.sampled_from(["a", "as", "a b", "智慧", "智慧城", "class:G06V", "class:G06V20"]), max_size=6))
@settings(max_examples=60)
def test_dropping_twice_drops_nothing_more(terms: list[str]) -> None:
    """What is left covers nothing of what is left; and something is left."""
    once = drop_covered(terms)
    assert drop_covered(once) == once
    assert bool(once) == bool(terms)


def test_script_of_a_term() -> None:
    """Chinese, Japanese and Korean characters on one side, everything else on the other."""
    assert is_cjk("城市") and is_cjk("カメラ") and is_cjk("도시")
    assert not is_cjk("city") and not is_cjk("class:G06V") and not is_cjk("")
