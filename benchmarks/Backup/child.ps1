# One measurement in a session of its own. Writes one line of JSON.
param([string] $Module, [string] $Work, [string] $Port, [string] $Database, [string] $Compression, [string] $Backup)

$ErrorActionPreference = 'Stop'
function Get-Peak { [long](((Get-Content /proc/self/status) -match '^VmHWM')[0] -replace '\D') * 1024 }

$result = [ordered]@{ Runtime = [Runtime.InteropServices.RuntimeInformation]::FrameworkDescription; PowerShell = "$($PSVersionTable.PSVersion)" }
if ($Module) {
    $env:UPGRADEMODULE_STORE = Join-Path $Work 'store.db'
    Import-Module $Module
    # The server is all that counts: the application itself needn't be there.
    $app = New-AppDeployment bench metabase -ArtifactPath (Join-Path $Work 'metabase.jar') -Command true -WorkingDirectory $Work -Url http://127.0.0.1:1 `
        -DatabaseEngine Postgres -DatabaseServer 127.0.0.1 -DatabasePort $Port -DatabaseName $Database -DatabaseUser postgres -DatabaseSecret env:PGPASSWORD
    $process = [Diagnostics.Process]::GetCurrentProcess()
    $before = $process.TotalProcessorTime
    $watch = [Diagnostics.Stopwatch]::StartNew()
    if ($Backup) { $made = $app | Restore-AppDatabase -Backup $Backup -Force } else { $made = $app | Backup-AppDatabase -Destination (Join-Path $Work 'backups') -Compression $Compression }
    $watch.Stop()
    $process.Refresh()
    $result.Wall = $watch.Elapsed.TotalSeconds
    $result.Cpu = ($process.TotalProcessorTime - $before).TotalSeconds
    $result.Rows = $made.Rows
    if (-not $Backup) { $result.Path = $made.Path; $result.Size = $made.Size }
}

$result.Peak = Get-Peak
$result | ConvertTo-Json -Compress
