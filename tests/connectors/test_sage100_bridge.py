"""The bridge's client, on bridges that misbehave: it never waits for ever, never guesses, never prints a password."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import psutil
import pytest

from raccord_connectors.contract import ConfigError, RecordRejected, TransientError
from raccord_connectors.erp.sage100 import com_bridge, protocol, texts
from raccord_connectors.erp.sage100.bridge import Bridge, BridgeLost, BridgeRefusal, contract_error
from sandbox.gescom.seed import seed_if_absent

LOOP = """
import json, sys, time
for line in sys.stdin:
    request = json.loads(line)
    def say(**answer): print(json.dumps({"id": request["id"], **answer}), flush=True)
    if request["verb"] == "open":
        OPEN
    else:
        OTHER
"""
OPENED = 'say(ok={"name": "essai"})'


def bridge(folder: Path, *, opening: str = OPENED, other: str = "say(ok={})", timeout: float = 5.0) -> Bridge:
    script = folder / "bridge.py"
    script.write_text(textwrap.dedent(LOOP).replace("OPEN", opening).replace("OTHER", other))
    return Bridge([sys.executable, str(script)], {"password": "très-secret"}, timeout)


def test_a_program_that_is_not_there_is_named() -> None:
    with pytest.raises(ConfigError) as caught:
        Bridge(["pas-de-passerelle"], {}, 5).call("check")
    assert "bridge" == caught.value.field


def test_an_answer_comes_back(tmp_path: Path) -> None:
    made = bridge(tmp_path, other='say(ok={"piece": "BC1"})')
    assert {"piece": "BC1"} == made.call("create_document")
    assert "essai" == made.identity["name"]
    made.close()


def test_a_silent_bridge_is_ended_and_started_again(tmp_path: Path) -> None:
    mark = tmp_path / "asked"
    silent = (
        f"import os; asked = os.path.exists({str(mark)!r}); open({str(mark)!r}, 'w').close(); "
        "time.sleep(0 if asked else 60); say(ok={})"
    )
    made = bridge(tmp_path, other=silent, timeout=1.0)
    with pytest.raises(BridgeLost):
        made.call("create_document")
    assert {} == made.call("create_document")
    made.close()


def test_a_bridge_that_dies_is_lost_and_not_refused(tmp_path: Path) -> None:
    made = bridge(tmp_path, other="sys.exit(3)")
    with pytest.raises(BridgeLost):
        made.call("create_document")
    made.close()


def test_a_bridge_that_says_nonsense_is_lost(tmp_path: Path) -> None:
    made = bridge(tmp_path, other='print("Traceback…", flush=True)')
    with pytest.raises(BridgeLost):
        made.call("check")
    made.close()


def test_a_late_answer_to_an_earlier_question_is_not_taken_for_this_one(tmp_path: Path) -> None:
    made = bridge(
        tmp_path,
        other='print(json.dumps({"id": "0", "ok": {"piece": "WRONG"}}), flush=True); say(ok={"piece": "BC2"})',
    )
    assert {"piece": "BC2"} == made.call("create_document")
    made.close()


def test_a_bridge_that_cannot_open_the_company_says_why(tmp_path: Path) -> None:
    made = bridge(tmp_path, opening='say(error={"kind": "login_refused", "text": "Mot de passe"})')
    with pytest.raises(ConfigError) as caught:
        made.call("check")
    assert "sage100.login_refused" == caught.value.message.code
    made.close()


def test_a_bridge_that_dies_at_once_is_transient(tmp_path: Path) -> None:
    with pytest.raises(TransientError):
        bridge(tmp_path, opening="sys.exit(1)").call("check")


def test_a_refusal_keeps_sages_own_words(tmp_path: Path) -> None:
    made = bridge(tmp_path, other='say(error={"kind": "inconnu", "text": "Code 1234"})')
    with pytest.raises(BridgeRefusal) as caught:
        made.call("create_document")
    error = contract_error(caught.value.failure, "K3QZ-1")
    assert isinstance(error, RecordRejected)
    assert "K3QZ-1" in error.message.fr
    assert "Code 1234" in error.message.fr
    made.close()


AGENT = """
import sys, time
from raccord_connectors.erp.sage100.bridge import Bridge
made = Bridge(COMMAND, {}, 30.0)
made.call("check")
print(made._process.pid, flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("which", ["the sandbox's", "the one for COM"])
def test_a_bridge_ends_with_the_agent_that_was_killed(tmp_path: Path, which: str) -> None:
    """Nobody closes it then; the end of its input does. It would keep the company open and one licence taken."""
    command = [sys.executable, com_bridge.__file__]
    if which == "the sandbox's":
        database = seed_if_absent(tmp_path / "gescom")
        command = [sys.executable, "-m", "sandbox.gescom.bridge", "--database", str(database)]
    else:
        standing_in_for_com(tmp_path)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])}
    agent = subprocess.Popen(
        [sys.executable, "-c", AGENT.replace("COMMAND", repr(command))],
        stdout=subprocess.PIPE,
        env=environment,
    )
    try:
        assert agent.stdout is not None
        orphan = psutil.Process(int(agent.stdout.readline()))
        assert orphan.is_running()
    finally:
        agent.kill()
        agent.wait()
    assert psutil.wait_procs([orphan], timeout=20)[0] == [orphan]


def standing_in_for_com(folder: Path) -> None:
    """pywin32's modules, as far as opening a company and closing it needs them."""
    (folder / "win32com").mkdir()
    (folder / "win32com" / "__init__.py").touch()
    (folder / "win32com" / "client.py").write_text(
        "from types import SimpleNamespace\n"
        "def Dispatch(clsid): return SimpleNamespace(Open=lambda: None, Name='', Loggable=SimpleNamespace())\n"
    )
    (folder / "pythoncom.py").write_text(
        "class com_error(Exception): ...\ndef CoInitialize(): ...\ndef CoUninitialize(): ...\n"
    )


def test_a_password_is_printed_nowhere(tmp_path: Path) -> None:
    made = bridge(tmp_path, opening="sys.exit(1)")
    assert "très-secret" not in repr(made)
    with pytest.raises(TransientError) as caught:
        made.call("check")
    assert "très-secret" not in f"{caught.value!r} {caught.value.detail} {caught.value.__cause__!r}"


def test_closing_ends_the_process_and_may_be_repeated(tmp_path: Path) -> None:
    made = bridge(tmp_path)
    made.call("check")
    process = made._process
    assert process is not None
    made.close()
    made.close()
    assert process.poll() is not None


@pytest.mark.parametrize("kind", [*texts.BRIDGE_REFUSALS, "something newer"])
def test_every_kind_of_refusal_has_a_sentence_without_gaps(kind: str) -> None:
    values = dict.fromkeys(("what", "article", "customer", "rate", "found", "expected", "column", "day"), "x")
    error = contract_error(protocol.Failure(kind, "dit", "champ", values), "K3QZ-1")
    assert "{" not in error.message.fr + error.message.en
    expected = (
        TransientError
        if kind in protocol.WAITING
        else ConfigError
        if kind in protocol.MISCONFIGURED
        else RecordRejected
    )
    assert expected is type(error)
