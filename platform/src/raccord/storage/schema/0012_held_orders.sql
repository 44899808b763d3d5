-- Every twenty seconds it is asked whether what held an order is over; a shop's orders of ten years are not read for that.
CREATE INDEX sales_order_held ON sales_order (tenant, channel) WHERE state = 'held';
