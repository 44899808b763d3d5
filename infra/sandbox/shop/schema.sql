-- Products and variations stand in one table, as in WordPress: their ids never collide. Money is text, never a float.
CREATE TABLE IF NOT EXISTS products (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  parent_id INTEGER NOT NULL DEFAULT 0,
  type TEXT NOT NULL,
  status TEXT NOT NULL,
  status_before_trash TEXT NOT NULL DEFAULT 'publish',
  name TEXT NOT NULL DEFAULT '',
  slug TEXT NOT NULL DEFAULT '',
  sku TEXT COLLATE NOCASE NOT NULL DEFAULT '',
  global_unique_id TEXT NOT NULL DEFAULT '',
  regular_price TEXT NOT NULL DEFAULT '',
  sale_price TEXT NOT NULL DEFAULT '',
  sale_from TEXT,
  sale_to TEXT,
  tax_status TEXT NOT NULL DEFAULT 'taxable',
  tax_class TEXT NOT NULL DEFAULT '',
  manage_stock INTEGER NOT NULL DEFAULT 0,
  stock_quantity INTEGER,
  backorders TEXT NOT NULL DEFAULT 'no',
  stock_status TEXT NOT NULL DEFAULT 'instock',
  catalog_visibility TEXT NOT NULL DEFAULT 'visible',
  menu_order INTEGER NOT NULL DEFAULT 0,
  created TEXT NOT NULL,
  modified TEXT NOT NULL,
  data TEXT NOT NULL DEFAULT '{}'
);
-- Trashed products keep their SKU: WooCommerce's look-up table does too.
CREATE UNIQUE INDEX IF NOT EXISTS products_sku ON products (sku) WHERE sku <> '';
CREATE UNIQUE INDEX IF NOT EXISTS products_gtin ON products (global_unique_id) WHERE global_unique_id <> '';
CREATE INDEX IF NOT EXISTS products_parent ON products (parent_id, id);
CREATE INDEX IF NOT EXISTS products_modified ON products (modified);
CREATE INDEX IF NOT EXISTS products_slug ON products (slug);
CREATE INDEX IF NOT EXISTS products_shown ON products (status, catalog_visibility, id) WHERE parent_id = 0;

CREATE VIRTUAL TABLE IF NOT EXISTS product_search USING fts5 (
  name, sku, tokenize = "unicode61 remove_diacritics 2", prefix = '2 3 4'
);

CREATE TABLE IF NOT EXISTS terms (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  taxonomy TEXT NOT NULL,
  name TEXT NOT NULL,
  slug TEXT NOT NULL,
  parent INTEGER NOT NULL DEFAULT 0,
  description TEXT NOT NULL DEFAULT '',
  menu_order INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX IF NOT EXISTS terms_slug ON terms (taxonomy, slug);
CREATE INDEX IF NOT EXISTS terms_parent ON terms (taxonomy, parent);

CREATE TABLE IF NOT EXISTS product_terms (
  product_id INTEGER NOT NULL,
  term_id INTEGER NOT NULL,
  taxonomy TEXT NOT NULL,
  PRIMARY KEY (product_id, term_id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS product_terms_term ON product_terms (term_id, product_id);

CREATE TABLE IF NOT EXISTS attributes (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  slug TEXT NOT NULL UNIQUE,
  type TEXT NOT NULL DEFAULT 'select',
  order_by TEXT NOT NULL DEFAULT 'menu_order',
  has_archives INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE IF NOT EXISTS media (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  file TEXT NOT NULL,
  name TEXT NOT NULL,
  alt TEXT NOT NULL DEFAULT '',
  content_type TEXT NOT NULL,
  source TEXT NOT NULL,
  created TEXT NOT NULL
);

CREATE TABLE IF NOT EXISTS orders (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  order_key TEXT NOT NULL,
  status TEXT NOT NULL,
  email TEXT NOT NULL DEFAULT '',
  created TEXT NOT NULL,
  modified TEXT NOT NULL,
  stock_reduced INTEGER NOT NULL DEFAULT 0,
  data TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS orders_modified ON orders (modified);
CREATE INDEX IF NOT EXISTS orders_email ON orders (email);

CREATE TABLE IF NOT EXISTS customers (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  email TEXT COLLATE NOCASE NOT NULL UNIQUE,
  username TEXT NOT NULL,
  role TEXT NOT NULL DEFAULT 'customer',
  created TEXT NOT NULL,
  modified TEXT NOT NULL,
  data TEXT NOT NULL
);

CREATE TABLE IF NOT EXISTS order_notes (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  order_id INTEGER NOT NULL,
  author TEXT NOT NULL,
  note TEXT NOT NULL,
  customer_note INTEGER NOT NULL,
  created TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS order_notes_order ON order_notes (order_id);

CREATE TABLE IF NOT EXISTS refunds (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  order_id INTEGER NOT NULL,
  created TEXT NOT NULL,
  data TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS refunds_order ON refunds (order_id);

CREATE TABLE IF NOT EXISTS trackings (
  id TEXT PRIMARY KEY,
  order_id INTEGER NOT NULL,
  data TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS trackings_order ON trackings (order_id);

CREATE TABLE IF NOT EXISTS webhooks (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  status TEXT NOT NULL,
  topic TEXT NOT NULL,
  delivery_url TEXT NOT NULL,
  secret TEXT NOT NULL,
  failures INTEGER NOT NULL DEFAULT 0,
  created TEXT NOT NULL,
  modified TEXT NOT NULL
);

CREATE TABLE IF NOT EXISTS api_keys (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  description TEXT NOT NULL,
  consumer_key TEXT NOT NULL UNIQUE,
  consumer_secret TEXT NOT NULL,
  permissions TEXT NOT NULL
);

CREATE TABLE IF NOT EXISTS options (name TEXT PRIMARY KEY, value TEXT NOT NULL);

CREATE TABLE IF NOT EXISTS carts (token TEXT PRIMARY KEY, data TEXT NOT NULL, modified TEXT NOT NULL);
