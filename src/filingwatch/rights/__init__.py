"""Rights at stake: rules as data, and the passages of a filing that they quote. Pure: no database, no network.

Here belongs what the words and classes of a filing state. What people say of a tag, and what is remembered of a filing
between nights, belongs to `jobs.rights`. A tag says that a passage states a technology or a use at which a right is at
stake; it does not say that the right was violated, and a filing is not a deployment.
"""
