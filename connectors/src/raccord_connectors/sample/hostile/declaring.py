"""Connectors that say wrong things of themselves."""

from typing import Annotated

from msgspec.structs import replace

from raccord_connectors.contract import Can, Choice, CustomField, Discovery, StreamSpec, label
from raccord_connectors.kit.settings import Settings
from raccord_connectors.sample.hostile.nasty import SpoiltShop, breaks, respecified
from raccord_connectors.sample.memory_shop import MemoryShop


class _Form:
    """Not a type that a form could ask for."""


class _Unlabelled(Settings, frozen=True):
    system: str


class _HalfLabelled(Settings, frozen=True):
    system: Annotated[str, label("Nom", "")]


class _NoForm(Settings, frozen=True):
    system: Annotated[_Form, label("Formulaire", "Form")]


@breaks("streams_are_those_of_its_side")
class WritesDraftsInAShop(SpoiltShop):
    spec = respecified(streams=(*MemoryShop.spec.streams, StreamSpec("drafts", frozenset({Can.CREATE}))))


@breaks("the_connector_has_a_name_and_a_title")
class HasAnImpossibleName(SpoiltShop):
    spec = respecified(name="Boutique de Lucie")


@breaks("capabilities_are_coherent")
class NarrowsWhatItCannotRead(SpoiltShop):
    spec = respecified("order_updates", can=frozenset({Can.UPDATE, Can.READ_SOME}))


@breaks("capabilities_are_coherent")
class DeclaresAStreamThatCanDoNothing(SpoiltShop):
    spec = respecified("order_updates", can=frozenset())


@breaks("sizes_and_limits_are_positive")
class GroupsNothing(SpoiltShop):
    spec = respecified("listings", batch_size=0)


@breaks("write_order_has_no_circle")
class WaitsForItself(SpoiltShop):
    spec = respecified("listings", after=("availability",))


@breaks("write_order_has_no_circle")
class WaitsForWhatIsNotThere(SpoiltShop):
    spec = respecified("listings", after=("pictures",))


@breaks("settings_are_labelled_in_both_languages")
class AsksWithoutALabel(SpoiltShop):
    spec = respecified(settings=_Unlabelled)


@breaks("settings_are_labelled_in_both_languages")
class AsksInOneLanguage(SpoiltShop):
    spec = respecified(settings=_HalfLabelled)


@breaks("the_form_can_be_generated_from_the_settings")
class AsksForAnObject(SpoiltShop):
    spec = respecified(settings=_NoForm)


@breaks("discovery_travels")
class FindsFieldsOfNoStream(SpoiltShop):
    def discover(self) -> Discovery:
        return replace(super().discover(), custom_fields=(CustomField("pictures", "alt", "Texte"),))


@breaks("discovery_travels")
class FindsNumbersForTexts(SpoiltShop):
    def discover(self) -> Discovery:
        return replace(super().discover(), version=3)


@breaks("discovered_choices_have_keys_and_titles")
class FindsAChoiceWithoutATitle(SpoiltShop):
    def discover(self) -> Discovery:
        return replace(super().discover(), carriers=(Choice("colissimo", ""),))


@breaks("discovered_choices_have_keys_and_titles")
class FindsABrandWithoutAKey(SpoiltShop):
    def discover(self) -> Discovery:
        return replace(super().discover(), brands=(Choice(" ", "Peugeot"),))


@breaks("discovered_choices_have_keys_and_titles")
class FindsAChoiceTwice(SpoiltShop):
    def discover(self) -> Discovery:
        return replace(
            super().discover(), carriers=(Choice("colissimo", "Colissimo"), Choice("colissimo", "La Poste"))
        )
