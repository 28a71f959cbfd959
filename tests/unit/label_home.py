"""A home with a published file of a few invented filings and no night behind it: enough to label in."""

from __future__ import annotations

import duckdb

from filingwatch.settings import Settings

WATCH = "smart_cities"
TEXTS = {
    "CN1A": ("人群计数方法", "一种人群计数方法，统计广场上的人数。", "Crowd counting", "Counting people in a square."),
    "CN2A": ("牛奶冷却装置", "一种牛奶冷却装置，冷却牧场的牛奶。", "", ""),
    "CN3A": ("=城市大脑平台", "+一种城市大脑平台，汇集城市数据。", "", ""),
    "US4A1": ("", "", "Gait recognition", "Persons are recognised by gait."),
    "CN5A": ("路灯", "一种路灯。", "Lamp", "A street lamp."),
    "CN6A": ("门禁系统", "一种人脸识别门禁系统。", "", ""),
}  # fmt: skip
"""By invention: title and abstract, in Chinese and in English."""


def publish(settings: Settings, *, with_queue: bool = True) -> None:
    """Write a published file with these inventions; CN1A has a sibling, CN1U, and CN6A stands for a group with CN5A."""
    settings.published.mkdir(parents=True, exist_ok=True)
    settings.published_file.unlink(missing_ok=True)
    with duckdb.connect(settings.published_file) as con:
        for schema in ("core", "ml", "ops"):
            con.execute(f"create schema {schema}")
        con.execute(
            "create table core.fct_invention (invention_id varchar, title varchar, title_zh varchar, title_en varchar, "
            "abstract_zh varchar, abstract_en varchar, text varchar, office varchar, filing_date date, "
            "earliest_publication_date date, is_synthetic boolean)"
        )
        con.execute(
            "create table core.dim_publication (publication_id varchar, invention_id varchar, url varchar, "
            "number varchar)"
        )
        con.execute("create table core.bridge_invention_applicant (invention_id varchar, applicant_id varchar)")
        con.execute("create table core.dim_applicant (applicant_id varchar, name varchar)")
        con.execute("create table core.bridge_invention_classification (invention_id varchar, symbol varchar)")
        con.execute("create table ops.landed_decision (decision_id bigint)")
        con.execute(
            "create table ml.relevance (watch varchar, invention_id varchar, probability double, is_relevant boolean, "
            "decided_by varchar, words_for varchar[], words_against varchar[], model_id varchar)"
        )
        for place, (name, (title, abstract, title_en, abstract_en)) in enumerate(TEXTS.items()):
            con.execute(
                "insert into core.fct_invention "
                "values (?, ?, ?, ?, ?, ?, ?, ?, date '2020-01-01', date '2021-07-01', true)",
                [name, title or title_en, title, title_en, abstract, abstract_en, abstract, name[:2]],
            )  # fmt: skip
            con.execute(
                "insert into core.dim_publication values (?, ?, ?, null)", [name, name, f"https://example.org/{name}"]
            )
            con.execute("insert into core.bridge_invention_classification values (?, 'G06V 20/53')", [name])
            con.execute(
                "insert into ml.relevance values (?, ?, ?, ?, 'model', ['人群', 'gait'], ['牛奶'], 'm-1')",
                [WATCH, name, 0.9 - place / 10, place < 4],
            )
        con.execute("insert into core.dim_publication values ('CN1U', 'CN1A', null, null)")
        con.execute("insert into core.dim_applicant values ('a', '某某大学（虚构）')")
        con.execute("insert into core.bridge_invention_applicant values ('CN1A', 'a')")
        if with_queue:
            con.execute(
                "create table ml.label_queue (watch varchar, place integer, invention_id varchar, chosen_as varchar, "
                "why varchar, probability double, group_id varchar, model_id varchar)"
            )
            for place, name in enumerate(TEXTS, start=1):
                con.execute(
                    "insert into ml.label_queue values (?, ?, ?, 'likely', 'It is likely.', ?, ?, 'm-1')",
                    [WATCH, place, name, 1 - place / 10, "CN5A" if name == "CN6A" else name],
                )
