"""A mailbox on loopback that speaks as much IMAP (RFC 3501) as a reader needs, and notes what it was asked for."""

import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Post:
    """The mails of one folder: number → content."""

    port: int = 0
    password: str = "secret-of-the-box"
    folder: str = "INBOX"
    validity: int = 7
    mails: dict[int, bytes] = field(default_factory=dict)
    read: list[int] = field(default_factory=list)
    """Numbers whose whole content was asked for."""
    commands: list[str] = field(default_factory=list)

    def put(self, content: bytes) -> int:
        number = max(self.mails, default=0) + 1
        self.mails[number] = content
        return number

    def answer(self, command: str) -> tuple[list[bytes], str]:
        """Untagged lines, and how the tagged one ends."""
        name, _, rest = command.partition(" ")
        self.commands.append(f"{name} {rest.split(' ')[0]}" if name.upper() == "UID" else name)
        match name.upper():
            case "CAPABILITY":
                return [b"* CAPABILITY IMAP4rev1\r\n"], "OK done"
            case "LOGIN":
                return [], "OK in" if self.password in rest else "NO [AUTHENTICATIONFAILED] wrong password"
            case "EXAMINE":
                return self._examine(rest)
            case "UID":
                return self._uid(rest)
            case "LOGOUT":
                return [b"* BYE\r\n"], "OK bye"
        return [], "BAD unknown"

    def _examine(self, rest: str) -> tuple[list[bytes], str]:
        if rest.strip('"') != self.folder:
            return [], "NO no such mailbox"
        following = max(self.mails, default=0) + 1
        told = f"* {len(self.mails)} EXISTS\r\n* OK [UIDVALIDITY {self.validity}]\r\n* OK [UIDNEXT {following}]\r\n"
        return [told.encode()], "OK [READ-ONLY] done"

    def _uid(self, rest: str) -> tuple[list[bytes], str]:
        if found := re.fullmatch(r"SEARCH UID (\d+):\*", rest):
            since, last = int(found[1]), max(self.mails, default=0)
            # As RFC 3501 has it: "n:*" always holds the last one.
            numbers = [one for one in self.mails if one >= since or (one == last and since > last)]
            return [f"* SEARCH {' '.join(map(str, numbers))}\r\n".encode()], "OK done"
        if re.fullmatch(r"SEARCH SINCE \d\d-[A-Z][a-z]{2}-\d{4}", rest):
            return [f"* SEARCH {' '.join(map(str, self.mails))}\r\n".encode()], "OK done"
        found = re.fullmatch(r"FETCH (\d+) \((BODY\.PEEK\[(.*?)\](?:<0\.(\d+)>)?)\)", rest)
        assert found is not None, rest
        number = int(found[1])
        content = self.mails[number]
        if found[3]:
            headers = content.partition(b"\r\n\r\n")[0] + b"\r\n"
            wanted = re.search(rb"(?im)^content-type:.*\r\n(?:[ \t].*\r\n)*", headers)
            content = (wanted[0] if wanted else b"") + b"\r\n"
        else:
            self.read.append(number)
            content = content[: int(found[4])]
        head = f"* {number} FETCH (UID {number} BODY[] {{{len(content)}}}\r\n".encode()
        return [head + content + b")\r\n"], "OK done"


@contextmanager
def imap_server() -> Iterator[Post]:
    post = Post()

    class Talk(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"* OK ready\r\n")
            for line in self.rfile:
                tag, _, command = line.decode().strip().partition(" ")
                lines, end = post.answer(command)
                self.wfile.write(b"".join(lines) + f"{tag} {end}\r\n".encode())
                if command.upper() == "LOGOUT":
                    return

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Talk) as server:
        server.daemon_threads = True
        post.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield post
        server.shutdown()
