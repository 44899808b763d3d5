-- One box finds an order, an invoice, a customer or a document by its number, whatever the size of the tables.
CREATE INDEX sales_order_number ON sales_order (tenant, lower(number) text_pattern_ops);
CREATE INDEX sales_order_document_number ON sales_order (tenant, lower(document_number) text_pattern_ops)
  WHERE document_number IS NOT NULL;
CREATE INDEX sales_order_email ON sales_order (tenant, lower(data #>> '{buyer,email}'));
CREATE INDEX paper_number ON paper (tenant, lower(number) text_pattern_ops);
CREATE INDEX snapshot_customer_email ON snapshot (tenant, lower(data ->> 'email')) WHERE stream = 'customers';
CREATE INDEX snapshot_customer_key ON snapshot (tenant, lower(key) text_pattern_ops) WHERE stream = 'customers';
CREATE INDEX snapshot_document_number ON snapshot (tenant, lower(data ->> 'number') text_pattern_ops) WHERE stream = 'documents';
