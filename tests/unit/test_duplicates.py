"""Near-duplicates: found by text alone, in Chinese and English, the same for any order. All texts are invented."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filingwatch.relevance.duplicates import LEAST_LIKENESS, Pair, find_pairs, group, inherit

INVENTION_ZH = (
    "一种路口行人流量监测方法。本发明公开了一种路口行人流量监测方法，包括采集路口摄像头的视频画面，利用卷积神经网络检测画面中的行人，"
    "对检测到的行人进行跨帧跟踪并统计每个方向的通过人数，将统计结果上传至城市管理平台，平台依据流量变化调整信号灯配时。"
)
UTILITY_ZH = (
    INVENTION_ZH.replace("本发明公开了", "本实用新型涉及").replace("监测方法", "监测装置").replace("依据", "按照")
)
OTHER_ZH = (
    "一种猪舍环境监测方法。本发明公开了一种猪舍环境监测方法，包括采集猪舍内的温度和湿度，利用阈值判断环境是否异常，"
    "在异常时打开风机和喷淋设备，并将记录上传至养殖管理平台，平台依据变化调整饲喂计划。"
)
INVENTION_EN = (
    "Monitoring of pedestrian flow. The invention discloses a method in which cameras at a crossing record video, a "
    "convolutional network detects pedestrians in each frame, detected pedestrians are tracked across frames, passages "
    "are counted for every direction, and the city platform adjusts traffic lights to the measured flow."
)
UTILITY_EN = INVENTION_EN.replace("The invention discloses a method in which", "The utility model provides a device:")
BOILERPLATE_EN = (
    "The present invention relates to a {0}. The system comprises a processor and a memory storing instructions which "
    "when executed by the processor perform the method of {1}."
)


@pytest.mark.parametrize(("one", "other"), [(INVENTION_ZH, UTILITY_ZH), (INVENTION_EN, UTILITY_EN)])
def test_a_utility_model_beside_the_invention_of_near_equal_text_is_found(one: str, other: str) -> None:
    """Set phrases differ and a word was exchanged; the two share a group, a third document stands alone."""
    assert group(["b", "a", "c"], [one, other, OTHER_ZH]) == {"a": "a", "b": "a", "c": "c"}


def test_equal_texts_are_found_however_they_are_written() -> None:
    """Case, full width and punctuation are not text; two short texts may be equal."""
    assert group(["1", "2", "3"], ["Gait sensor, 5G", "GAIT  ｓｅｎｓｏｒ (5G)", "gait sensor 4G"]) == {
        "1": "1",
        "2": "1",
        "3": "3",
    }


def test_shared_boilerplate_makes_no_near_duplicate() -> None:
    """Short texts of one pattern about different things stay apart, and so do documents without any text."""
    texts = [
        BOILERPLATE_EN.format("crowd counter", "counting people in a square"),
        BOILERPLATE_EN.format("milk cooler", "cooling milk on a farm"),
        "本发明公开了一种人群计数系统，包括采集模块、处理模块和显示模块。",
        "本发明公开了一种牛奶冷却系统，包括采集模块、处理模块和显示模块。",
        "",
        "",
        "本发明",
    ]
    assert find_pairs({str(place): text for place, text in enumerate(texts)}) == []


def test_a_text_that_holds_another_whole_is_found_up_to_a_quarter_more() -> None:
    """The limit itself: 60 shingles of 75. All that differs is rarer than all that is shared, so the search must look
    exactly as far as its bound says."""
    base = [f"base{number}" for number in range(60)]
    longer = [f"more{number}" for number in range(15)] + base
    too_long = [f"much{number}" for number in range(16)] + base
    texts = {"a": " ".join(base), "b": " ".join(longer), "c": " ".join(too_long)}
    assert [(pair.document, pair.other, pair.likeness) for pair in find_pairs({"a": texts["a"], "b": texts["b"]})] == [
        ("a", "b", 0.8)
    ]
    assert find_pairs({"a": texts["a"], "c": texts["c"]}) == []


_WORDS = [f"word{number}" for number in range(60)] + list("城市行人流量监测摄像头视频平台统计方向信号灯")


@st.composite
def _texts(draw: st.DrawFn) -> dict[str, str]:
    rng = random.Random(draw(st.integers(0, 10_000)))
    base = [[rng.choice(_WORDS) for _ in range(rng.randint(3, 60))] for _ in range(4)]
    texts = {}
    for number in range(draw(st.integers(2, 9))):
        words = list(rng.choice(base))
        for _ in range(rng.randint(0, 4)):
            words[rng.randrange(len(words))] = rng.choice(_WORDS)
        texts[f"d{number}"] = " ".join(words)
    return texts


def _all_pairs(texts: dict[str, str]) -> list[Pair]:
    """The same by comparing everything with everything."""
    ids = sorted(texts)
    return [
        pair
        for place, one in enumerate(ids)
        for other in ids[place + 1 :]
        for pair in find_pairs({one: texts[one], other: texts[other]})
    ]


@given(_texts(), st.randoms())
@settings(max_examples=60, deadline=None)
def test_pairs_hang_on_the_two_texts_alone(texts: dict[str, str], rng: random.Random) -> None:
    """What stands beside them and in which order changes nothing; every pair is as alike as is asked for."""
    pairs = find_pairs(texts)
    shuffled = list(texts)
    rng.shuffle(shuffled)
    assert find_pairs({name: texts[name] for name in shuffled}) == pairs == _all_pairs(texts)
    assert all(pair.likeness >= LEAST_LIKENESS for pair in pairs)
    assert group(shuffled, [texts[name] for name in shuffled]) == group(list(texts), list(texts.values()))


@given(_texts())
@settings(max_examples=60, deadline=None)
def test_likeness_is_symmetric(texts: dict[str, str]) -> None:
    """Between two sets the pairs are those found within them together, whichever is asked first."""
    ids = sorted(texts)
    left, right = ({name: texts[name] for name in ids[part::2]} for part in (0, 1))
    across = {(frozenset((p.document, p.other)), p.likeness) for p in find_pairs(left, right)}
    back = {(frozenset((p.document, p.other)), p.likeness) for p in find_pairs(right, left)}
    within = {
        (frozenset((p.document, p.other)), p.likeness)
        for p in find_pairs(texts)
        if (p.document in left) != (p.other in left)
    }
    assert across == back == within


def test_a_label_is_inherited_from_the_likest_and_not_where_labels_differ() -> None:
    """The equal text before the near one; two near-duplicates that people judged differently pass nothing on."""
    labelled = {"near": UTILITY_ZH, "same": INVENTION_ZH, "other": OTHER_ZH}
    new = {"x": INVENTION_ZH, "y": INVENTION_EN}
    assert inherit({"near": True, "same": True, "other": False}, labelled, new) == {"x": "same"}
    assert inherit({"near": False, "same": True, "other": False}, labelled, new) == {}
