"""Pages about companies: what a published file says of one of them, on one page that can be cited.

`finding` tells which company is meant, `reading` asks the published file, `telling` makes sections of the answers, and
`writing` turns sections into Markdown. What is counted belongs to the warehouse, not here.
"""
