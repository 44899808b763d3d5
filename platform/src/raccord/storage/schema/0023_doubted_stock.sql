-- The shop has changed by itself what it shows (it sold, or gave back): what was sent to it before says nothing any more, also
-- where the answer to that is still on its way.
ALTER TABLE binding ADD COLUMN doubted boolean NOT NULL DEFAULT false;
