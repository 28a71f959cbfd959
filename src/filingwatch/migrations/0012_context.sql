-- How a decision came about: what the document was chosen as, by which model, where it was decided.
alter table raw.decision add column context varchar;
