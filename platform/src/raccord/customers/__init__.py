"""The ERP's customers and the shop's accounts after they are known to be the same: what one says of the other, both ways."""
