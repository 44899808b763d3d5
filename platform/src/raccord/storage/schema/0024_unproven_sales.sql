-- A sale that the ERP has and whose stock ought to show it: since when its proof is asked for, and when the merchant was told that
-- it does not come.
ALTER TABLE reservation ADD COLUMN asked_at timestamptz;
ALTER TABLE reservation ADD COLUMN told_at timestamptz;
CREATE INDEX reservation_untold ON reservation (tenant, connection, asked_at)
  WHERE ended_at IS NULL AND told_at IS NULL AND asked_at IS NOT NULL;
