"""Enrolment by a one-time code."""

import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest

from raccord_agent.enrolment import enrol, typed_settings
from raccord_agent.home import Home
from raccord_agent.settings import (
    Secrets,
    Settings,
    load_identity,
    load_key,
    load_secrets,
    load_settings,
)
from raccord_connectors.contract import ConfigError, TransientError
from support.control_plane import ControlPlane, Fault
from support.tiny_erp import TinyErp, TinyTables


def settings(plane: ControlPlane, tables: TinyTables, **more: object) -> Settings:
    return Settings(platform=plane.url, connector="tiny_erp", settings={"path": str(tables.path), **more})


def test_a_code_makes_an_agent_with_a_key_of_its_own(
    plane: ControlPlane, home: Home, tables: TinyTables
) -> None:
    code = plane.new_code()
    typed = f" {code[:4].lower()}-{code[4:].lower()} "
    identity = enrol(
        home, settings(plane, tables, page_size=7), Secrets(settings={"password": 's"é\\cret'}), typed
    )

    assert identity == load_identity(home)
    assert ("Maison Dupont", "Gestion commerciale") == (identity.tenant_name, identity.connection_name)
    enrolled = plane.agents[identity.agent]
    assert enrolled.public_key == load_key(home).public_key().public_bytes_raw()
    assert enrolled.enrolment is not None
    assert "tiny_erp" == enrolled.enrolment.connector
    assert settings(plane, tables, page_size=7) == load_settings(home)
    assert {"password": 's"é\\cret'} == load_secrets(home).settings


def test_secrets_lie_apart_and_only_their_owner_reads_them(
    plane: ControlPlane, home: Home, tables: TinyTables
) -> None:
    enrol(home, settings(plane, tables), Secrets(settings={"password": "hunter22"}), plane.new_code())
    assert "hunter22" not in home.settings.read_text()
    assert [0o600] * 4 == [
        path.stat().st_mode & 0o777 for path in (home.settings, home.secrets, home.identity, home.key)
    ]
    assert 0o700 == home.folder.stat().st_mode & 0o777
    assert "hunter22" not in repr(load_secrets(home))


def test_every_setting_is_explained_in_the_file_in_both_languages(
    plane: ControlPlane, home: Home, tables: TinyTables
) -> None:
    enrol(home, settings(plane, tables), Secrets(), plane.new_code())
    text = home.settings.read_text()
    for word in (
        "outbox_max_mb",
        "log_level",
        "proxy",
        "ca_file",
        "page_size",
        "Lignes par page",
        "Rows of a page",
    ):
        assert word in text
    assert "password" not in tomllib.loads(text)["settings"]
    assert "# page_size = 50" in text


@pytest.mark.parametrize("code", ["code.unknown", "code.expired", "code.used"])
def test_a_code_that_does_not_open_says_why_and_leaves_no_identity(
    plane: ControlPlane, home: Home, tables: TinyTables, code: str, tmp_path: Path
) -> None:
    given = {
        "code.unknown": "ZZZZZZZZ",
        "code.expired": plane.new_code(seconds=-1),
        "code.used": plane.new_code(),
    }
    if code == "code.used":
        enrol(Home(tmp_path / "other"), settings(plane, tables), Secrets(), given[code])
    with pytest.raises(ConfigError) as caught:
        enrol(home, settings(plane, tables), Secrets(), given[code])
    assert code == caught.value.message.code
    assert not home.identity.exists()


def test_an_answer_that_was_lost_is_asked_for_again_with_the_same_key(
    plane: ControlPlane, home: Home, tables: TinyTables
) -> None:
    code = plane.new_code()
    plane.fail("/agent/enrol", Fault(cut=True))
    with pytest.raises(TransientError):
        enrol(home, settings(plane, tables), Secrets(), code)
    identity = enrol(home, settings(plane, tables), Secrets(), code)
    assert [identity.agent] == list(plane.agents)


@pytest.mark.parametrize(
    ("connector", "code"), [("nope", "connector.unknown"), ("memory_shop", "agent.not_an_erp")]
)
def test_only_an_erp_connector_is_enrolled(
    plane: ControlPlane, home: Home, connector: str, code: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        enrol(home, Settings(platform=plane.url, connector=connector), Secrets(), plane.new_code())
    assert code == caught.value.message.code
    assert [] == plane.calls


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ({"path": "x", "colour": "red"}, "agent.no_such_setting"),
        ({}, "connector.bad_settings"),
        ({"path": "x", "page_size": "many"}, "connector.bad_settings"),
    ],
)
def test_settings_typed_wrong_are_named(typed: Mapping[str, str], code: str) -> None:
    with pytest.raises(ConfigError) as caught:
        typed_settings(TinyErp, typed)
    assert code == caught.value.message.code


def test_typed_settings_get_their_types_and_secrets_are_told_apart() -> None:
    plain, secret = typed_settings(
        TinyErp, {"path": "/x", "page_size": "7", "sorted": "false", "password": "12345"}
    )
    assert {"path": "/x", "page_size": 7, "sorted": False} == plain
    assert {"password": "12345"} == secret
