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
@{
    Suite = 'Pester'; Passed = $result.PassedCount
    Failed = $result.FailedCount + $result.FailedContainersCount; Skipped = $result.SkippedCount
    Failures = @(
        foreach ($test in $result.Failed) { "$($test.ExpandedPath)`n    $("$($test.ErrorRecord | Select-Object -First 1)" -replace '\r?\n', "`n    ")" }
        foreach ($container in $result.FailedContainers) { "$($container.Item)`n    $($container.ErrorRecord | Select-Object -First 1)" }
    )
} | ConvertTo-Json | Set-Content -LiteralPath $Summary
