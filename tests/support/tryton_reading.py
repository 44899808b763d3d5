"""Short words for reading in the Tryton tests."""

from typing import Any

from raccord_connectors.contract import Page, Rejection, Selection
from raccord_connectors.erp.tryton import Tryton as Connector


def pages(erp: Connector, stream: str, **wanted: Any) -> list[Page]:
    return list(erp.read(stream, Selection(**wanted)))


def one(erp: Connector, stream: str, key: str) -> Any:
    (record,) = [record for page in pages(erp, stream, keys=(key,)) for record in page.records]
    return record


def keys(found: list[Page]) -> set[str]:
    return {record.key for page in found for record in page.records}


def cursor(erp: Connector, stream: str) -> str:
    last = pages(erp, stream)[-1].cursor
    assert last is not None
    return last


def rejection(erp: Connector, stream: str, key: str) -> Rejection:
    (found,) = [one for page in pages(erp, stream, keys=(key,)) for one in page.rejected]
    return found
