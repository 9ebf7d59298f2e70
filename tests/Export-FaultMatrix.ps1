<#
.SYNOPSIS
Makes docs/fault-matrix.md of what the fault matrix wrote to output/fault-matrix.
.EXAMPLE
dotnet test tests/UpgradeModule.Tests --filter 'FullyQualifiedName~FaultMatrixTests|FullyQualifiedName~StrikeTests'
./tests/Export-FaultMatrix.ps1
#>
param(
    # The folder with what each part of the matrix wrote.
    [string] $Source = (Join-Path $PSScriptRoot '../output/fault-matrix'),

    # What is to be known of cells that failed or were not run.
    [string] $Note,

    # The page.
    [string] $Destination = (Join-Path $PSScriptRoot '../docs/fault-matrix.md')
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$parts = [ordered]@{
    'process-sqlite'   = 'Process and SQLite'
    'process-postgres' = 'Process and PostgreSQL'
    'docker-postgres'  = 'Docker and PostgreSQL'
    'docker-machine'   = 'Docker and PostgreSQL, the daemon killed too and its containers still coming up'
    'power-sqlite'     = 'Process and SQLite, the application killed with the run, as by a power cut'
    'power-postgres'   = 'Process and PostgreSQL, the application killed with the run, as by a power cut'
    'instants'         = 'Random instants, Process and SQLite or PostgreSQL by turns'
}
$verbs = [ordered]@{ resume = 'finished by Resume-UpgradeRun'; undo = 'taken back by Undo-UpgradeRun' }
$lines = @(
    '# The fault matrix'
    ''
    'An upgrade of the sample app from 1.0.0 by way of 1.1.0 to 2.0.0, killed with SIGKILL: after the intent of each action was written down, after its effect and before its'
    'result was written, and after its result. A client writes notes all the while. Then another process finishes the run or takes it back, and the application has to be healthy in exactly one'
    'version with every note that it acknowledged. "Aside" are notes that newer versions took before an undo: they are kept in the data that was replaced, and found there.'
    'Where the application was killed with the run, as by a power cut, nothing starts it but the run that goes on.'
    'A process that died before anything was written down leaves no run; there the same command is given again. The downtime counts the time that the run lay dead.'
    ''
    'The long suite runs it (`./build.ps1 Test -Long`), `tests/Export-FaultMatrix.ps1` makes this page; some cells run in every test run.'
)
$troubles = [ordered]@{
    'sqlite-cancel'    = 'Process and SQLite, Ctrl+C in each phase'
    'postgres-cancel'  = 'Process and PostgreSQL, Ctrl+C in each phase'
    'docker-cancel'    = 'Docker and PostgreSQL, Ctrl+C in each phase'
    'sqlite-disk'      = 'Process and SQLite, a disk full'
    'postgres-disk'    = 'Process and PostgreSQL, a disk full'
    'postgres-stopped' = 'Process and PostgreSQL, PostgreSQL stopped in the middle'
    'docker-postgres'  = 'Docker and PostgreSQL, PostgreSQL killed in the middle'
    'docker-daemon'    = 'Docker and PostgreSQL, the daemon ended in the middle'
    'docker-killed'    = 'Docker and PostgreSQL, the daemon killed in the middle'
    'sqlite-version'   = 'Process and SQLite, health never ok or a migration that fails half way'
    'postgres-version' = 'Process and PostgreSQL, health never ok or a migration that fails half way'
    'docker-version'   = 'Docker and PostgreSQL, health never ok or a migration that fails half way'
    'sqlite-backup'    = 'Process and SQLite, backup damaged or destination gone'
    'postgres-backup'  = 'Process and PostgreSQL, backup damaged or destination gone'
    'docker-backup'    = 'Docker and PostgreSQL, destination gone'
}
$total = 0; $bad = 0
$tables = foreach ($part in $parts.Keys) {
    foreach ($verb in $verbs.Keys) {
        $file = Join-Path $Source "$part-$verb.md"
        if (-not (Test-Path -LiteralPath $file)) { continue }
        $rows = @(Get-Content -LiteralPath $file)
        $total += $rows.Count
        $bad += @($rows -match '\*\*no\*\*').Count
        ''
        "## $($parts[$part]), $($verbs[$verb])"
        ''
        '| Killed at | Its last word | How | Outcome | Runs then | Notes | Downtime | All there |'
        '|---|---|---|---|---|---|---|---|'
        $rows
    }
}
$outer = foreach ($part in $troubles.Keys) {
    $file = Join-Path $Source "strike-$part.md"
    if (-not (Test-Path -LiteralPath $file)) { continue }
    $rows = @(Get-Content -LiteralPath $file)
    $total += $rows.Count
    $bad += @($rows -match '\*\*no\*\*').Count
    ''
    "## $($troubles[$part])"
    ''
    '| Trouble | At | The run | Afterwards | Runs then | Notes | All there |'
    '|---|---|---|---|---|---|---|'
    $rows
}
if ($outer) {
    $outer = @(
        ''
        '# Troubles from outside'
        ''
        'The same upgrade, but the process lives and something else fails while it runs: a disk without a single byte left, PostgreSQL stopped as by a power cut (`pg_ctl stop -m immediate`), the Docker'
        'daemon stopped or killed, Ctrl+C, a version that never gets healthy, a backup whose files change, a destination that is gone. "Intent" is just before an action begins, "Effect" just after it took'
        'effect, "later" while it is under way. A trouble stays until the run has ended, unless it says "started anew". In each cell the run either goes back by itself, or ends with an error id of the module and'
        'says what to do; where it ended by itself, the application is healthy in the version that it names. Then, the trouble mended, it is finished (Resume-UpgradeRun, or the same command again) or taken back'
        '(Undo-UpgradeRun) by turns, and the application has to be healthy in exactly one version, in one process or container, with every note that it acknowledged.'
    ) + $outer
}
$lines += '', "$total cells, $(if ($bad) { "$bad of them failed" } else { 'none of them failed' })."
if ($Note) { $lines += '', $Note }
($lines + $tables + $outer) -join "`n" | Set-Content -LiteralPath $Destination -NoNewline
Add-Content -LiteralPath $Destination -Value ''
