"""Examples of the description, by operation. A test holds them against the schemas."""

from typing import Any

_ORDER = "7f1c1c70-7a0b-4a8e-9a0c-3c8a6c0b1f11"
_CHANNEL = "b1a7f3c2-5f0e-4a77-8b57-0a2f0d8a9c01"
_ERP = "5d7b0f2e-1c55-4c0b-8a5a-0d9a5f3b7e21"
_SHOP = "0c9b8a77-4b5d-4e8f-9d0e-2f6b7a1c3d41"
_PLAN = "a3d2c1b0-9e8f-4d7c-8b6a-5f4e3d2c1b0a"

EXAMPLES: dict[str, dict[str, Any]] = {
    "GET /company": {
        "response": {
            "id": "2a8f5e64-33a0-4a39-b9a0-0a6c7a0a5a10", "name": "Maison Duval", "language": "fr", "timezone": "Europe/Paris",
            "caller": "Tableau de bord", "scopes": ["company:read", "orders:read"],
        }
    },
    "POST /connections": {
        "request": {
            "name": "maisonduval.example", "connector": "woocommerce",
            "settings": {"url": "https://maisonduval.example", "consumer_key": "ck_…", "consumer_secret": "cs_…"},
        },
        "response": {"id": _SHOP},
    },
    "POST /channels": {
        "request": {"name": "Boutique en ligne", "erp": _ERP, "shop": _SHOP, "settings": {"stock": {"margin": "1"}}},
        "response": {"id": _CHANNEL},
    },
    "POST /agents/codes": {
        "request": {"connection": _ERP},
        "response": {"code": "K7QF-2MXR-9TLD", "expires_at": "2026-03-04T10:15:00Z"},
    },
    "POST /channels/{channel}/plans": {"request": {"note": "Marge de stock à 2"}, "response": {"id": _PLAN}},
    "POST /plans/{plan}/apply": {"request": {"sample": 20}, "response": {"version": None}},
    "POST /orders/{order}/decisions": {"request": {"do": "ignored", "reason": "Commande d’essai du gérant"}},
    "POST /orders/decisions": {
        "request": {"orders": [_ORDER], "choice": {"do": "retry"}},
        "response": [
            {
                "order": _ORDER, "number": "1042", "done": True,
                "said": {"code": "order.retried", "fr": "Commande 1042 : réessayée.", "en": "Order 1042: tried again."},
            }
        ],
    },
    "POST /brakes/{brake}": {"request": {"decision": "dismissed"}},
    "POST /channels/{channel}/decisions": {
        "request": {"stream": "listings", "key": "FAUTEUIL", "do": "retry"},
    },
}  # fmt: skip
