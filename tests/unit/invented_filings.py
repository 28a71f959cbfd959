"""Invented filings in English and Chinese for tests of relevance and topics: planted subjects, planted collisions."""

from __future__ import annotations

import random

import polars as pl

# subject -> (class symbols, English words, Chinese words)
SUBJECTS = {
    "traffic": (
        ("G08G 1/07", "G08G 1/01"),
        ["traffic signal", "intersection", "vehicle queue", "green phase", "road congestion", "lane detector"],
        ["交通信号", "路口", "车辆排队", "绿灯时长", "道路拥堵", "车道检测"],
    ),
    "faces": (
        ("G06V 40/16", "G06V 20/52"),
        ["face recognition", "surveillance camera", "pedestrian", "identity check", "watch list", "video stream"],
        ["人脸识别", "监控摄像头", "行人", "身份核验", "布控名单", "视频流"],
    ),
    "energy": (
        ("H02J 13/00", "H02J 3/14"),
        ["power grid", "electricity meter", "load forecast", "street lamp", "substation", "demand response"],
        ["智能电网", "电表", "负荷预测", "路灯", "变电站", "需求响应"],
    ),
    "animals": (
        ("A01K 5/02", "A01K 29/00"),
        ["pig feeding", "cow milking", "barn ventilation", "feed trough", "poultry", "egg collection"],
        ["生猪喂养", "奶牛挤奶", "畜舍通风", "饲料槽", "家禽", "鸡蛋收集"],
    ),
    "insurance": (
        ("G06Q 40/08",),
        ["insurance policy", "claim settlement", "premium", "policy holder", "actuarial table", "underwriting"],
        ["平安保险", "理赔", "保费", "投保人", "精算表", "核保"],
    ),
}


def invent(subjects: dict[str, int], *, seed: int = 1, prefix: str = "") -> pl.DataFrame:
    """Filings (invention_id, text, symbols, subject, language): so many of each subject, half of them Chinese."""
    rng = random.Random(seed)
    rows = []
    for subject, count in subjects.items():
        classes, english, chinese = SUBJECTS[subject]
        for number in range(count):
            is_chinese = number % 2 == 0
            words = rng.choices(chinese if is_chinese else english, k=12)
            text = "，".join(words) + "。" if is_chinese else "The invention relates to " + ", ".join(words) + "."
            symbols = rng.sample(classes, k=rng.randint(1, len(classes)))
            name = f"{'CN' if is_chinese else 'US'}{prefix}{subject}{number:04d}"
            rows.append((name, text, symbols, subject, "zh" if is_chinese else "en"))
    schema = ["invention_id", "text", "symbols", "subject", "language"]
    return pl.DataFrame(rows, schema, orient="row").with_columns(pl.col("symbols").cast(pl.List(pl.String)))
