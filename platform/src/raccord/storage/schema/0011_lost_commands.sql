-- Who has a command: an agent that says it does not hold what it was given gets it again at once.
ALTER TABLE command ADD COLUMN leased_by uuid;
