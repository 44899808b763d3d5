"""The doctor's sentences: each trouble named, in both languages, with what to do."""

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from raccord_agent import doctor as module
from raccord_agent.base import Base
from raccord_agent.doctor import Doctor, Finding, lines
from raccord_agent.lock import Lock
from raccord_agent.run import Agent
from raccord_connectors import wire
from raccord_connectors.contract import Message
from support.agent_world import World, products


def findings(world: World) -> dict[str, Finding]:
    return {finding.what.code: finding for finding in Doctor(world.home).look()}


def advice(finding: Finding) -> list[str]:
    return [message.code for message in finding.advice]


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_all_is_well_with_a_running_agent(world: World, running: Agent) -> None:
    world.plane.wait_for(lambda: world.plane.heartbeats)
    with Lock(world.home.lock):
        found = findings(world)
    assert dict.fromkeys(found, True) == {code: finding.ok for code, finding in found.items()}
    assert {"doctor.token", "doctor.connector", "doctor.clock", "doctor.disk", "doctor.outbox"} <= set(found)


def test_an_agent_that_does_not_run_is_told_how_to_start_it(world: World) -> None:
    found = findings(world)["doctor.running"]
    assert (False, ["doctor.not_running"]) == (found.ok, advice(found))


def test_without_settings_only_that_is_said(home: object, tmp_path: Path) -> None:
    from raccord_agent.home import Home

    (only,) = Doctor(Home(tmp_path / "empty")).look()
    assert (False, ["agent.not_enrolled"]) == (only.ok, advice(only))


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ('connector = "tiny_erp"', 'connector = "tiny_erp', "line"),
        ("platform =", "plateform =", "plateform"),
        ("# outbox_max_mb = 2048", 'outbox_max_mb = "beaucoup"', "outbox_max_mb"),
    ],
)
def test_a_settings_file_with_a_mistake_is_named_with_its_place(
    world: World, old: str, new: str, place: str
) -> None:
    replace(world.home.settings, old, new)
    (only,) = Doctor(world.home).look()
    (message,) = only.advice
    assert "agent.bad_file" == message.code
    assert str(world.home.settings) in message.fr
    assert place in message.en


def test_secrets_that_others_can_read_are_reported(world: World) -> None:
    world.home.secrets.chmod(0o644)
    found = findings(world)["doctor.rights"]
    assert (False, ["doctor.rights_wrong"]) == (found.ok, advice(found))
    assert str(world.home.secrets) in found.advice[0].fr


def test_a_lost_key_is_reported(world: World) -> None:
    world.home.key.write_text("nothing")
    found = findings(world)["doctor.key"]
    assert (False, ["agent.bad_key"]) == (found.ok, advice(found))
    world.home.key.unlink()
    assert ["agent.not_enrolled"] == advice(findings(world)["doctor.key"])


def test_a_platform_that_does_not_answer_is_reported_and_what_depends_on_it_is_not_guessed(
    world: World,
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        closed = f"http://127.0.0.1:{free.getsockname()[1]}"
    replace(world.home.settings, world.plane.url, closed)
    found = findings(world)
    assert (False, ["agent.platform_unreachable"]) == (
        found["doctor.reached_locally"].ok,
        advice(found["doctor.reached_locally"]),
    )
    assert "refused" in found["doctor.reached_locally"].advice[0].en
    assert (None, None) == (found["doctor.clock"].ok, found["doctor.token"].ok)
    assert found["doctor.connector"].ok


def test_a_name_that_nobody_knows_is_reported(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(variable, raising=False)
    replace(world.home.settings, world.plane.url, "https://raccord.invalid")
    found = findings(world)["doctor.name"]
    assert (False, ["doctor.name_unknown"]) == (found.ok, advice(found))
    assert "raccord.invalid" in found.advice[0].fr


def test_a_proxy_is_named_without_its_password(world: World) -> None:
    replace(world.home.settings, world.plane.url, "https://raccord.invalid")
    replace(world.home.secrets, '# proxy = ""', 'proxy = "http://moi:motdepasse@127.0.0.1:9"')
    said = "\n".join(text for text, _ in lines(Doctor(world.home).look(), "fr"))
    assert "passe par le proxy 127.0.0.1" in said
    assert "motdepasse" not in said


def test_an_address_in_plain_http_is_refused(world: World) -> None:
    replace(world.home.settings, world.plane.url, "http://raccord.example")
    refused = [code for finding in Doctor(world.home).look() for code in advice(finding)]
    assert "agent.not_secure" in refused


@pytest.mark.parametrize("minutes", [-30, 30])
def test_a_wrong_clock_is_explained(world: World, minutes: int) -> None:
    world.plane.clock = lambda: time.time() - minutes * 60
    found = findings(world)
    assert (False, ["agent.clock_wrong"]) == (found["doctor.clock"].ok, advice(found["doctor.clock"]))
    assert ("avance de 30 min" if minutes > 0 else "retarde de 30 min") in found["doctor.clock"].advice[0].fr
    assert found["doctor.token"].ok


def test_an_agent_that_the_platform_does_not_know_is_reported(world: World) -> None:
    world.plane.agents.clear()
    found = findings(world)["doctor.token"]
    assert (False, ["agent.unknown"]) == (found.ok, advice(found))


def test_the_erps_rights_are_listed_one_by_one(world: World) -> None:
    Path(f"{world.tables.path}.denied").touch()
    found = findings(world)["doctor.connector"]
    assert (False, 3) == (found.ok, len(found.advice))
    assert "F_ARTSTOCK" in found.advice[2].fr


def test_an_erp_that_is_down_is_reported(world: World) -> None:
    Path(f"{world.tables.path}.down").touch()
    found = findings(world)["doctor.connector"]
    assert (False, ["tiny.down"]) == (found.ok, advice(found))


def test_a_disk_that_is_nearly_full_is_reported(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    replace(world.home.settings, "# outbox_max_mb = 2048", "outbox_max_mb = 2000000000")
    found = findings(world)["doctor.disk"]
    assert (False, ["doctor.disk_low"]) == (found.ok, advice(found))


def test_a_queue_near_its_limit_is_reported(world: World) -> None:
    import os

    replace(world.home.settings, "# outbox_max_mb = 2048", "outbox_max_mb = 10")
    base = Base(world.home.base)
    with base.transaction() as connection:
        for _ in range(9):
            noise = wire.Upsert("k", bytes(16), os.urandom(1_000_000))
            base.outbox.add(connection, wire.Delta(1, "products", upserts=[noise]))
    base.close()
    found = findings(world)["doctor.outbox"]
    assert (False, ["doctor.outbox_large"]) == (found.ok, advice(found))
    assert "9" in found.what.fr


def test_a_damaged_base_is_reported_with_what_to_do(world: World) -> None:
    world.home.base.write_bytes(b"nothing like a database" * 500)
    found = findings(world)["doctor.outbox"]
    assert (False, ["doctor.base_damaged"]) == (found.ok, advice(found))
    assert str(world.home.base) in found.advice[0].en


def test_an_agent_that_holds_the_folder_and_is_silent_is_reported(world: World) -> None:
    agent = world.agent()
    agent._status.turn()
    agent.base.close()
    with Lock(world.home.lock):
        found = list(Doctor(world.home, now=lambda: time.time() + 3_600).look())[-1]
    assert (False, ["doctor.silent"]) == (found.ok, advice(found))


def test_lines_carry_a_mark_the_sentence_and_the_advice() -> None:
    def some() -> Iterator[Finding]:
        yield Finding(Message("a", "Bien", "Well"), True)
        yield Finding(Message("b", "Mal", "Wrong"), False, [Message("c", "Faites ceci.", "Do this.")])
        yield Finding(Message("d", "Inconnu", "Unknown"), None)

    assert [
        ("✔ Bien", True),
        ("✘ Mal\n    Faites ceci.", False),
        ("– Inconnu (pas vérifié, à cause de ce qui précède)", True),
    ] == list(lines(some(), "fr"))
    assert "✘ Wrong\n    Do this." == [text for text, _ in lines(some(), "en")][1]


def test_a_certificate_that_is_not_trusted_is_told_apart_from_a_broken_line() -> None:
    import ssl

    from raccord_agent.line import Line
    from raccord_connectors.contract import TransientError

    line = Line("https://raccord.example")
    cause = ssl.SSLCertVerificationError(1, "certificate verify failed")
    cause.verify_message = "self-signed certificate"
    try:
        raise TransientError(Message("x", "x", "x")) from cause
    except TransientError as error:
        message = module._certificate(line, error)
    assert message is not None
    assert "self-signed certificate" in message.fr
    assert "ca_file" in message.en


def test_the_agent_looks_the_same_before_and_after(world: World) -> None:
    world.tables.put("products", *products(2))
    before = {path.name: path.read_bytes() for path in world.home.folder.iterdir()}
    list(Doctor(world.home).look())
    assert before == {path.name: path.read_bytes() for path in world.home.folder.iterdir()}
