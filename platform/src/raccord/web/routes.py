"""All routes of the web process, feature by feature."""

from litestar.types import ControllerRouterHandler

from raccord.accounts import pages as accounts
from raccord.agents import api as tunnel
from raccord.agents import pages as agents
from raccord.alerts import pages as alerts
from raccord.catalogue import pages as catalogue
from raccord.channels import drift_pages as channel_drift
from raccord.channels import pages as channels
from raccord.channels import rule_pages as channel_rules
from raccord.connections import ability_pages
from raccord.connections import pages as connections
from raccord.customers import pages as customers
from raccord.documents import pages as documents
from raccord.documents import public_pages as customer_documents
from raccord.documents import settings_pages as document_rules
from raccord.journal import pages as journal
from raccord.mappings import editor_pages as mapping_editor
from raccord.mappings import editor_saving as mapping_saving
from raccord.mappings import editor_whole as mapping_whole
from raccord.mappings import plan_pages as plans
from raccord.mappings import table_exchange as mapping_files
from raccord.mappings import table_pages as mapping_tables
from raccord.mappings import version_pages as versions
from raccord.media import agent_api as agent_files
from raccord.media import channel_pages as image_rules
from raccord.media import pages as images
from raccord.notifications import address_pages as message_addresses
from raccord.notifications import channel_pages as follow_up
from raccord.notifications import pages as notifications
from raccord.operations import api as operations
from raccord.orders import api as hooks
from raccord.orders import hold_pages as order_holds
from raccord.orders import pages as orders
from raccord.orders import reserved_pages as reserved
from raccord.outgoing import pages as webhooks
from raccord.overview import pages as overview
from raccord.partners import pages as partners
from raccord.public_api import oauth
from raccord.public_api import pages as programs
from raccord.public_api import partner_pages as partner_programs
from raccord.public_api import routes as public_api
from raccord.rehearsals import pages as rehearsals
from raccord.search import pages as search
from raccord.tenants import pages as tenants
from raccord.web import data_sheets, health, objects

ROUTES: list[ControllerRouterHandler] = [
    *health.ROUTES,
    *operations.ROUTES,
    *objects.ROUTES,
    *data_sheets.ROUTES,
    *tunnel.ROUTES,
    *agent_files.ROUTES,
    *hooks.ROUTES,
    *accounts.ROUTES,
    *tenants.ROUTES,
    *overview.ROUTES,
    *search.ROUTES,
    *journal.ROUTES,
    *catalogue.ROUTES,
    *images.ROUTES,
    *image_rules.ROUTES,
    *orders.ROUTES,
    *order_holds.ROUTES,
    *reserved.ROUTES,
    *customers.ROUTES,
    *documents.ROUTES,
    *customer_documents.ROUTES,
    *document_rules.ROUTES,
    *connections.ROUTES,
    *ability_pages.ROUTES,
    *agents.ROUTES,
    *channels.ROUTES,
    *channel_rules.ROUTES,
    *channel_drift.ROUTES,
    *plans.ROUTES,
    *versions.ROUTES,
    *mapping_editor.ROUTES,
    *mapping_saving.ROUTES,
    *mapping_whole.ROUTES,
    *mapping_tables.ROUTES,
    *mapping_files.ROUTES,
    *rehearsals.ROUTES,
    *follow_up.ROUTES,
    *notifications.ROUTES,
    *message_addresses.ROUTES,
    *alerts.ROUTES,
    *partners.ROUTES,
    *programs.ROUTES,
    *partner_programs.ROUTES,
    *oauth.ROUTES,
    *webhooks.ROUTES,
    public_api.API,
]
