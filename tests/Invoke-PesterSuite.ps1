<#
.SYNOPSIS
Runs the Pester suites against the built module, in a process of their own, and counts.
.DESCRIPTION
A suite that can't run is counted as skipped, with its reason; never as passed.
#>
param(
    # The folder of the built module.
    [Parameter(Mandatory)] [string] $Module,
    [Parameter(Mandatory)] [string] $Results,
    # Only suites with these names; wildcards are allowed.
    [string] $Name = '*',
    # Minutes; suites that take longer hang, and are ended.
    [double] $Limit = $(if ($Long) { 240 } else { 30 }),
    [switch] $Long
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$suites = @(Get-ChildItem (Join-Path $PSScriptRoot Pester) -Filter "$Name.Tests.ps1")

function Find-Pester { Get-Module -ListAvailable Pester | Where-Object { $_.Version -ge [version]'5.3' -and $_.Version.Major -lt 7 } | Sort-Object Version -Descending | Select-Object -First 1 }

$pester = Find-Pester
if (-not $pester -and (Get-Command Install-PSResource -ErrorAction Ignore)) {
    try { Install-PSResource Pester -Version '[5.7,7.0)' -Scope CurrentUser -TrustRepository -Quiet } catch { Write-Host "Pester could not be installed: $_" }
    $pester = Find-Pester
}
if (-not $pester) {
    $suites | ForEach-Object { Write-Host "skipped: $($_.Name): there is no Pester 5 and it could not be installed" }
    return [pscustomobject]@{ Suite = 'Pester'; Passed = 0; Failed = 0; Skipped = $suites.Count; Failures = @() }
}

$summary = Join-Path $Results 'pester.json'
$pwsh = (Get-Process -Id $PID).Path
if ([IO.Path]::GetFileNameWithoutExtension($pwsh) -ne 'pwsh') { $pwsh = 'pwsh' }
& $pwsh -NoProfile -NonInteractive -File (Join-Path $PSScriptRoot Pester/Support/Start-Pester.ps1) -Pester $pester.Path -Module $Module -Summary $summary -Suites ($suites.FullName -join [IO.Path]::PathSeparator) -Limit $Limit -Long:$Long | Out-Host
if (-not (Test-Path -LiteralPath $summary)) {
    Write-Host 'Pester ended without a result.'
    return [pscustomobject]@{ Suite = 'Pester'; Passed = 0; Failed = 1; Skipped = 0; Failures = @('Pester: no result') }
}
Get-Content -LiteralPath $summary -Raw | ConvertFrom-Json
