"""A night's stages in their order without Prefect, in a process that may be told to kill itself at a step.

`python -m tests.faults.chain (night|ingest) [module:function N before|after]`
"""

from __future__ import annotations

import importlib
import os
import signal
import sys
from functools import wraps
from typing import Any

from filingwatch import night, quality
from filingwatch.settings import read_settings


def main(what: str, step: str = "", number: str = "1", moment: str = "before") -> None:
    if step:
        kill_at(step, int(number), moment)
    settings = read_settings()
    with night.session(settings, what) as (run, _):
        night.take_in(settings, run)
        for name in night.source_names(settings):
            night.ingest_source(settings, run, name)
        if what == "ingest":
            return
        night.transform_layer(settings, run, "core")
        quality.require_open(night.judge(settings, run, "landed"))
        night.run_stage(settings, run, "text")
        night.transform_layer(settings, run, "series")
        night.run_stage(settings, run, "series")
        night.transform_layer(settings, run, "findings")
        if night.needs_publication(settings):
            quality.require_open(night.judge(settings, run, "to_publish"))
        night.publish_night(settings, run)
        night.notify(settings, run)


def kill_at(step: str, number: int, moment: str) -> None:
    """Replace a function by one whose n-th call kills this process, as a power failure would: nothing is closed."""
    module_name, _, name = step.partition(":")
    module = importlib.import_module(module_name)
    original, calls = getattr(module, name), 0

    @wraps(original)
    def deadly(*arguments: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == number and moment == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = original(*arguments, **named)
        if calls == number and moment == "after":
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(module, name, deadly)


if __name__ == "__main__":
    main(*sys.argv[1:])
