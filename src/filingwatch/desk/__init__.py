"""The desk: a small web page on this machine where people decide what the night cannot.

Here belong the pages and what guards them. What may be decided, and how it is kept, belongs to `decisions`, `links`
and `labelling`; the desk reads the published file and the inbox, and never the working file.
"""
