"""How screening reads a text: user terms whole, both scripts, nothing that hangs on the order of terms."""

from __future__ import annotations

import pytest

from filingwatch.relevance.tokens import ScreeningTokens


@pytest.mark.parametrize("term", ["物联网", "平安城市", "边缘计算节点", "监控系统", "车路协同装置"])
def test_a_term_of_the_watch_stays_whole(term: str) -> None:
    """Also where the segmenter splits it, where it is longer than a piece, and where chains are cut inside it."""
    text = f"本发明公开了一种基于{term}的控制方法"
    assert term in ScreeningTokens((term,))(text)


def test_one_text_may_hold_both_scripts() -> None:
    """English words and pairs, empty words among them; Chinese pieces inside a clause, and its words once more."""
    tokens = ScreeningTokens()("Control of the lamp，一种智慧城市的路灯")
    assert {"of the", "lamp", "智慧城市", "路灯", "慧城"} <= set(tokens)
    assert tokens.count("路灯") == 2 and tokens.count("慧城") == 1
    assert not any("的" in token or "一种" in token for token in tokens)


def test_equal_terms_are_one_way_of_reading() -> None:
    """Order, repeats and spaced scripts among the terms make no other reader; another Chinese term does."""
    assert ScreeningTokens(("物联网", "路灯", "lamp")) == ScreeningTokens(("路灯", "物联网", "物联网"))
    assert ScreeningTokens(("物联网",)) != ScreeningTokens(())
