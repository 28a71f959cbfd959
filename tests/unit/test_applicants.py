"""Who files: names are taken apart, judged in pairs and made into entities; wrong merges are rarer than 2 in 100."""

from __future__ import annotations

import csv
import math
import random
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from filingwatch.applicants import SAME_FROM, PairScore, blocking, parse_name, score_pair
from filingwatch.applicants.clustering import Link, join_names, name_clusters
from filingwatch.applicants.resolving import Alias, Decision, Known, Resolution, resolve
from filingwatch.resources import dbt_project_folder

PAIRS = Path(__file__).resolve().parent.parent / "fixtures" / "applicant_pairs.csv"
HELD_OUT_RECALL_FLOOR = 0.65


@cache
def read_brands() -> dict[str, str]:
    with (dbt_project_folder() / "seeds" / "company_brand.csv").open(encoding="utf-8", newline="") as file:
        return {row["brand"]: row["brand_id"] for row in csv.DictReader(file)}


def judge(one: str, two: str, seen_together: float = 0.0) -> PairScore:
    return score_pair(parse_name(one), parse_name(two), read_brands(), seen_together)


def wilson(part: int, whole: int) -> tuple[float, float]:
    """The 95 % interval of a share."""
    share, z = part / whole, 1.96
    middle = (share + z * z / (2 * whole)) / (1 + z * z / whole)
    half = z * math.sqrt(share * (1 - share) / whole + z * z / (4 * whole * whole)) / (1 + z * z / whole)
    return middle - half, middle + half


def read_pairs(half: str) -> list[dict[str, str]]:
    with PAIRS.open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["half"] == half]


def test_what_the_rules_merge_in_real_exports_is_right() -> None:
    """Every merge among ten thousand real names that the halves do not hold was judged: none is wrong any more."""
    pairs = read_pairs("merged")
    merged = Counter(pair["verdict"] for pair in pairs if judge(pair["name_a"], pair["name_b"]).verdict == "same")
    assert len(pairs) == 86
    assert merged["different"] + merged["group"] == 0
    assert merged["same"] >= 80


@pytest.mark.parametrize("half", ["tune", "held_out"])
def test_what_is_merged_by_itself_is_right(half: str) -> None:
    """On judged real pairs: of what is merged at least 98 % is one entity, and recall does not fall below its floor."""
    pairs = read_pairs(half)
    seen = Counter((pair["verdict"], judge(pair["name_a"], pair["name_b"]).verdict) for pair in pairs)
    right, wrong = seen["same", "same"], seen["different", "same"] + seen["group", "same"]
    there = sum(count for (verdict, _), count in seen.items() if verdict == "same")
    precision, recall = right / (right + wrong), right / there
    low, high = wilson(right, right + wrong)
    recall_low, recall_high = wilson(right, there)
    print(
        f"{half}: precision {right}/{right + wrong} = {precision:.3f} ({low:.3f} to {high:.3f}), "
        f"recall {right}/{there} = {recall:.3f} ({recall_low:.3f} to {recall_high:.3f}), "
        f"with review {(right + seen['same', 'doubtful']) / there:.3f}"
    )
    assert len(pairs) > 150
    assert precision >= 0.98
    assert recall >= HELD_OUT_RECALL_FLOOR


@pytest.mark.parametrize(
    ("one", "two", "verdict"),
    [
        ("杭州海康威视数字技术股份有限公司", "Hangzhou Hikvision Digital Technology Co., Ltd.", "same"),
        ("杭州海康威视数字技术股份有限公司", "HANGZHOU HIKVISION DIGITAL TEC CO LTD", "same"),
        ("杭州海康威视数字技术股份有限公司", "杭州海康机器人技术有限公司", "different"),
        ("平安城市建设有限公司", "平安科技（深圳）有限公司", "different"),
        ("浙江大华技术股份有限公司", "深圳华大基因股份有限公司", "different"),
        ("中兴通讯股份有限公司", "国网中兴有限公司", "different"),
        ("华为技术有限公司", "河北华为建设有限公司", "different"),
        ("北京旷视科技有限公司", "北京迈格威科技有限公司", "different"),
        ("公安部第一研究所", "公安部第三研究所", "different"),
        ("Samsung Electronics Co., Ltd.", "Samsung SDI Co., Ltd.", "different"),
        ("AT&T Intellectual Property I, L.P.", "At&t Intellectual Property II, L.P.", "different"),
        ("Nvidia Corp.", "NVIDIA Corporation", "same"),
        ("山西大学", "陕西大学", "different"),
        ("苏州大学", "UNIV SUZHOU", "doubtful"),
        ("腾讯科技（深圳）有限公司", "腾讯科技（上海）有限公司", "different"),
        ("北京市商汤科技开发有限公司", "北京商汤科技开发有限公司", "same"),
        ("University Of Washington", "Washington University", "doubtful"),
        ("The University of Washington", "University Of Washington", "same"),
        ("AI Incorporated", "ai, Inc.", "doubtful"),
        ("Sirius-Beta Corporation", "Sirius-beta Pty Ltd", "doubtful"),
        ("UPL Corporation Limited", "Upl Ltd", "doubtful"),
        ("Livestock Improvement Corp Ltd", "Livestock Improvement Corporation Limited", "same"),
        ("Ricoh Co Ltd", "Ricoh Company, Ltd.", "same"),
        ("王伟", "王伟", "different"),
        ("HUANG WEI JAN", "HUANG WEI-JAN", "different"),
        ("JANE DOE", "Doe Jane", "different"),
    ],
)
def test_traps(one: str, two: str, verdict: str) -> None:
    """Names that look alike and are two, names that look different and are one; persons are never joined."""
    assert judge(one, two).verdict == verdict


def test_the_score_is_explained() -> None:
    """The points of the parts add up to the score, and the words name what they are about."""
    said = judge("深圳云天励飞技术有限公司", "深圳云天励飞技术股份有限公司")
    assert said.score == pytest.approx(sum(points for _, _, points in said.parts))
    assert "place: shenzhen (+0.15)" in said.explanation
    assert [part for part, _, _ in said.parts] == ["brand", "business", "place", "form"]


def test_company_kept_regularly_is_evidence() -> None:
    """No spelling gives Intel from 英特尔; that they stand at one place of many inventions does."""
    assert judge("英特尔公司", "Intel Corporation").verdict == "different"
    assert judge("英特尔公司", "Intel Corporation", seen_together=1.0).verdict == "same"
    assert judge("英特尔公司", "Intel Corporation", seen_together=0.4).verdict != "same"


def test_a_transcription_that_fits_two_tells_nothing() -> None:
    """浙江华芯达 and 浙江华新达 are one word in pinyin: neither is joined, both are up for review."""
    names = {
        "a": "浙江华芯达科技有限公司",
        "b": "浙江华新达科技有限公司",
        "c": "Zhejiang Huaxinda Technology Co., Ltd.",
    }
    result = resolve(names, {}, Known())
    assert len({entity_of(result, name) for name in names}) == 3
    assert set(result.review) >= {("a", "c"), ("b", "c")}
    assert entity_of(resolve({"a": names["a"], "c": names["c"]}, {}, Known()), "a") is not None
    alone = resolve({"a": names["a"], "c": names["c"]}, {}, Known())
    assert entity_of(alone, "a") == entity_of(alone, "c")


SPELLINGS = {
    "nvidiacorp": "Nvidia Corp.",
    "nvidiacorporation": "NVIDIA Corporation",
    "hik": "Hangzhou Hikvision Digital Technology",
    "hikco": "Hangzhou Hikvision Digital Technology Co., Ltd.",
    "海康": "杭州海康威视数字技术股份有限公司",
    "王伟": "王伟", "acme": "Acme Robotics GmbH",
}  # fmt: skip


def test_an_entity_keeps_its_id_when_spellings_come() -> None:
    """What is known tonight is the ground of tomorrow: ids stay, and only new names are scored."""
    first = resolve({"hikco": SPELLINGS["hikco"]}, {}, Known(brands=read_brands()))
    second = resolve(SPELLINGS, {}, remember(first))
    assert entity_of(second, "hikco") == entity_of(first, "hikco") == entity_of(second, "海康")
    assert second.parsed_count == len(SPELLINGS) - 1
    assert resolve(SPELLINGS, {}, remember(second)).parsed_count == 0


@given(st.permutations(sorted(SPELLINGS)), st.integers(0, len(SPELLINGS)))
def test_the_order_of_arrival_changes_no_cluster(order: list[str], split: int) -> None:
    """Names in two lots give the clusters that they give in one."""
    before = resolve({name: SPELLINGS[name] for name in order[:split]}, {}, Known(brands=read_brands()))
    grown = resolve({name: SPELLINGS[name] for name in order}, {}, remember(before))
    assert clusters_of(grown) == clusters_of(resolve(SPELLINGS, {}, Known(brands=read_brands())))


def test_a_person_has_the_last_word() -> None:
    """Different cuts what the score joins and stays cut; same joins what nothing else would; both name who said so."""
    apart = Known(decisions={("hik", "hikco"): Decision("different", "ann")}, brands=read_brands())
    cut = resolve(SPELLINGS, {}, apart)
    assert entity_of(cut, "hik") != entity_of(cut, "hikco")
    joined = resolve(SPELLINGS, {}, Known(decisions={("acme", "nvidiacorp"): Decision("same", "ben")}))
    assert entity_of(joined, "acme") == entity_of(joined, "nvidiacorporation")
    assert joined.assignments["acme"].method == "decision" and joined.assignments["acme"].approved_by == "ben"


def test_seeded_entities_are_never_joined_by_a_score() -> None:
    """旷视 and 迈格威 are two entities of one group, whatever stands between them."""
    aliases = {
        "k": Alias("北京旷视科技有限公司", "kuangshi", "seed (M)"),
        "m": Alias("北京迈格威科技有限公司", "maigewei", "seed (M)"),
    }
    between = {("k", "x"): PairScore("same", 0.9, ()), ("m", "x"): PairScore("same", 0.88, ())}
    names = {"k": "北京旷视科技有限公司", "m": "北京迈格威科技有限公司", "x": "北京市旷视科技有限公司"}
    first = resolve(names, {}, Known(aliases=aliases))
    result = resolve(names, {}, Known(aliases=aliases, facts=first.facts, scored=between))
    assert (entity_of(result, "k"), entity_of(result, "m"), entity_of(result, "x")) == (
        "kuangshi",
        "maigewei",
        "kuangshi",
    )


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.floats(SAME_FROM, 1.0)), max_size=25),
    st.sets(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=6),
    st.randoms(use_true_random=False),
)
def test_names_that_must_stay_apart_stay_apart(links: list, apart: set, rng: random.Random) -> None:
    """No chain of links brings two names together that must not be; the order of the links is nothing."""
    names = [str(number) for number in range(10)]
    laid = [Link(str(one), str(two), score) for one, two, score in links]
    kept = {(str(one), str(two)) for one, two in apart if one != two}
    clusters = join_names(names, laid, kept)
    assert sorted(name for cluster in clusters for name in cluster) == names
    assert not any(set(pair) <= set(cluster) for pair in kept for cluster in clusters)
    rng.shuffle(laid)
    assert join_names(names, laid, kept) == clusters


def test_the_weakest_link_of_a_chain_is_cut() -> None:
    """a-b-c with a and c apart: b stays with the stronger."""
    assert join_names("abc", [Link("a", "b", 0.86), Link("b", "c", 0.95)], {("a", "c")}) == [("a",), ("b", "c")]


def test_a_cluster_that_splits_leaves_the_id_with_its_larger_part() -> None:
    """Two clusters never share an id, also not when the smaller one holds the name that the id was made from."""
    ids = name_clusters([("a", "b", "c")], {}, {})
    after = name_clusters([("a",), ("b", "c")], {}, ids)
    assert after["b"] == ids["a"]
    assert after["a"] != ids["a"]


def remember(result: Resolution) -> Known:
    entities = {name: said.entity_id for name, said in result.assignments.items() if said.entity_id}
    return Known(brands=read_brands(), facts=result.facts, scored=result.scored, entities=entities)


def entity_of(result: Resolution, name: str) -> str | None:
    return result.assignments[name].entity_id


def clusters_of(result: Resolution) -> set[frozenset[str]]:
    members: dict[str, set[str]] = {}
    for name, said in result.assignments.items():
        members.setdefault(said.entity_id or f"none {name}", set()).add(name)
    return {frozenset(cluster) for cluster in members.values()}


_CROWD = [f"Nova{word} Systems Inc" for word in ("", " Data", " Health", " Energy", " Power", " Vision")] + [
    "Nova Systems Incorporated", "Nova Sys Inc", "Nova Data Systems, Inc.", "星云科技有限公司",
]  # fmt: skip


def test_a_block_that_shrinks_by_several_names_is_judged_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names that were beyond the cut of a block meet the others as soon as enough of them are gone."""
    monkeypatch.setattr(blocking, "MOST_IN_BLOCK", 4)
    crowd = {f"Nova{word} Systems Inc" for word in ("", " Data", " Health", " Energy", " Power")}
    crowd |= {"Nova Systems Incorporated"}
    left = {"Nova Data Systems Inc", "Nova Systems Inc", "Nova Systems Incorporated"}
    before = resolve({name: name for name in crowd}, {}, Known())
    known = Known(facts=before.facts, scored=before.scored)
    now = {name: name for name in left}
    assert set(resolve(now, {}, known).scored) == set(resolve(now, {}, Known()).scored) != set()


@given(st.lists(st.sets(st.sampled_from(_CROWD), min_size=1), min_size=2, max_size=4), st.data())
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_night_by_night_is_as_all_at_once(
    monkeypatch: pytest.MonkeyPatch, nights: list[set[str]], data: st.DataObject
) -> None:
    """Whatever comes, goes, is seen together or is cut off a large block: the answer is that of a fresh start."""
    monkeypatch.setattr(blocking, "MOST_IN_BLOCK", 4)
    known = Known()
    for names in nights:
        pairs = [(a, b) for a in sorted(names) for b in sorted(names) if a < b]
        seen = dict.fromkeys(data.draw(st.lists(st.sampled_from(pairs), max_size=2)) if pairs else [], 0.9)
        now = {name: name for name in names}
        result, fresh = resolve(now, seen, known), resolve(now, seen, Known())
        assert {pair: score.score for pair, score in result.scored.items()} == {
            pair: score.score for pair, score in fresh.scored.items()
        }
        assert _partition(result) == _partition(fresh)
        assert result.cut_off_count == fresh.cut_off_count
        known = Known(
            facts=result.facts,
            scored={
                pair: PairScore(score.verdict, score.score, (), score.explanation)
                for pair, score in result.scored.items()
            },
        )


def test_what_a_large_block_cuts_off_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody should take a missing pair for a judged one."""
    monkeypatch.setattr(blocking, "MOST_IN_BLOCK", 2)
    names = {name: name for name in ("Nova Inc", "Nova Data Inc", "Nova Systems Inc")}
    assert resolve(names, {}, Known()).cut_off_count == 1


def _partition(result: Resolution) -> set[frozenset[str]]:
    groups: dict[str | None, set[str]] = defaultdict(set)
    for name, assignment in result.assignments.items():
        groups[assignment.entity_id or name].add(name)
    return {frozenset(group) for group in groups.values()}
