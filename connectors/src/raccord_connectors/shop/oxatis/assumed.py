"""Names that no document we have gives: confirm them on a test shop before a merchant's first connection.

The guide and the classes made from the WSDL tell methods and fields; of some documents they do not tell the root or the
wrapping elements. Each such name stands here and nowhere else, and in the README's list.
"""

PRODUCT_LIST = "ProductList"
"""Root of `ProductGetList`, by the likeness of the documented `OrderList`."""
USER_LIST = "UserList"
STATE_LIST = "ProgressStateList"
TAX_LIST = "TaxRateList"
STATE_LOG_LIST = "OrderProgressStateLogList"
"""Root of `ProgressStateLogServices.GetUpdatedOrderList`, whose parameters are documented."""
STOCK_LIST, STOCK_ITEM = "quantityProductList", "UpdateItemStockEntity"
"""Of `ProductUpdateItemQtyList` at the HTTP door: the names that its WSDL has."""
CHARACTERISTICS, CHARACTERISTIC = "ProductCharacteristics", "ProductCharacteristic"
"""With `Name` and `Values/Value`; a characteristic that is named is replaced, the others stay."""
CHILDREN = "ChildItems"
"""In `ProductGet` of a parent: holds the `OxID` of each variant."""
STATE_OF_ORDER = "ProgressStateID"
"""In `OrderGetDetails` and the summaries: the order's progress state."""
NO_PRICE = "0"
"""A price level or a crossed-out price that is to be taken away."""
