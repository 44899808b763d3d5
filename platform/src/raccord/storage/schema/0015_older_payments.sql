-- Orders that were entered before payments had entries of their own carry their deposits under other titles: asking for them
-- again would double them. Their later payments stay with the accountant, as they were.
ALTER TABLE sales_order ADD COLUMN payments_by_hand boolean NOT NULL DEFAULT true;
ALTER TABLE sales_order ALTER COLUMN payments_by_hand SET DEFAULT false;
