"""Through the Sage-shaped ERP and its bridge: what the customer changes is in Sage, what Sage grants is in the shop."""

import asyncio
from datetime import date
from decimal import Decimal
from pathlib import Path

from raccord.settings import Settings
from raccord.storage.locks import Locks
from support.customer_world import MOVED, CustomerWorld
from support.database import opened
from support.gescom import a_customer, sql
from support.sage_world import sage_world


def test_a_customer_travels_both_ways_and_comes_to_rest(settings: Settings, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with opened(settings), sage_world(tmp_path / "gescom") as found:
            code = a_customer(found.gescom)
            sql(found.gescom, "update F_COMPTET set CT_EMail = 'seule@exemple.fr' where CT_Num = ?", code)
            sql(found.gescom, "update F_CONTACTT set CT_EMail = '' where CT_Num = ?", code)
            (row,) = sql(found.gescom, "select CT_EMail, CT_Intitule from F_COMPTET where CT_Num = ?", code)
            last, _, first = str(row["CT_Intitule"]).partition(" ")
            found.shop.put_account("7", email=row["CT_EMail"], first_name=first, last_name=last)
            await found.ingest("customers")
            assert settings.database_url is not None
            locks = Locks(settings.database_url)
            try:
                w = CustomerWorld(found, locks)
                await w.choose(direction="both", birthday_field="Date d'anniversaire")
                await w.settle()
                sql(
                    found.gescom,
                    "update F_COMPTET set CT_Taux01 = 6, CT_Encours = 1500 where CT_Num = ?",
                    code,
                )
                long = "04 78 00 00 00 ou 06 11 22 33 44"
                found.shop.edit_account("7", billing=MOVED, phone=long, birthday=date(1980, 5, 1))
                await w.settle()
                account = w.account()
                assert (Decimal(6), Decimal(1500)) == (account.discount_percent, account.credit_limit)
                (row,) = sql(found.gescom, "select * from F_COMPTET where CT_Num = ?", code)
                assert ("8 quai Saint-Antoine", "0478000000") == (row["CT_Adresse"], row["CT_Telephone"])
                assert "1980-05-01" == str(row["Date d'anniversaire"])[:10]
                assert ["customer_updated", "customer_updated"] == await w.told("customer_updated"), (
                    "and the cut"
                )
                commands = await _commands(w)
                for _ in range(2):
                    await w.collect(whole=True)
                    await w.settle()
                assert commands == await _commands(w), "what Sage cut is not taken for a change there"
            finally:
                await locks.close()

    asyncio.run(scenario())


async def _commands(w: CustomerWorld) -> list[int]:
    return [row["attempts"] for row in (await w.rows()).values()]
