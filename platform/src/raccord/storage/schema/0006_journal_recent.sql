-- The overview counts the last day every few seconds, whatever the journal's age.
CREATE INDEX journal_recent ON journal (tenant, at);
