-- A new article may arrive before its price: its mark waits a little, instead of being held and released at once.
ALTER TABLE to_project ADD COLUMN not_before timestamptz;  -- null: at once
