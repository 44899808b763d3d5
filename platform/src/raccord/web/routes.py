"""All routes of the web process, feature by feature."""

from litestar.types import ControllerRouterHandler

from raccord.accounts import pages as accounts
from raccord.tenants import pages as tenants

ROUTES: list[ControllerRouterHandler] = [*accounts.ROUTES, *tenants.ROUTES]
