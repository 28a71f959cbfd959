"""Fake offices: real HTTP servers on loopback, one for each wire format, that behave and misbehave like the real ones.

Everything that they hold is invented.
"""
