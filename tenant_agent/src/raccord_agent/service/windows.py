"""Windows: the agent is started by the Task Scheduler at boot, as SYSTEM or an account of one's choice.

A plain Python program does not answer the Service Control Manager, so `sc.exe create` would end in error 1053. A
scheduled task gives the same to a program that survives being ended at any moment: it starts with the machine, has no
time limit, and is started every minute where it does not run already (`RestartOnFailure` only repeats a *start* that
failed, [MS-TSCH] 2.5.4.2, not a program that ended with an error). Not run on a Windows machine yet: see
infra/windows/README.md.
"""

from pathlib import PureWindowsPath
from xml.sax.saxutils import escape

TASK = "Raccord Agent"


def task_xml(*, program: PureWindowsPath, home: PureWindowsPath, account: str = "S-1-5-18") -> str:
    """For `schtasks /Create /TN "Raccord Agent" /XML FILE`. `account`: a SID or a name; S-1-5-18 is SYSTEM."""
    return f"""\
<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.4" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Description>Raccord agent: reads the ERP, calls the platform (outbound HTTPS only)</Description>
  </RegistrationInfo>
  <Triggers>
    <BootTrigger>
      <Enabled>true</Enabled>
      <Repetition><Interval>PT1M</Interval><StopAtDurationEnd>false</StopAtDurationEnd></Repetition>
      <Delay>PT30S</Delay>
    </BootTrigger>
  </Triggers>
  <Principals>
    <Principal id="Agent">
      <UserId>{escape(account)}</UserId>
      <RunLevel>LeastPrivilege</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <StartWhenAvailable>true</StartWhenAvailable>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <RestartOnFailure><Interval>PT1M</Interval><Count>255</Count></RestartOnFailure>
    <Priority>6</Priority>
  </Settings>
  <Actions Context="Agent">
    <Exec>
      <Command>{escape(str(program))}</Command>
      <Arguments>--home "{escape(str(home))}" run</Arguments>
      <WorkingDirectory>{escape(str(home))}</WorkingDirectory>
    </Exec>
  </Actions>
</Task>
"""
