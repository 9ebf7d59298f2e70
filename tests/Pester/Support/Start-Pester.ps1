<#
.SYNOPSIS
Runs Pester suites in this process and writes how many tests passed, failed and were skipped.
#>
param(
    [Parameter(Mandatory)] [string] $Pester,
    [Parameter(Mandatory)] [string] $Module,
    [Parameter(Mandatory)] [string] $Summary,
    [Parameter(Mandatory)] [string] $Suites,
    [switch] $Long
)

$ErrorActionPreference = 'Stop'
Import-Module $Pester
$env:UPGRADEMODULE_TEST_MODULE = $Module
$configuration = New-PesterConfiguration
$configuration.Run.Path = $Suites -split [IO.Path]::PathSeparator
$configuration.Run.PassThru = $true
$configuration.Output.Verbosity = 'Normal'
$configuration.Output.RenderMode = 'Plaintext'
if (-not $Long) { $configuration.Filter.ExcludeTag = 'Long' }
# For suites that fetch what they need only where it may take long.
$env:UPGRADEMODULE_TEST_LONG = $Long ? '1' : ''
$result = Invoke-Pester -Configuration $configuration
foreach ($test in $result.Skipped) { Write-Host "skipped: $($test.ExpandedPath): $($test.ErrorRecord | Select-Object -First 1)" }
foreach ($test in $result.Failed) { Write-Host "failed: $($test.ExpandedPath)" }
@{
    Suite = 'Pester'; Passed = $result.PassedCount
    Failed = $result.FailedCount + $result.FailedContainersCount; Skipped = $result.SkippedCount
} | ConvertTo-Json | Set-Content -LiteralPath $Summary
