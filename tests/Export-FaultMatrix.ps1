<#
.SYNOPSIS
Makes docs/fault-matrix.md of what the fault matrix wrote to output/fault-matrix.
.EXAMPLE
dotnet test tests/UpgradeModule.Tests --filter FullyQualifiedName~FaultMatrixTests
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
    'instants'         = 'Random instants, Process and SQLite or PostgreSQL by turns'
}
$verbs = [ordered]@{ resume = 'finished by Resume-UpgradeRun'; undo = 'taken back by Undo-UpgradeRun' }
$lines = @(
    '# The fault matrix'
    ''
    'An upgrade of the sample app from 1.0.0 by way of 1.1.0 to 2.0.0, killed with SIGKILL: after the intent of each action was written down, after its effect and before its'
    'result was written, and after its result. A client writes notes all the while. Then another process finishes the run or takes it back, and the application has to be healthy in exactly one'
    'version with every note that it acknowledged. "Aside" are notes that newer versions took before an undo: they are kept in the data that was replaced, and found there.'
    'A process that died before anything was written down leaves no run; there the same command is given again. The downtime counts the time that the run lay dead.'
    ''
    'The long suite runs it (`./build.ps1 Test -Long`), `tests/Export-FaultMatrix.ps1` makes this page; some cells run in every test run.'
)
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
$lines += '', "$total cells, $(if ($bad) { "$bad of them failed" } else { 'none of them failed' })."
if ($Note) { $lines += '', $Note }
($lines + $tables) -join "`n" | Set-Content -LiteralPath $Destination -NoNewline
Add-Content -LiteralPath $Destination -Value ''
