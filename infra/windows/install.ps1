# Installs the Raccord agent for all users, as a task that starts with the machine. Not run on a Windows machine yet.
# Run in an elevated PowerShell: .\install.ps1 -Wheels C:\path\to\the\wheels
[CmdletBinding()]
param(
    [Parameter(Mandatory = $true)] [string] $Wheels,
    [string] $Program = "$env:ProgramFiles\Raccord Agent",
    [string] $Data = "$env:ProgramData\Raccord Agent",
    [string] $Python = "py"
)
$ErrorActionPreference = "Stop"

function Invoke-Checked {
    param([string] $What, [scriptblock] $Do)
    & $Do
    if ($LASTEXITCODE -ne 0) { throw "$What failed (exit code $LASTEXITCODE)." }
}

$principal = [Security.Principal.WindowsPrincipal] [Security.Principal.WindowsIdentity]::GetCurrent()
if (-not $principal.IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)) {
    throw "Run this in an elevated PowerShell (Run as administrator)."
}

Invoke-Checked "Making the environment" { & $Python -3 -m venv $Program }
$agentWheel = @(Get-ChildItem -Path $Wheels -Filter "raccord_agent-*.whl")
if ($agentWheel.Count -ne 1) { throw "Expected one raccord_agent-*.whl in $Wheels, found $($agentWheel.Count)." }
Invoke-Checked "Installing the agent" {
    & "$Program\Scripts\python.exe" -m pip install --find-links $Wheels "$($agentWheel[0].FullName)[sage100]"
}

# The ERP's password lies here: nobody but the system and administrators enters. SIDs, because names are translated:
# S-1-5-18 is SYSTEM, S-1-5-32-544 is Administrators.
New-Item -ItemType Directory -Force -Path $Data | Out-Null
Invoke-Checked "Narrowing the rights of $Data" {
    icacls $Data /inheritance:r /grant:r "*S-1-5-18:(OI)(CI)F" "*S-1-5-32-544:(OI)(CI)F" | Out-Null
}

$task = Join-Path $Data "task.xml"
$xml = & "$Program\Scripts\raccord-agent.exe" service windows --home $Data
if ($LASTEXITCODE -ne 0) { throw "Writing the task failed (exit code $LASTEXITCODE)." }
# The Task Scheduler wants UTF-16, as the file itself says.
Set-Content -Path $task -Value $xml -Encoding Unicode
Invoke-Checked "Creating the task" { schtasks /Create /F /TN "Raccord Agent" /XML $task }
[Environment]::SetEnvironmentVariable("RACCORD_AGENT_HOME", $Data, "Machine")

Write-Host "Installed. Next: raccord-agent enrol, raccord-agent doctor, then: schtasks /Run /TN `"Raccord Agent`""
