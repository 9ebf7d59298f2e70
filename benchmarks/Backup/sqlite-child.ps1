# Backups of one SQLite file in a session of its own: the first call, which loads the engine, and those after it. Writes one line of JSON.
param([string] $Module, [string] $Work, [string] $Database, [int] $Calls = 2, [switch] $Compact)

$ErrorActionPreference = 'Stop'
$env:UPGRADEMODULE_STORE = Join-Path $Work 'store.db'
Import-Module $Module
# The database is all that counts: the application itself needn't be there.
$app = New-AppDeployment bench metabase -ArtifactPath (Join-Path $Work 'metabase.jar') -Command true -WorkingDirectory $Work -Url http://127.0.0.1:1 -DatabaseEngine Sqlite -DatabasePath $Database
$process = [Diagnostics.Process]::GetCurrentProcess()
$measured = foreach ($call in 1..$Calls) {
    $process.Refresh()
    $before = $process.TotalProcessorTime
    $watch = [Diagnostics.Stopwatch]::StartNew()
    $made = $app | Backup-AppDatabase -Destination (Join-Path $Work 'backups') -Compact:$Compact
    $watch.Stop()
    $process.Refresh()
    [ordered]@{ Wall = $watch.Elapsed.TotalSeconds; Cpu = ($process.TotalProcessorTime - $before).TotalSeconds; Size = $made.Size; Rows = $made.Rows }
    # Writing what the call before left in the cache is none of the next one's work.
    Remove-Item -LiteralPath $made.Path -Recurse -Force
    & sync
}
[ordered]@{ Runtime = [Runtime.InteropServices.RuntimeInformation]::FrameworkDescription; PowerShell = "$($PSVersionTable.PSVersion)"; Calls = @($measured) } | ConvertTo-Json -Compress -Depth 4
