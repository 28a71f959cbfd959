"""Which inventions belong to a watch: a calibrated probability for each, and the words that spoke for and against.

Pure: frames in, frames out, no database, no clock. The order of the rows never changes the answer, and equal input
gives equal output bit for bit. Importing this package is light; `screening` and `model` bring scikit-learn with them.
"""
