-- The rules of a channel: stock, prices, who is in the shop, and how an article leaves it.

-- How the desired state leaves the shop; NULL: it is on sale. What was withdrawn before was unpublished.
ALTER TABLE binding ADD COLUMN leaving text CHECK (leaving IN ('unpublish', 'out_of_stock', 'delete'));
-- Since when the shop has it so: a deletion waits from there on. NULL: the shop has it on sale, or nothing at all.
ALTER TABLE binding ADD COLUMN left_at timestamptz;
CREATE INDEX binding_left ON binding (tenant, channel, left_at) WHERE left_at IS NOT NULL;
CREATE INDEX binding_sold_out ON binding (tenant, channel) WHERE leaving = 'out_of_stock' AND left_at IS NOT NULL;

-- The owner of the tables is bound by row-level security as well, and has no tenant here.
ALTER TABLE binding NO FORCE ROW LEVEL SECURITY;
UPDATE binding SET leaving = CASE WHEN desired ->> 'published' = 'false' THEN 'unpublish' END,
                   left_at = CASE WHEN pushed ->> 'published' = 'false' THEN now() END
 WHERE stream = 'listings' AND (desired ->> 'published' = 'false' OR pushed ->> 'published' = 'false');
ALTER TABLE binding FORCE ROW LEVEL SECURITY;

-- Settings used to be one flat list.
CREATE FUNCTION nested_settings(old jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
  SELECT (old - ARRAY['depots', 'stock_nature', 'safety_margin', 'price_category', 'shop_prices_include_tax', 'currency',
                      'include_eco_contribution', 'publish_unflagged'])
      || jsonb_strip_nulls(jsonb_build_object(
           'stock', nullif(coalesce(old -> 'stock', '{}') || jsonb_strip_nulls(jsonb_build_object(
             'depots', old -> 'depots', 'nature', old -> 'stock_nature', 'margin', old -> 'safety_margin')), '{}'),
           'prices', nullif(coalesce(old -> 'prices', '{}') || jsonb_strip_nulls(jsonb_build_object(
             'category', old -> 'price_category', 'tax_included', old -> 'shop_prices_include_tax',
             'currency', old -> 'currency',
             'eco_contribution', CASE WHEN old -> 'include_eco_contribution' = 'false' THEN 'apart' END)), '{}'),
           'publication', nullif(coalesce(old -> 'publication', '{}') || jsonb_strip_nulls(jsonb_build_object(
             'flagged_only', CASE WHEN old -> 'publish_unflagged' = 'true' THEN false END)), '{}')))
$$;

ALTER TABLE channel NO FORCE ROW LEVEL SECURITY;
UPDATE channel SET settings = nested_settings(settings)
 WHERE settings ?| ARRAY['depots', 'stock_nature', 'safety_margin', 'price_category', 'shop_prices_include_tax', 'currency',
                         'include_eco_contribution', 'publish_unflagged'];
ALTER TABLE channel FORCE ROW LEVEL SECURITY;
DROP FUNCTION nested_settings;
