"""Versions of a channel and the draft of the next one: who works on it, what cannot be saved, what it differs in."""

import uuid
from collections.abc import Awaitable
from decimal import Decimal
from uuid import UUID

import msgspec
import pytest

from raccord.channels import service as channels
from raccord.core.channel import ChannelSettings, PublicationRule, StockRule
from raccord.core.rules import Mapping, Rule, Table
from raccord.core.steps import Case, Lookup, Trim
from raccord.mappings import service
from raccord.mappings.models import Draft
from raccord.mappings.service import MappingsError
from raccord.settings import Settings
from raccord.storage.engine import untenanted_transaction
from raccord_connectors.contract import Choice, Discovery
from support.publishing import Merchant, play


async def person(name: str) -> UUID:
    account = uuid.uuid4()
    async with untenanted_transaction() as connection:
        await connection.execute(
            "INSERT INTO account (id, email, password_hash, name) VALUES ($1, $2, '', $3)",
            account, f"{account.hex}@example.org", name,
        )  # fmt: skip
    return account


def with_rule(draft: Draft, rule: Rule) -> Mapping:
    return Mapping(
        [*(one for one in draft.mapping.rules if one.target != rule.target), rule], draft.mapping.tables
    )


SUMMARY = Rule(target="summary", sources=["product.brand"], steps=[Trim(), Case(to="upper")])


async def save(
    m: Merchant, draft: Draft, mapping: Mapping | None = None, settings: ChannelSettings | None = None,
    account: UUID | None = None,
) -> Draft:  # fmt: skip
    return await service.save_draft(
        m.tenant, m.channel, mapping=mapping, settings=settings, revision=draft.revision, account=account
    )


async def refusal(work: Awaitable[object]) -> MappingsError:
    with pytest.raises(MappingsError) as refused:
        await work
    return refused.value


def test_a_draft_begins_as_the_version_in_force(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        draft = await service.draft(m.tenant, m.channel)
        (version,) = await service.versions(m.tenant, m.channel)
        assert (0, 1, False) == (draft.revision, draft.based_on, draft.changed)
        assert (version.mapping, version.settings) == (draft.mapping, draft.settings)
        assert (1, True, None) == (version.number, version.active, version.author)

    play(settings, scenario)


def test_a_saved_draft_is_found_again_with_who_changed_it(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        jeanne = await person("Jeanne")
        first = await save(m, await service.draft(m.tenant, m.channel), settings=STOCK, account=jeanne)
        saved = await save(m, first, mapping=with_rule(first, SUMMARY), account=jeanne)
        assert first.revision + 1 == saved.revision
        assert saved == await service.draft(m.tenant, m.channel)
        assert (True, "Jeanne", STOCK, SUMMARY) == (
            saved.changed, saved.changed_by, saved.settings, saved.mapping.rules[-1],
        )  # fmt: skip
        back = await save(m, saved, mapping=(await service.version(m.tenant, m.channel, 1)).mapping)
        assert back.changed
        assert not (await save(m, back, settings=ChannelSettings())).changed

    play(settings, scenario)


STOCK = ChannelSettings(stock=StockRule(margin=Decimal(3)))


def test_rules_in_another_order_are_no_change(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        draft = await service.draft(m.tenant, m.channel)
        turned = Mapping(draft.mapping.rules[::-1], draft.mapping.tables)
        assert not (await save(m, draft, mapping=turned)).changed

    play(settings, scenario)


def test_two_people_on_one_draft_do_not_overwrite_each_other(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        jeanne = await person("Jeanne")
        seen = await service.draft(m.tenant, m.channel)
        first = await save(m, seen, settings=STOCK, account=jeanne)
        error = await refusal(save(m, seen, mapping=with_rule(seen, SUMMARY)))
        assert ("mappings.changed_meanwhile", True) == (error.message.code, "Jeanne" in error.message.fr)
        await save(m, first, mapping=with_rule(first, SUMMARY))
        error = await refusal(save(m, first, settings=ChannelSettings()))
        assert "Quelqu’un" in error.message.fr
        assert "Somebody" in error.message.en

    play(settings, scenario)


def test_a_page_of_a_draft_that_was_discarded_saves_nothing_into_the_next_one(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        old = await save(m, await service.draft(m.tenant, m.channel), settings=STOCK)
        old = await save(m, old, mapping=with_rule(old, SUMMARY))
        await service.discard_draft(m.tenant, m.channel, None)
        assert not (await service.draft(m.tenant, m.channel)).changed
        error = await refusal(save(m, old, settings=ChannelSettings()))
        assert "mappings.changed_meanwhile" == error.message.code

    play(settings, scenario)


def test_a_rule_that_cannot_be_used_is_not_saved_and_is_named(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        draft = await service.draft(m.tenant, m.channel)
        unknown = Rule(target="summary", sources=["product.nothing"])
        error = await refusal(save(m, draft, mapping=with_rule(draft, unknown)))
        assert "summary" == error.target
        assert "product.nothing" in error.message.fr
        no_table = Rule(target="brand", sources=["product.brand"], steps=[Lookup(table="Nulle part")])
        error = await refusal(save(m, draft, mapping=with_rule(draft, no_table)))
        assert ("brand", True) == (error.target, "Nulle part" in error.message.en)
        assert 0 == (await service.draft(m.tenant, m.channel)).revision

    play(settings, scenario)


def test_a_depot_that_the_erp_does_not_have_is_not_saved(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        told = msgspec.json.encode(Discovery(depots=(Choice("1", "Paris"),))).decode()
        await m.rows("UPDATE connection SET discovery = $1 WHERE side = 'erp' RETURNING id", told)
        draft = await service.draft(m.tenant, m.channel)
        error = await refusal(save(m, draft, settings=ChannelSettings(stock=StockRule(depots=["9"]))))
        assert ("channel.unknown_depot", "depots") == (error.message.code, error.field)

    play(settings, scenario)


def test_settings_changed_at_once_are_a_version_too(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        jeanne = await person("Jeanne")
        await channels.change_settings(m.tenant, m.channel, STOCK, m.wake, jeanne)
        new, old = await service.versions(m.tenant, m.channel)
        assert (2, "Jeanne", STOCK, True) == (new.number, new.author, new.settings, new.active)
        assert (1, ChannelSettings(), False, old.mapping) == (
            old.number, old.settings, old.active, new.mapping,
        )  # fmt: skip
        await channels.change_settings(m.tenant, m.channel, STOCK, m.wake, jeanne)
        assert 2 == len(await service.versions(m.tenant, m.channel))

    play(settings, scenario)


def test_back_to_an_old_version_is_a_draft_first(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await channels.change_settings(m.tenant, m.channel, STOCK, m.wake)
        draft = await save(m, await service.draft(m.tenant, m.channel), settings=ChannelSettings())
        back = await service.back_to(m.tenant, m.channel, 1, None)
        assert (draft.revision + 1, True) == (back.revision, back.changed)
        assert ChannelSettings() == back.settings
        (route,) = await m.rows("SELECT settings FROM channel")
        assert '{"stock": {"margin": "3"}}' == route["settings"]
        assert "mappings.unknown_version" == (
            (await refusal(service.back_to(m.tenant, m.channel, 9, None))).message.code
        )

    play(settings, scenario)


def test_what_differs_is_told_rule_by_rule_entry_by_entry_and_setting_by_setting(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        old = await service.version(m.tenant, m.channel, 1)
        draft = await service.draft(m.tenant, m.channel)
        lookup = Rule(
            target="brand", sources=["product.brand"], steps=[Lookup(table="Marques")], owner="creation"
        )
        kept = [rule for rule in draft.mapping.rules if rule.target not in ("brand", "slug")]
        colour = Rule(target="features.Couleur", sources=["product.brand"])
        mapping = Mapping([*kept, lookup, colour], {"Marques": Table({"DUVAL": "Duval"})})
        chosen = ChannelSettings(stock=StockRule(margin=Decimal(3)), publication=PublicationRule(asleep=True))
        new = await save(m, draft, mapping, chosen)
        edits = service.difference(old, new)
        assert [
            ("rule", "changed", "brand", "Marque"),
            ("rule", "added", "features.Couleur", "Couleur"),
            ("rule", "removed", "slug", "Adresse de la fiche"),
            ("table", "added", "Marques", "Marques"),
            ("setting", "changed", "stock.margin", "Marge de sécurité"),
            ("setting", "changed", "publication.asleep", "Articles en sommeil"),
        ] == [(one.kind, one.change, one.path, one.title.fr) for one in edits]
        brand, table, margin = edits[0], edits[3], edits[4]
        assert ["Étapes", "Qui décide"] == [part.title.fr for part in brand.parts]
        assert (None, "Duval") == (table.parts[0].before, table.parts[0].after and table.parts[0].after.fr)
        assert (Decimal(0), Decimal(3)) == (margin.before, margin.after)
        assert [] == service.difference(new, new)

    play(settings, scenario)


def test_nobody_sees_another_tenants_draft_or_plan(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await save(m, await service.draft(m.tenant, m.channel), settings=STOCK)
        plan = await service.start_plan(m.tenant, m.channel, m.connections, m.wake, None)
        other = uuid.uuid4()
        for work in (
            service.draft(other, m.channel),
            service.plan(other, plan),
            service.apply(other, plan, m.wake, None),
            service.undo_sample(other, plan, m.wake, None),
            service.version(other, m.channel, 1),
            service.start_plan(other, m.channel, m.connections, m.wake, None),
        ):
            assert (await refusal(work)).message.code.startswith("mappings.unknown")
        assert [] == await service.plan_lines(other, plan)
        assert [] == await service.versions(other, m.channel)

    play(settings, scenario)
