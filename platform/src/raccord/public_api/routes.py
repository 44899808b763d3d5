"""All routes of the public API, behind its door."""

from litestar import Router

from raccord.front.security import MACHINE
from raccord.public_api import (
    catalogue_api,
    channels_api,
    company_api,
    connections_api,
    customers_api,
    mappings_api,
    orders_api,
    push_api,
    webhooks_api,
)
from raccord.public_api.description import PATH
from raccord.public_api.door import Door, scoped
from raccord.public_api.problems import HANDLERS

API = Router(
    PATH,
    route_handlers=[
        *company_api.ROUTES,
        *connections_api.ROUTES,
        *channels_api.ROUTES,
        *mappings_api.ROUTES,
        *catalogue_api.ROUTES,
        *orders_api.ROUTES,
        *customers_api.ROUTES,
        *webhooks_api.ROUTES,
        *push_api.ROUTES,
    ],
    guards=[scoped],
    middleware=[Door],
    exception_handlers=HANDLERS,
    opt=MACHINE,
    include_in_schema=True,
)
