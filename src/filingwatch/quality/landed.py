"""The rules of the gate `landed`: what was landed, and the core that dbt built from it.

A number here is a decision; where it comes from stands beside it. Rules about what analysts see are in `to_publish`.
"""

from __future__ import annotations

from filingwatch.quality.rules import FewRows, InBand, NoRows, OneOf, Rule, read_sql

# Every two-letter code of ISO 639-1; a feed that says anything else has changed its format.
_ISO_639_1 = frozenset(
    "aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en eo "
    "es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka "
    "kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng "
    "nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su "
    "sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu".split()
)

_ALL_PUBLICATIONS = "select count(*) from core.dim_publication"

_ASK_THE_SOURCE = (
    "Compare the sample with the payload of its page; when the office is wrong, tell it, when our reader is wrong, "
    "mend `normalform` and build again."
)
_ACCEPT = (
    "If the batch is right as it is: `filingwatch decide batch_accepted landed accepted --why ...`; "
    "it is then let through."
)

LANDED: tuple[Rule, ...] = (
    Rule(
        "something_judged",
        "What was landed has reached the tables that are judged.",
        "Look at the last dbt build (`filingwatch status`): the core is empty although raw is not.",
        read_sql("something_judged"),
        InBand(),
    ),
    Rule(
        "volume_like_history",
        "No source brings far more records in a night than it did before.",
        "Look at raw.page of the run: the source may have changed what it sends, or a watch what it asks for. "
        + _ACCEPT,
        read_sql("volume_like_history"),
        InBand(),
        when_empty="no source was asked in this run",
    ),
    Rule(
        "reject_share",
        "Few records of a feed are rejected.",
        "Read the reasons (the import printed them); many alike mean that the feed changed its format. " + _ACCEPT,
        read_sql("reject_share"),
        InBand(),
        when_empty="nothing was landed since the last publication",
    ),
    Rule(
        "null_share_like_history",
        "Titles and filing dates are missing no more often than before in the same feed.",
        "Compare a payload of this batch with an older one of the feed: a column may have been renamed. " + _ACCEPT,
        read_sql("null_share_like_history"),
        InBand(),
        when_empty="nothing new was landed since the last publication",
    ),
    Rule(
        "filed_before_published",
        "No publication is older than its filing.",
        _ASK_THE_SOURCE,
        "select publication_id, filing_date, publication_date from core.dim_publication "
        "where filing_date > publication_date order by all",
        FewRows(_ALL_PUBLICATIONS, most_share=0.001, few=5),
        subject="core.dim_publication",
    ),
    Rule(
        "no_date_in_the_future",
        "No filing, grant or publication lies after the day of the run.",
        _ASK_THE_SOURCE + " When FILINGWATCH_TODAY is set to a past day, unset it.",
        "select publication_id, filing_date, grant_date, publication_date from core.dim_publication "
        "cross join gate_run where greatest(filing_date, grant_date, publication_date) > gate_run.as_of order by all",
        FewRows(_ALL_PUBLICATIONS, most_share=0.001, few=5),
        subject="core.dim_publication",
    ),
    Rule(
        "no_date_before_1880",
        "No date is older than any patent system that we watch; such dates are misread.",
        _ASK_THE_SOURCE,
        "select publication_id, filing_date, grant_date, publication_date from core.dim_publication "
        "where least(filing_date, grant_date, publication_date) < date '1880-01-01' order by all",
        FewRows(_ALL_PUBLICATIONS, most_share=0.001, few=5),
        subject="core.dim_publication",
    ),
    Rule(
        "languages_known",
        "Every language of a text is a code of ISO 639-1.",
        "Teach `normalform` the spelling that the feed uses, then build again.",
        "select language as word, count(*) as count "
        "from (select unnest(languages) as language from core.fct_invention) where language is not null "
        "group by all order by all",
        OneOf(_ISO_639_1),
        subject="core.fct_invention",
        when_empty="no text names its language",
    ),
    Rule(
        "publication_once",
        "A publication stands once in core.dim_publication, whatever number of feeds tell of it.",
        "Look at the intermediate model that merges feeds: its key does not hold for the sample.",
        "select publication_id, count(*) as row_count from core.dim_publication "
        "group by publication_id having count(*) > 1 or publication_id is null order by all",
        NoRows(),
        subject="core.dim_publication",
    ),
    Rule(
        "synthetic_apart",
        "Synthetic filings are never shown beside real ones, and never as real.",
        "Stop: do not publish by hand. Look at the staging models that hide synthetic rows.",
        read_sql("synthetic_apart"),
        NoRows(),
        subject="core",
    ),
    Rule(
        "books_balance",
        "Every record that was landed has exactly one fate, and every fate a record.",
        "Follow the sample from raw.sighting to core.fct_record_fate: a model drops or doubles rows.",
        read_sql("books_balance"),
        NoRows(),
        subject="core.fct_record_fate",
    ),
)
