"""What the relevant inventions of a watch are about: topics with permanent ids, names and terms in both languages.

Pure: frames in, frames out, no database, no clock. The order of the rows never changes the answer, and equal input
gives equal output bit for bit. Importing this package is light; `model` brings scikit-learn with it.
"""
