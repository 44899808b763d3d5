"""Why a channel cannot do what it is asked."""

from raccord_connectors.contract import Message, Text


class ChannelError(Exception):
    """`message` is for the person; `field` names the form's field."""

    def __init__(self, message: Message, field: str | None = None) -> None:
        super().__init__(f"{message.code}: {message.en}")
        self.message = message
        self.field = field


UNKNOWN = Text(
    "channel.unknown", "Ce canal n’existe pas, ou plus.", "This channel does not exist, or no longer."
)
WRONG_SIDES = Text(
    "channel.wrong_sides",
    "Un canal relie une gestion commerciale à une boutique : choisissez une connexion de chaque sorte.",
    "A channel joins an ERP to a shop: choose one connection of each kind.",
)
SHOP_TAKEN = Text(
    "channel.shop_taken",
    "Le canal « {channel} » alimente déjà cette boutique. Une boutique n’a qu’un canal : ses commandes iraient sinon tantôt à "
    "l’un, tantôt à l’autre. Choisissez une autre boutique, ou réglez le canal existant.",
    "The channel “{channel}” feeds this shop already. A shop has one channel only: its orders would otherwise go now to one, "
    "now to the other. Choose another shop, or change the existing channel.",
)
SHOP_NOT_READY = Text(
    "channel.shop_not_ready",
    "La boutique n’a pas encore réussi son test de connexion. Testez-la, puis mettez le canal en service.",
    "The shop has not passed its connection test yet. Test it, then put the channel on air.",
)
UNKNOWN_DEPOT = Text(
    "channel.unknown_depot",
    "La gestion n’a pas de dépôt « {depot} ». Dépôts connus : {known}.",
    "The ERP has no depot “{depot}”. Known depots: {known}.",
)
UNKNOWN_CATEGORY = Text(
    "channel.unknown_price_category",
    "La gestion n’a pas de catégorie tarifaire « {category} ». Catégories connues : {known}.",
    "The ERP has no price category “{category}”. Known categories: {known}.",
)
