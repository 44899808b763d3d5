-- What a channel chose for its orders used to stand flat among its settings; now it is one group, `orders`.
CREATE FUNCTION settings_with_order_rules(old jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
  SELECT (old - ARRAY['import_stages', 'document_kind', 'depot_for_orders', 'shipping_item', 'fee_item', 'discount_item',
                      'new_customer_price_category'])
      || jsonb_strip_nulls(jsonb_build_object('orders', nullif(
           jsonb_strip_nulls(jsonb_build_object(
             'stages', old -> 'import_stages', 'kind', old -> 'document_kind', 'depot', old -> 'depot_for_orders',
             'items', nullif(jsonb_strip_nulls(jsonb_build_object(
               'shipping', old -> 'shipping_item', 'fee', old -> 'fee_item', 'discount', old -> 'discount_item')), '{}'),
             'customers', nullif(jsonb_strip_nulls(jsonb_build_object('template', nullif(jsonb_strip_nulls(jsonb_build_object(
               'price_category', old -> 'new_customer_price_category')), '{}'))), '{}')))
           || coalesce(old -> 'orders', '{}'), '{}')))
$$;

-- The owner of the tables is bound by row-level security as well, and has no tenant here.
ALTER TABLE channel NO FORCE ROW LEVEL SECURITY;
ALTER TABLE mapping NO FORCE ROW LEVEL SECURITY;
ALTER TABLE mapping_draft NO FORCE ROW LEVEL SECURITY;
ALTER TABLE plan NO FORCE ROW LEVEL SECURITY;
ALTER TABLE rehearsal NO FORCE ROW LEVEL SECURITY;
UPDATE channel SET settings = settings_with_order_rules(settings)
 WHERE settings ?| ARRAY['import_stages', 'document_kind', 'depot_for_orders', 'shipping_item', 'fee_item', 'discount_item',
                         'new_customer_price_category'];
UPDATE mapping SET settings = settings_with_order_rules(settings)
 WHERE settings ?| ARRAY['import_stages', 'document_kind', 'depot_for_orders', 'shipping_item', 'fee_item', 'discount_item',
                         'new_customer_price_category'];
UPDATE mapping_draft SET settings = settings_with_order_rules(settings)
 WHERE settings ?| ARRAY['import_stages', 'document_kind', 'depot_for_orders', 'shipping_item', 'fee_item', 'discount_item',
                         'new_customer_price_category'];
UPDATE plan SET settings = settings_with_order_rules(settings)
 WHERE settings ?| ARRAY['import_stages', 'document_kind', 'depot_for_orders', 'shipping_item', 'fee_item', 'discount_item',
                         'new_customer_price_category'];
UPDATE rehearsal SET settings = settings_with_order_rules(settings)
 WHERE settings ?| ARRAY['import_stages', 'document_kind', 'depot_for_orders', 'shipping_item', 'fee_item', 'discount_item',
                         'new_customer_price_category'];
ALTER TABLE channel FORCE ROW LEVEL SECURITY;
ALTER TABLE mapping FORCE ROW LEVEL SECURITY;
ALTER TABLE mapping_draft FORCE ROW LEVEL SECURITY;
ALTER TABLE plan FORCE ROW LEVEL SECURITY;
ALTER TABLE rehearsal FORCE ROW LEVEL SECURITY;
DROP FUNCTION settings_with_order_rules;
