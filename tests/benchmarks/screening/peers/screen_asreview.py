"""ASReview reads some texts in its own order, with the model it names itself. Imports nothing of ours.

    python screen_asreview.py GIVEN.json ANSWER.json

GIVEN holds `texts` (in the order in which they lie there), `labels` (0 or 1) and `seed`; ANSWER gets `order` (positions
in the order of reading, up to the last relevant one), `cpu_seconds` of features and reading, and `name` with version.
It begins at the top until both classes are known, as its command `simulate` does, and then asks one by one.
"""

import json
import sys
import time
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
from asreview import ActiveLearningCycle, Simulate
from asreview.models.models import get_ai_config
from asreview.models.queriers import TopDown
from asreview.models.stoppers import IsFittable

MODEL = "elas_u4"


def main(given_path: str, answer_path: str) -> None:
    given = json.loads(Path(given_path).read_text(encoding="utf-8"))
    np.random.seed(given["seed"])
    texts = pd.DataFrame({"title": given["texts"], "abstract": ""})
    cycles = [
        ActiveLearningCycle(querier=TopDown(), stopper=IsFittable()),
        ActiveLearningCycle.from_meta(get_ai_config(MODEL)["value"]),
    ]
    began = time.process_time()
    simulation = Simulate(texts, np.array(given["labels"]), cycles, print_progress=False)
    simulation.review()
    answer = {
        "order": [int(row) for row in simulation._results["record_id"]],
        "cpu_seconds": time.process_time() - began,
        "name": f"ASReview {version('asreview')} {MODEL}",
    }
    Path(answer_path).write_text(json.dumps(answer), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
