-- Series by topic are counted both ways as well after a refit: which topic an invention would have, had there been none.
create table ml.baseline_topic (
    watch varchar not null,
    invention_id varchar not null,
    topic_id varchar not null,
    primary key (watch, invention_id)
);

alter table ml.series_regime add column topic_model varchar;

create table ml.series_baseline_with_topics (
    watch varchar not null,
    part varchar not null check (part in ('relevance', 'technologies', 'feeds', 'topics')),
    opened_on date not null,
    opened_by varchar not null,
    relevance_model varchar,
    technologies varchar,
    old_feeds varchar[],
    feeds varchar[],
    topic_model varchar,
    primary key (watch, part)
);
insert into ml.series_baseline_with_topics by name from ml.series_baseline;
drop table ml.series_baseline;
alter table ml.series_baseline_with_topics rename to series_baseline;

create table ml.pipeline_change_with_topics (
    watch varchar not null,
    cause varchar not null check (
        cause in (
            'model', 'labels', 'watch', 'topics', 'source gained', 'source lost', 'source returned', 'accepted',
            'lived with'
        )
    ),
    before varchar,
    after varchar,
    on_date date not null,
    run_id varchar not null
);
insert into ml.pipeline_change_with_topics by name from ml.pipeline_change;
drop table ml.pipeline_change;
alter table ml.pipeline_change_with_topics rename to pipeline_change;
