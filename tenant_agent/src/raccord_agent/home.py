"""The agent's folder: where everything that the agent keeps lies, and who may read it."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

HOME_VARIABLE = "RACCORD_AGENT_HOME"


@dataclass(frozen=True)
class Home:
    folder: Path

    @property
    def settings(self) -> Path:
        return self.folder / "agent.toml"

    @property
    def secrets(self) -> Path:
        """Credentials of the ERP. They never leave this machine."""
        return self.folder / "secrets.toml"

    @property
    def identity(self) -> Path:
        return self.folder / "identity.toml"

    @property
    def key(self) -> Path:
        return self.folder / "agent.key"

    @property
    def base(self) -> Path:
        return self.folder / "base.sqlite"

    @property
    def spool(self) -> Path:
        return self.folder / "spool.sqlite"

    @property
    def files(self) -> Path:
        return self.folder / "files.sqlite"

    @property
    def status(self) -> Path:
        return self.folder / "status.json"

    @property
    def lock(self) -> Path:
        return self.folder / "agent.lock"

    @property
    def log(self) -> Path:
        return self.folder / "logs" / "agent.log"

    def make(self) -> None:
        """Creates the folder so that only its owner may enter it. On Windows the rights come from the parent folder:
        infra/windows/install.ps1 narrows them."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if os.name == "posix":
            self.folder.chmod(0o700)


def default_home() -> Path:
    """`RACCORD_AGENT_HOME`, or the place that the operating system gives to services."""
    named = os.environ.get(HOME_VARIABLE)
    if named:
        return Path(named)
    if sys.platform == "win32":
        return Path(os.environ.get("PROGRAMDATA", r"C:\ProgramData")) / "Raccord Agent"
    if os.geteuid() == 0:
        return Path("/var/lib/raccord-agent")
    data = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(data) / "raccord-agent"


def write_private(path: Path, content: bytes) -> None:
    """Replaces a file as a whole, readable by its owner only (on Windows: by those whom the folder's rights allow).

    The rights are set before the content is there, and the content is on the disk before the name points to it.
    """
    temporary = path.with_name(path.name + ".new")
    temporary.unlink(missing_ok=True)
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def readable_by_others(path: Path) -> bool:
    """Whether other accounts of this machine may read the file. Only POSIX tells it by the mode."""
    return os.name == "posix" and bool(path.stat().st_mode & 0o077)
