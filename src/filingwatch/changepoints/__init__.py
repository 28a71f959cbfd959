"""Changepoints in counts that are reported with a delay. Pure: arrays and frames in, records out.

One convention, said once: a changepoint is the FIRST period of the new regime, counted from 0.

What a night reads and writes belongs to `jobs.changepoints`, what people are told to `alerts`.
"""

from filingwatch.changepoints.detection import detect
from filingwatch.changepoints.records import Changepoint, Detection, Method, Segment
from filingwatch.changepoints.replaying import Look, replay

__all__ = ["Changepoint", "Detection", "Look", "Method", "Segment", "detect", "replay"]
