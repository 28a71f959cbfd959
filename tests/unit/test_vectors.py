"""Documents as numbers: the same weights as a library gives, kept from night to night, in bounded memory."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from invented_filings import invent
from sklearn.feature_extraction.text import TfidfVectorizer

from filingwatch.kept import pack, pack_vectors, unpack, unpack_vectors
from filingwatch.texts import Texts
from filingwatch.vectors import Vectors, fit_block
from filingwatch.words import text_tokens

SUBJECTS = {"traffic": 20, "faces": 20}


@pytest.fixture(scope="module")
def filings() -> pl.DataFrame:
    return invent(SUBJECTS).sort("invention_id")


def test_weights_are_those_of_scikit_learn(filings: pl.DataFrame) -> None:
    """TF-IDF with sublinear counts and bounds on how many documents hold a token: equal to rounding."""
    reference = TfidfVectorizer(analyzer=text_tokens, sublinear_tf=True, min_df=2, max_df=0.6)
    expected = reference.fit_transform(filings["text"].to_list())
    counted = Texts.of_frame(filings).count_all(filings["invention_id"].to_list())
    block = fit_block(counted.words, least=2, most_share=0.6, most=10_000, is_sublinear=True)
    assert block is not None and block.tokens.tolist() == reference.get_feature_names_out().tolist()
    assert np.allclose(block.weigh(counted.words).toarray(), expected.toarray(), atol=1e-12)


@hypothesis_settings(max_examples=25, deadline=None)
@given(kept=st.integers(0, 45), most=st.integers(1, 400))
def test_neither_memory_nor_batches_change_a_bit(kept: int, most: int) -> None:
    """However many counts are kept and whatever was counted before: same vocabulary, same numbers."""
    filings = invent(SUBJECTS).sort("invention_id")
    ids = filings["invention_id"].to_list()
    plain, busy = (
        Texts.of_frame(filings),
        Texts(lambda wanted: filings.filter(pl.col("invention_id").is_in(list(wanted))), most_kept=kept),
    )
    busy.count(busy.read(ids[7:19]))
    fitted = [
        fit_block(texts.count_all(ids).words, least=2, most_share=0.6, most=most, is_sublinear=True)
        for texts in (plain, busy)
    ]
    assert fitted[0] is not None and fitted[1] is not None
    assert fitted[0].tokens.tolist() == fitted[1].tokens.tolist()
    whole = fitted[0].weigh(plain.count_all(ids).words).toarray()
    parts = [fitted[1].weigh(busy.count(batch).words).toarray() for batch in busy.batches(ids, 9)]
    assert np.array_equal(whole, np.vstack(parts))


def test_what_is_kept_comes_back_the_same(filings: pl.DataFrame) -> None:
    """Plain bytes, equal for equal input; a model that comes back weighs documents as before."""
    counted = Texts.of_frame(filings).count_all(filings["invention_id"].to_list())
    words = fit_block(counted.words, least=2, most_share=0.6, most=100, is_sublinear=True)
    vectors = Vectors(words, None)
    state = pack({"said": "路口"}, pack_vectors(vectors))
    assert state == pack({"said": "路口"}, pack_vectors(vectors))
    plain, arrays = unpack(state)
    assert plain == {"said": "路口"}
    before, after = vectors.build(counted).matrix, unpack_vectors(arrays).build(counted).matrix
    assert np.array_equal(before.toarray(), after.toarray())
