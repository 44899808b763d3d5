"""What is written for the service managers."""

import xml.etree.ElementTree as ElementTree
from pathlib import Path, PurePosixPath, PureWindowsPath

from raccord_agent.service.systemd import unit
from raccord_agent.service.windows import task_xml

ROOT = Path(__file__).parents[2]


def test_the_unit_in_infra_is_what_the_agent_writes() -> None:
    assert unit() == (ROOT / "infra/systemd/raccord-agent.service").read_text()


def test_the_unit_names_the_folder_and_may_write_nothing_else() -> None:
    written = unit(home=PurePosixPath("/srv/my agent"), user="me")
    assert 'ExecStart=/opt/raccord-agent/bin/raccord-agent --home "/srv/my agent" run' in written
    assert 'ReadWritePaths="/srv/my agent"' in written
    assert "User=me" in written
    assert "ProtectSystem=strict" in written


def test_the_task_starts_at_boot_without_end_and_again_after_a_failure() -> None:
    text = task_xml(
        program=PureWindowsPath(r"C:\Program Files\Raccord & Co\raccord-agent.exe"),
        home=PureWindowsPath(r"C:\ProgramData\Raccord Agent"),
    )
    task = ElementTree.fromstring(text.partition("\n")[2])
    name = {"t": "http://schemas.microsoft.com/windows/2004/02/mit/task"}

    def value(path: str) -> str | None:
        return task.findtext(path, namespaces=name)

    assert r"C:\Program Files\Raccord & Co\raccord-agent.exe" == value(".//t:Command")
    assert r'--home "C:\ProgramData\Raccord Agent" run' == value(".//t:Arguments")
    assert ("PT0S", "S-1-5-18") == (value(".//t:ExecutionTimeLimit"), value(".//t:UserId"))
    assert task.find(".//t:BootTrigger", name) is not None
    assert ("PT1M", "IgnoreNew") == (
        value(".//t:BootTrigger/t:Repetition/t:Interval"),
        value(".//t:MultipleInstancesPolicy"),
    )
    assert 1 <= int(value(".//t:RestartOnFailure/t:Count") or 0) <= 255, "an unsignedByte in the schema"


def test_the_windows_scripts_say_that_they_were_not_run() -> None:
    for name in ("README.md", "install.ps1", "uninstall.ps1"):
        assert "not run" in (ROOT / "infra/windows" / name).read_text().lower()
