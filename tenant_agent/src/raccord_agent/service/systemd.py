"""The unit of systemd. `infra/systemd/raccord-agent.service` is what `unit()` writes for its defaults."""

from pathlib import PurePosixPath

DEFAULT_HOME = PurePosixPath("/var/lib/raccord-agent")
DEFAULT_PROGRAM = PurePosixPath("/opt/raccord-agent/bin/raccord-agent")
DEFAULT_USER = "raccord-agent"


def unit(
    *,
    program: PurePosixPath = DEFAULT_PROGRAM,
    home: PurePosixPath = DEFAULT_HOME,
    user: str = DEFAULT_USER,
) -> str:
    return f"""\
# Raccord agent. Install: copy to /etc/systemd/system/, then `systemctl enable --now raccord-agent`.
[Unit]
Description=Raccord agent (reads the ERP, calls the platform)
Wants=network-online.target
After=network-online.target

[Service]
User={user}
ExecStart={_quoted(program)} --home {_quoted(home)} run
# The agent ends itself when a loop is stuck (exit 70) and loses nothing: start it again, always.
Restart=always
RestartSec=5
# SIGTERM: the running page is ended and kept.
TimeoutStopSec=45
# A proxy with HTTPS_PROXY=…, if there is one.
EnvironmentFile=-/etc/default/raccord-agent

# A guest in someone else's server room touches nothing but its folder.
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=yes
ReadWritePaths={_quoted(home)}
PrivateTmp=yes
PrivateDevices=yes
ProtectKernelTunables=yes
ProtectControlGroups=yes
RestrictSUIDSGID=yes
UMask=0077

[Install]
WantedBy=multi-user.target
"""


def _quoted(path: PurePosixPath) -> str:
    text = str(path)
    return f'"{text}"' if " " in text else text
