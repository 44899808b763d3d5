"""`raccord doctor` and the command line: what is wrong is said in words, in both languages."""

import socket
from pathlib import Path

import msgspec
import pytest

from raccord.__main__ import main
from raccord.doctor import doctor
from raccord.settings import Settings


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_sound_installation_has_no_finding(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == doctor(settings, "fr")
    lines = capsys.readouterr().out.splitlines()
    assert all(line.startswith("✓ ") for line in lines)
    assert any("RACCORD_DATABASE_SYSTEM_URL" in line for line in lines)


def test_each_fault_is_named_with_what_to_do(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    broken = msgspec.structs.replace(
        settings,
        secret_key="court",
        broker_url=f"redis://127.0.0.1:{free_port()}/0",
        database_system_url=f"postgresql://raccord_system@127.0.0.1:{free_port()}/raccord",
        environment="production",
    )
    assert 1 == doctor(broken, "en")
    out = capsys.readouterr().out
    for setting in ("SECRET_KEY", "BROKER_URL", "DATABASE_SYSTEM_URL", "ALLOW_PRIVATE_ADDRESSES"):
        assert [line for line in out.splitlines() if line.startswith("✗ ") and f"RACCORD_{setting}" in line]
    assert "✓ PostgreSQL (RACCORD_DATABASE_URL)" in out


def test_a_role_that_can_bypass_isolation_is_refused(
    settings: Settings, postgres: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert settings.database_url
    database = settings.database_url.partition("/")[2].partition("?")[0].rpartition("/")[2]
    mighty = msgspec.structs.replace(settings, database_url=postgres.replace("/postgres?", f"/{database}?"))
    assert 1 == doctor(mighty, "fr")
    assert "peut contourner l’isolation" in capsys.readouterr().out


def test_an_unknown_queue_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["worker", "--queues", "urgent,lent"])
    assert "unknown queue lent; there are urgent, ordinary, media" in capsys.readouterr().err


def test_bench_says_where_it_can_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert 2 == main(["bench"])
    assert "source checkout" in capsys.readouterr().err
