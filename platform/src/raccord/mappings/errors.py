"""Why a draft cannot be saved, or a plan not applied."""

from raccord_connectors.contract import Message, Text


class MappingsError(Exception):
    """`message` is for the person. `target` names the rule of this field, `field` a setting, where one is to blame."""

    def __init__(self, message: Message, *, target: str | None = None, field: str | None = None) -> None:
        super().__init__(f"{message.code}: {message.en}")
        self.message = message
        self.target = target
        self.field = field


UNKNOWN_CHANNEL = Text(
    "mappings.unknown_channel",
    "Ce canal n’existe pas, ou plus.",
    "This channel does not exist, or no longer.",
)
UNKNOWN_VERSION = Text(
    "mappings.unknown_version",
    "Ce canal n’a pas de version {number}.",
    "This channel has no version {number}.",
)
UNKNOWN_PLAN = Text(
    "mappings.unknown_plan",
    "Ce plan n’existe pas, ou plus. Demandez-en un nouveau.",
    "This plan does not exist, or no longer. Ask for a new one.",
)
CHANGED_MEANWHILE = Text(
    "mappings.changed_meanwhile",
    "{who} a modifié ce brouillon entre-temps. Rechargez la page pour voir ses changements, puis refaites le vôtre.",
    "{who} has changed this draft in the meantime. Reload the page to see those changes, then make yours again.",
)
SOMEBODY = Text("mappings.somebody", "Quelqu’un", "Somebody")


def changed_meanwhile(who: str | None) -> Message:
    name = Message("", who, who) if who else SOMEBODY.fill()
    french = CHANGED_MEANWHILE.fill(who=name.fr).fr
    return Message(CHANGED_MEANWHILE.code, french, CHANGED_MEANWHILE.fill(who=name.en).en)


NO_DRAFT = Text(
    "mappings.no_draft",
    "Il n’y a aucun changement à appliquer : le brouillon est identique à la version en service. Modifiez une règle ou un "
    "réglage, puis demandez le plan.",
    "There is no change to apply: the draft is the same as the version in force. Change a rule or a setting, then ask for "
    "the plan.",
)
NOT_READY = Text(
    "mappings.not_ready",
    "Ce plan n’est pas terminé. Attendez qu’il le soit, puis appliquez-le.",
    "This plan is not finished. Wait until it is, then apply it.",
)
DONE_ALREADY = Text(
    "mappings.done_already",
    "Ce plan a déjà été appliqué, un plan plus récent l’a remplacé, ou son brouillon a été abandonné. Demandez-en un nouveau.",
    "This plan was applied already, a newer plan has replaced it, or its draft was discarded. Ask for a new one.",
)
STALE = Text(
    "mappings.stale",
    "La version en service a changé depuis ce plan (elle était la version {planned}, c’est maintenant la {active}) : il ne dit "
    "plus ce qui se passerait. Demandez un nouveau plan.",
    "The version in force has changed since this plan (it was version {planned}, it is version {active} now): it no longer "
    "says what would happen. Ask for a new plan.",
)
SHOP_NOT_READY = Text(
    "mappings.shop_not_ready",
    "La boutique n’a pas réussi son dernier test de connexion. Testez-la, puis recommencez.",
    "The shop has not passed its last connection test. Test it, then try again.",
)
NOTHING_TO_TRY = Text(
    "mappings.nothing_to_try",
    "Aucun article de ce plan ne peut être essayé : choisissez-en parmi ceux qu’il crée ou modifie.",
    "No article of this plan can be tried: choose among those that it creates or updates.",
)
TOO_MANY_TO_TRY = Text(
    "mappings.too_many_to_try",
    "Un essai porte sur {most} articles au plus. Choisissez-en moins, ou appliquez le plan.",
    "A trial is of {most} articles at the most. Choose fewer, or apply the plan.",
)
OTHER_TRIAL = Text(
    "mappings.other_trial",
    "Des articles de ce canal essaient déjà un autre plan. Annulez cet essai d’abord.",
    "Articles of this channel are trying another plan already. Undo that trial first.",
)
NO_TRIAL = Text(
    "mappings.no_trial",
    "Ce plan n’a pas d’essai en cours.",
    "This plan has no trial under way.",
)
PAUSED = Text(
    "mappings.paused",
    "Le canal est en pause : rien n’est envoyé, un essai ne se verrait pas. Reprenez-le d’abord.",
    "The channel is paused: nothing is sent, a trial would not be seen. Resume it first.",
)
