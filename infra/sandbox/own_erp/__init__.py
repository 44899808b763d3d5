"""The page that the simulators of custom ERPs share: their articles and orders, and what people do with them."""
