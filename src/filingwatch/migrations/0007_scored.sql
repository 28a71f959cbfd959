-- What a filing looked like when it was judged. Rows from before have none and are judged again.
alter table ml.relevance add column document_hash ubigint;
