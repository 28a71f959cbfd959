"""A watch file: the shipped one holds, a wrong one says what is wrong, the version follows the content alone."""

from __future__ import annotations

import copy
import csv
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from filingwatch.errors import BadInput
from filingwatch.resources import dbt_project_folder, shipped_watches
from filingwatch.settings import Settings
from filingwatch.watch import Watch, read_watch, read_watches

SHIPPED = shipped_watches() / "smart_cities.yaml"
FIELDS = yaml.safe_load(SHIPPED.read_text(encoding="utf-8"))


def plain() -> dict:
    """The smallest useful watch."""
    return {
        "watch": "trees",
        "title": "Trees",
        "question": "Who counts trees?",
        "include": [{"term": "tree", "language": "en", "reason": "the thing itself", "unless": ["family tree"]}],
        "technologies": [{"id": "counting", "name_en": "Counting", "name_zh": "计数", "terms": ["count"]}],
        "series": [{"by": []}],
        "topics": {"count": 12},
    }


def write(path: Path, data: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    return path


def test_shipped_watch_asks_the_question_of_the_study() -> None:
    """Terms in both languages on both sides, technologies with rights, and the four families of series."""
    watch = read_watch(SHIPPED)
    assert watch.watch == "smart_cities"
    assert {term.language for term in watch.include} == {term.language for term in watch.exclude} == {"zh", "en"}
    assert [rule.by for rule in watch.series] == [
        (),
        ("office", "patent_type"),
        ("technology", "patent_type"),
        ("topic",),
    ]
    assert sum(bool(technology.rights) for technology in watch.technologies) >= 12
    assert "protective" in {technology.id for technology in watch.technologies}


def test_shipped_terms_are_distinct_and_on_one_side() -> None:
    """No term is listed twice, and none is both wanted and kept out."""
    watch = read_watch(SHIPPED)
    terms = [term.term.lower() for term in (*watch.include, *watch.exclude)]
    assert sorted(set(terms)) == sorted(terms)


def test_shipped_tags_are_tags_of_the_technology_classes() -> None:
    """A tag that no class carries would silently match nothing."""
    with (dbt_project_folder() / "seeds" / "technology_class.csv").open(encoding="utf-8") as file:
        known = {row["tag"] for row in csv.DictReader(file)}
    watch = read_watch(SHIPPED)
    tags = {tag for entry in (*watch.technologies, *watch.uses) for tag in entry.tags}
    assert tags and tags <= known


def test_the_city_has_a_body_and_fields_of_use() -> None:
    """Every part of the body is there, all technologies but the protective one belong to one, and uses are told."""
    watch = read_watch(SHIPPED)
    assert {technology.body for technology in watch.technologies} == {"eyes_ears", "nerves", "brain", "hands", None}
    assert [technology.id for technology in watch.technologies if technology.body is None] == ["protective"]
    assert {use.id for use in watch.uses} >= {
        "traffic", "energy", "water", "health", "policing", "opinion", "credit", "detention", "education",
    }  # fmt: skip


def test_second_shipped_watch_has_six_taxa_with_their_false_senses() -> None:
    """Each taxon is found in both languages, voids at least one false sense, and its terms are those of the query."""
    watch = read_watch(shipped_watches() / "wildlife_trade.yaml")
    assert [taxon.id for taxon in watch.technologies] == [
        "bear", "pangolin", "rhinoceros", "tiger", "saiga", "horseshoe_crab",
    ]  # fmt: skip
    unless = {term.term: term.unless for term in watch.include}
    for taxon in watch.technologies:
        assert {any(not letter.isascii() for letter in term) for term in taxon.terms} == {True, False}
        assert taxon.unless
        assert all(set(unless[term]) <= set(taxon.unless) for term in taxon.terms)
    assert set(unless) == {term for taxon in watch.technologies for term in taxon.terms}
    assert all("study" in term.reason or "memory" in term.reason for term in (*watch.include, *watch.exclude))


@pytest.mark.parametrize(
    ("change", "field", "cause"),
    [
        ({"question": ""}, "question", "at least 1 character"),
        ({"watch": "Smart Cities"}, "watch", "match pattern"),
        ({"include": []}, "include", "at least 1 item"),
        ({"include": [{"term": "tree", "language": "en"}]}, "include.0.reason", "required"),
        ({"include": [{"term": "arbre", "language": "fr", "reason": "x"}]}, "include.0.language", "'zh' or 'en'"),
        ({"colour": "green"}, "colour", "not permitted"),
        ({"technologies": [{"id": "a", "name_en": "A", "name_zh": "甲"}]}, "technologies.0", "neither tags nor terms"),
        ({"technologies": plain()["technologies"] * 2}, "technologies", "given twice: counting"),
        ({"technologies": [{**plain()["technologies"][0], "body": "feet"}]}, "technologies.0.body", "'eyes_ears'"),
        ({"uses": [{"id": "a", "name_en": "A", "name_zh": "甲"}]}, "uses.0", "neither tags nor terms"),
        ({"uses": plain()["technologies"] * 2}, "uses", "given twice: counting"),
        (
            {"uses": [{"id": "a", "name_en": "A", "name_zh": "甲", "tags": ["t"], "unless": ["b"]}]},
            "uses.0",
            "no terms that they could speak against",
        ),
        ({"include": [{**plain()["include"][0], "unless": [""]}]}, "include.0.unless.0", "at least 1 character"),
        ({"series": [{"by": ["planet"]}]}, "series.0.by.0", "'office'"),
        ({"alerts": {"least_rate_ratio": 0.5}}, "alerts.least_rate_ratio", "greater than 1"),
        ({"relevance": {"recall_target": 95}}, "relevance.recall_target", "less than 1"),
    ],
)
def test_an_error_names_file_field_and_cause(tmp_path: Path, change: dict, field: str, cause: str) -> None:
    """Whoever edits a watch sees where to look and why."""
    path = write(tmp_path / "w.yaml", plain() | change)
    with pytest.raises(BadInput) as caught:
        read_watch(path)
    lines = str(caught.value).splitlines()
    assert str(path) in lines[0]
    assert any(line.startswith(f"  {field}: ") and cause in line for line in lines[1:])


def test_all_errors_are_told_at_once(tmp_path: Path) -> None:
    """Two mistakes take one round, not two."""
    path = write(tmp_path / "w.yaml", plain() | {"title": "", "series": []})
    with pytest.raises(BadInput) as caught:
        read_watch(path)
    assert "  title: " in str(caught.value) and "  series: " in str(caught.value)


@pytest.mark.parametrize("text", ["a: [1", "- just\n- a list\n", "", "watch: \x00"])
def test_what_is_no_watch_at_all(tmp_path: Path, text: str) -> None:
    """Broken YAML and YAML of another shape are refused with the file's name."""
    path = tmp_path / "w.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadInput, match=r"w\.yaml"):
        read_watch(path)


def test_a_missing_file(tmp_path: Path) -> None:
    """A path without a file is bad input, not a traceback."""
    with pytest.raises(BadInput, match=r"none\.yaml"):
        read_watch(tmp_path / "none.yaml")


@hypothesis_settings(max_examples=25, deadline=None)
@given(st.permutations(sorted(FIELDS)))
def test_version_ignores_the_order_of_fields(order: list[str]) -> None:
    """The same content in another order, or with defaults written out, is the same version."""
    watch = Watch.model_validate({name: FIELDS[name] for name in order})
    assert watch.version == Watch.model_validate(FIELDS).version
    assert Watch.model_validate(watch.model_dump(mode="json")).version == watch.version


def test_version_ignores_comments(tmp_path: Path) -> None:
    """A remark for colleagues does not rerun a night's work."""
    path = tmp_path / "w.yaml"
    path.write_text("# a remark\n" + SHIPPED.read_text(encoding="utf-8"), encoding="utf-8")
    assert read_watch(path).version == read_watch(SHIPPED).version


def _leaves(node: object, path: tuple = ()) -> list[tuple]:
    if isinstance(node, dict):
        return [leaf for key, value in node.items() for leaf in _leaves(value, (*path, key))]
    if isinstance(node, list):
        return [leaf for place, value in enumerate(node) for leaf in _leaves(value, (*path, place))]
    return [path]


LEAVES = _leaves(Watch.model_validate(plain()).model_dump(mode="json"))


@hypothesis_settings(max_examples=40, deadline=None)
@given(st.sampled_from(LEAVES))
def test_version_follows_every_part_of_the_content(leaf: tuple) -> None:
    """Whatever is changed anywhere in the definition changes the version."""
    original = Watch.model_validate(plain())
    data = copy.deepcopy(original.model_dump(mode="json"))
    node = data
    for key in leaf[:-1]:
        node = node[key]
    value = node[leaf[-1]]
    if isinstance(value, int | float):
        node[leaf[-1]] = value + (0.01 if value < 1 else 1)
    else:
        node[leaf[-1]] = {"en": "zh", None: "brain"}.get(value, f"{value}x")
    assert Watch.model_validate(data).version != original.version


def test_a_users_watch_joins_and_replaces(settings: Settings) -> None:
    """A user's file of a new name joins the shipped ones; one of the same name takes its place."""
    write(settings.user_watches / "trees.yaml", plain())
    assert [watch.watch for watch in read_watches(settings)] == ["smart_cities", "trees", "wildlife_trade"]
    write(settings.user_watches / "mine.yaml", plain() | {"watch": "smart_cities"})
    titles = {watch.watch: watch.title for watch in read_watches(settings)}
    assert titles == {"smart_cities": "Trees", "trees": "Trees", "wildlife_trade": "Wildlife trade"}


def test_two_user_files_of_one_name_are_refused(settings: Settings) -> None:
    """Which of the two counts must not depend on their file names."""
    write(settings.user_watches / "a.yaml", plain())
    write(settings.user_watches / "b.yaml", plain())
    with pytest.raises(BadInput, match="trees"):
        read_watches(settings)


@pytest.mark.parametrize("count", [1, 0, -3, 201, 2.5, "many", True])
def test_a_number_of_topics_that_cannot_be_is_refused_by_name(tmp_path: Path, count: object) -> None:
    """The message names the field; without the field, or with null, the number is chosen by measurement."""
    file = write(tmp_path / "trees.yaml", plain() | {"topics": {"count": count}})
    with pytest.raises(BadInput, match=r"topics\.count"):
        read_watch(file)
    for chosen in ({}, {"count": None}):
        assert read_watch(write(file, plain() | {"topics": chosen})).topics.count is None
