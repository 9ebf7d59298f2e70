<#
.SYNOPSIS
Runs one xunit project and counts.
#>
param(
    [Parameter(Mandatory)] [string] $Project,
    [Parameter(Mandatory)] [string] $Results,
    [string] $Configuration = 'Release',
    [switch] $Long
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$name = [IO.Path]::GetFileNameWithoutExtension($Project)
$trx = Join-Path $Results "$name.trx"
$filter = if ($Long) { @() } else { '--filter', 'Category!=Long' }
# A test that hangs ends the run, and is named.
$hang = '--blame-hang-timeout', ($Long ? '90m' : '10m'), '--blame-hang-dump-type', 'none'
dotnet test $Project -c $Configuration -v quiet --results-directory $Results --logger "trx;LogFileName=$name.trx" --logger "console;verbosity=minimal" @hang @filter | Out-Host
$aborted = $LASTEXITCODE -ne 0
if (-not (Test-Path -LiteralPath $trx)) {
    Write-Host "${name}: the test run ended without a result."
    return [pscustomobject]@{ Suite = $name; Passed = 0; Failed = 1; Skipped = 0; Failures = @("${name}: no result") }
}

$run = ([xml](Get-Content -LiteralPath $trx -Raw)).TestRun
$counters = $run.ResultSummary.Counters
$tests = @($run.SelectNodes('*[local-name()="Results"]/*'))
foreach ($test in $tests | Where-Object outcome -eq 'NotExecuted') {
    Write-Host "skipped: $($test.testName): $($test.SelectSingleNode('*[local-name()="Output"]/*[local-name()="ErrorInfo"]/*[local-name()="Message"] | *[local-name()="Output"]/*[local-name()="StdOut"]')?.InnerText.Trim())"
}
# Said again at the very end, below whatever other suites print.
$failures = @(
    foreach ($test in $tests | Where-Object outcome -eq 'Failed') {
        $lines = "$($test.SelectSingleNode('*[local-name()="Output"]/*[local-name()="ErrorInfo"]/*[local-name()="Message"]')?.InnerText)".Trim() -split '\r?\n'
        "$($test.testName)`n    " + (($lines | Select-Object -First 6) -join "`n    ")
    }
)
# A run that broke off has counted only what it came to; what ran then lies where the blame collector wrote it down.
$running = @(Get-ChildItem $Results -Filter Sequence_*.xml -Recurse | ForEach-Object { ([xml](Get-Content -LiteralPath $_ -Raw)).SelectNodes('//Test[@Completed="False"]') } | ForEach-Object DisplayName | Sort-Object -Unique)
if ($running -or ($aborted -and -not $failures)) { $failures += "${name}: the test run broke off; then ran: $($running ? $running -join ', ' : 'unknown, see its output')" }
$failed = [Math]::Max($failures.Count, [int]$counters.executed - [int]$counters.passed)
# The counters leave skipped tests out of 'executed' and don't name them otherwise.
[pscustomobject]@{
    Suite = $name; Passed = [int]$counters.passed
    Failed = $failed; Skipped = [int]$counters.total - [int]$counters.executed
    Failures = $failures
}
