-- A proof that a sale is in the ERP's stock counts as soon as the snapshot is of the same reading *or of a later one*. Compared by
-- fingerprint alone, an article that sells all day long overtook its proofs, and its sales were taken off twice for minutes.
ALTER TABLE snapshot ADD COLUMN read_at double precision NOT NULL DEFAULT 0;
COMMENT ON COLUMN snapshot.read_at IS 'when the pass began that brought this record, by the agent''s clock; 0: not told';
ALTER TABLE reservation ADD COLUMN proven_at double precision;
COMMENT ON COLUMN reservation.proven_at IS 'when its proof was read, by the same clock: a record read later contains the sale';
