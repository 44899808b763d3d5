"""What a provider of text messages says of one that it had taken."""

from typing import Literal

from msgspec import Struct


class Receipt(Struct, frozen=True):
    state: Literal["awaited", "delivered", "refused"]
    said: str = ""
    """The provider's own words."""
    gone: bool = False
    """Nothing ever arrives at this number."""
