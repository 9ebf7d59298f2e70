<#
.SYNOPSIS
Runs Pester suites in this process and writes how many tests passed, failed and were skipped.
.DESCRIPTION
Suites that don't end within the limit are a failure that says where they stand, and this process ends with it.
#>
param(
    [Parameter(Mandatory)] [string] $Pester,
    [Parameter(Mandatory)] [string] $Module,
    [Parameter(Mandatory)] [string] $Summary,
    [Parameter(Mandatory)] [string] $Suites,
    # Minutes for all suites together.
    [double] $Limit = 30,
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

# Looks at this thread from another one: a test that hangs can't.
$watch = [powershell]::Create().AddScript({
        param($Debugger, $Limit, $Summary)
        Start-Sleep -Duration ([timespan]::FromMinutes($Limit))
        $stack = $Debugger.GetCallStack() | Where-Object { $_.ScriptName -like '*.Tests.ps1' -or $_.ScriptName -like '*Testing.psm1' } | ForEach-Object { "    at $($_.ScriptName): line $($_.ScriptLineNumber)" }
        $failure = "Pester did not end within $Limit min; it stands`n$($stack -join "`n")"
        [Console]::Error.WriteLine($failure)
        @{ Suite = 'Pester'; Passed = 0; Failed = 1; Skipped = 0; Failures = @($failure) } | ConvertTo-Json | Set-Content -LiteralPath $Summary
        # What a hanging test has started would keep its hold on the output.
        Get-Process | Where-Object { $_.Parent.Id -eq $PID } | ForEach-Object { $_.Kill($true) }
        [Diagnostics.Process]::GetCurrentProcess().Kill()
    }).AddArgument([runspace]::DefaultRunspace.Debugger).AddArgument($Limit).AddArgument($Summary)
$null = $watch.BeginInvoke()

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
