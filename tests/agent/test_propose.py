"""`raccord-agent propose`: a first definition that works, for a custom ERP."""

from pathlib import Path

import pytest

from raccord_agent.__main__ import main
from raccord_connectors.registry import build
from sandbox.folder_erp.erp import FolderErp
from sandbox.sql_erp.erp import SqlErp


def propose(home: Path, connector: str, settings: dict[str, str]) -> int:
    given = [word for name, value in settings.items() for word in ("--setting", f"{name}={value}")]
    return main(["--home", str(home), "--lang", "fr", "propose", "--connector", connector, *given])


@pytest.mark.parametrize("connector", ["files", "sql"])
def test_the_proposal_can_be_read_with_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], connector: str
) -> None:
    definition = tmp_path / "agent" / "definition.toml"
    if connector == "files":
        erp = FolderErp(tmp_path / "erp")
        erp.work()
        settings = {"folder": str(erp.drop), "definition": str(definition)}
    else:
        settings = {
            "kind": "sqlite",
            "database": str(SqlErp(tmp_path / "erp").database),
            "definition": str(definition),
        }
    assert 0 == propose(tmp_path, connector, settings)
    assert "products, prices, stock, customers, documents" in capsys.readouterr().out
    text = definition.read_text("utf-8").replace("settle_seconds = 5.0", "settle_seconds = 0")
    # The codes of a column of states are the one thing that no name tells.
    text = "".join(line for line in text.splitlines(keepends=True) if not line.startswith("state = "))
    definition.write_text(text, "utf-8")
    found = build(connector, dict(settings))
    try:
        found.check()
        read = {
            stream: [r for p in found.read(stream) for r in p.records]
            for stream in ("products", "stock", "documents")
        }
    finally:
        found.close()
    assert all(read.values())
    assert 0 == propose(tmp_path, connector, settings)
    assert text == definition.read_text("utf-8"), "one that was corrected is never replaced"
    assert definition.with_name("definition.propose.toml").exists()


def test_an_erp_that_is_known_needs_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert 2 == propose(tmp_path, "sage100", {"path": "x"})
    assert "n’a pas besoin de définition" in capsys.readouterr().err
