"""The stand-in for a Talend job, against the real push API: what the README describes, it does."""

from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest

from sandbox.talend.job import Job, JobFailed, product, rows
from support.programs import Program, fetched, program_of
from support.web import Site, site

__all__ = ["site"]
EXPORTS = Path(__file__).parents[3] / "infra/sandbox/talend/exports"


@pytest.fixture(scope="module")
def program(site: Site) -> Program:
    return program_of(site, ["push", "connections:write"])


@pytest.fixture(scope="module")
def erp(program: Program) -> UUID:
    return UUID(program.post("/connections", {"name": "Gestion maison", "connector": "push"}).json()["id"])


def job(site: Site, program: Program, erp: UUID, **more: Any) -> Job:
    site.client.cookies.clear()
    return Job(site.client, program.key, str(erp), batch=2, **more)


def stored(site: Site, erp: UUID, stream: str) -> dict[str, Any]:
    found = fetched(
        site.settings, site.made.tenant,
        "SELECT key, data FROM snapshot WHERE connection = $1 AND stream = $2 AND deleted_at IS NULL", erp, stream,
    )  # fmt: skip
    return {key: msgspec.json.decode(data) for key, data in found}


def test_the_exports_of_a_french_erp_arrive_whole_and_again_change_nothing(
    site: Site, program: Program, erp: UUID
) -> None:
    first = job(site, program, erp)
    first.run(EXPORTS)
    assert [] == first.refused
    chair = stored(site, erp, "products")["00123"]
    assert ('Assise cannée ; dossier "Thonet"', "4250.5", {"GAMME": "Été"}) == (
        chair["description"], chair["weight_g"], chair["custom"],
    )  # fmt: skip
    assert ["74.17", "89"] == [one["amount"] for one in stored(site, erp, "prices")["00123"]["prices"]]
    assert ["12", "1.5"] == [one["real"] for one in stored(site, erp, "stock")["00123"]["depots"]]
    before = fetched(
        site.settings, site.made.tenant, "SELECT count(*) FROM journal WHERE connection = $1", erp
    )
    job(site, program, erp).run(EXPORTS)
    assert before == fetched(
        site.settings, site.made.tenant, "SELECT count(*) FROM journal WHERE connection = $1", erp
    )


def test_what_left_the_export_is_gone_and_a_file_that_was_cut_short_deletes_nothing(
    site: Site, program: Program, erp: UUID
) -> None:
    every = [product(row) for row in rows(EXPORTS / "articles.csv")]
    job(site, program, erp).snapshot("products", every)
    assert 1 == job(site, program, erp).snapshot("products", every[:3])["gone"]
    assert "VIEUX" not in stored(site, erp, "products")

    def dies() -> Any:
        yield every[0]
        raise OSError("the disk of the ERP")

    with pytest.raises(OSError, match="disk"):
        job(site, program, erp).snapshot("products", dies())
    assert {"00123", "00124", "LAMPE-1"} == stored(site, erp, "products").keys()


def test_a_wrong_row_goes_to_the_reject_file_and_the_others_arrive(
    site: Site, program: Program, erp: UUID
) -> None:
    wrong = job(site, program, erp)
    wrong.changes("products", [{"key": "X", "sku": "X", "name": "Bon"}, {"key": "Y", "sku": "Y"}], "modif-1")
    assert [("products", 2, "Y", "name")] == [
        (one["stream"], one["row"], one["key"], one["field"]) for one in wrong.refused
    ]
    assert "X" in stored(site, erp, "products")


def test_it_waits_when_it_is_told_to_and_goes_on_with_the_same_batch(
    site: Site, program: Program, erp: UUID
) -> None:
    waited: list[float] = []
    pushes = site.client.app.state.pushes
    former, pushes.most_waiting = pushes.most_waiting, 0

    def sleep(seconds: float) -> None:
        waited.append(seconds)
        pushes.most_waiting = former

    job(site, program, erp, sleep=sleep).changes(
        "products", [{"key": "Z", "sku": "Z", "name": "Z"}], "modif-2"
    )
    assert [30.0] == waited
    assert "Z" in stored(site, erp, "products")


def test_a_key_without_the_right_ends_the_job_with_the_reason(site: Site, erp: UUID) -> None:
    with pytest.raises(JobFailed, match=r"403.*push"):
        job(site, program_of(site, ["orders:read"]), erp).run(EXPORTS)
