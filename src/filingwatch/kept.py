"""Models as bytes, for keeping them from night to night: numpy arrays and JSON, no pickled classes."""

from __future__ import annotations

import io
import json
from typing import Any

import numpy as np

from filingwatch.vectors import Block, Vectors


def pack(plain: dict[str, Any], arrays: dict[str, np.ndarray]) -> bytes:
    """Plain data and arrays as the bytes of one npz; equal input gives equal bytes."""
    text = json.dumps(plain, sort_keys=True, default=str)
    buffer = io.BytesIO()
    np.savez_compressed(buffer, plain=np.array(text), **arrays)
    return buffer.getvalue()


def unpack(state: bytes) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """What was packed."""
    with np.load(io.BytesIO(state), allow_pickle=False) as held:
        arrays = {name: held[name] for name in held.files}
    return json.loads(str(arrays.pop("plain"))), arrays


def pack_vectors(vectors: Vectors) -> dict[str, np.ndarray]:
    arrays: dict[str, np.ndarray] = {}
    for name, block in (("words", vectors.words), ("classes", vectors.classes)):
        if block is not None:
            # one text, since numpy gives each of its strings the length of the longest
            arrays[f"{name}_tokens"] = np.frombuffer("\n".join(block.tokens).encode(), dtype=np.uint8)
            arrays[f"{name}_idf"] = block.idf
            arrays[f"{name}_form"] = np.array([float(block.is_sublinear), block.weight])
    return arrays


def unpack_vectors(arrays: dict[str, np.ndarray]) -> Vectors:
    blocks: list[Block | None] = []
    for name in ("words", "classes"):
        if f"{name}_idf" not in arrays:
            blocks.append(None)
            continue
        tokens = arrays[f"{name}_tokens"].tobytes().decode().split("\n")
        is_sublinear, weight = arrays[f"{name}_form"].tolist()
        blocks.append(Block(np.array(tokens, dtype=object), arrays[f"{name}_idf"], bool(is_sublinear), float(weight)))
    return Vectors(*blocks)
