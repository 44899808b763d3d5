# Removes the Raccord agent. Not run on a Windows machine yet. With -Data also its key, settings and base.
[CmdletBinding()]
param(
    [string] $Program = "$env:ProgramFiles\Raccord Agent",
    [string] $Folder = "$env:ProgramData\Raccord Agent",
    [switch] $Data
)
$ErrorActionPreference = "Stop"

schtasks /Change /TN "Raccord Agent" /DISABLE | Out-Null # else it is started again within the minute
schtasks /End /TN "Raccord Agent" 2>$null | Out-Null     # an error here means that it was not running
schtasks /Delete /F /TN "Raccord Agent"
Start-Sleep -Seconds 2
Remove-Item -Recurse -Force -Path $Program
[Environment]::SetEnvironmentVariable("RACCORD_AGENT_HOME", $null, "Machine")
if ($Data) { Remove-Item -Recurse -Force -Path $Folder }
else { Write-Host "Kept: $Folder (settings, key, base). Delete it with -Data." }
