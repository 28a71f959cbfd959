-- What a look at a series depended on, so that a series is looked at again exactly when that differs; and what a
-- changepoint was announced by. Null for rows of before: their series are looked at again on the next night.
alter table ml.series_verdict add column look_key varchar;
alter table ml.changepoint add column evidence double;
alter table ml.changepoint add column firm_evidence double;
