#requires -Version 7.4
<#
.SYNOPSIS
    Measures what people feel: the import, ten thousand piped deployments, and the downtime of an upgrade. Medians, with the extremes.
.DESCRIPTION
    Needs a built module and the sample app (./build.ps1 Build). Runs alternate with their baseline, so that a machine whose speed drifts
    treats both alike.
.PARAMETER Runs
    How many runs are counted.
.EXAMPLE
    pwsh -NoProfile benchmarks/Measure.ps1 -Runs 11
#>
[CmdletBinding()]
param([int] $Runs = 41)

$ErrorActionPreference = 'Stop'
$root = Split-Path $PSScriptRoot
$manifest = Get-ChildItem (Join-Path $root 'output/UpgradeModule') -Directory | Sort-Object { [version]$_.Name } | Select-Object -Last 1 |
    ForEach-Object { Join-Path $_.FullName 'UpgradeModule.psd1' }
if (-not $manifest) { throw 'There is no built module. Run ./build.ps1 Build first.' }

function Get-Median([double[]] $Values) { $sorted = $Values | Sort-Object; $sorted[[int](($sorted.Count - 1) / 2)] }

function New-Figure([string] $What, [double[]] $Values, [string] $Unit, [string] $Bar) {
    [pscustomobject]@{
        What = $What; Median = [math]::Round((Get-Median $Values), 1); Min = [math]::Round(($Values | Measure-Object -Minimum).Minimum, 1)
        Max = [math]::Round(($Values | Measure-Object -Maximum).Maximum, 1); Unit = $Unit; Bar = $Bar; Runs = $Values.Count
    }
}

# 1. Import, as a whole process against a bare one.
$pwsh = (Get-Process -Id $PID).Path
$bare = [System.Collections.Generic.List[double]]::new()
$added = [System.Collections.Generic.List[double]]::new()
foreach ($run in 0..$Runs) {
    $without = (Measure-Command { & $pwsh -NoProfile -NoLogo -Command '1' | Out-Null }).TotalMilliseconds
    $with = (Measure-Command { & $pwsh -NoProfile -NoLogo -Command "Import-Module '$manifest'; 1" | Out-Null }).TotalMilliseconds
    if ($run -eq 0) { continue }   # the first pair warms the file cache
    $bare.Add($without)
    $added.Add($with - $without)
}
New-Figure 'a bare pwsh' $bare 'ms' ''
New-Figure 'Import-Module adds' $added 'ms' '<= 40'

# 2. Ten thousand deployments through Get-UpgradePath.
Import-Module $manifest
$store = Join-Path ([IO.Path]::GetTempPath()) "measure-$PID"
$env:UPGRADEMODULE_STORE = Join-Path $store 'store.db'
try {
    $deployments = foreach ($number in 1..10000) {
        [UpgradeModule.AppDeployment]@{ Name = "metabase$number"; App = 'metabase'; Edition = 'oss'; Version = '0.37.4' }
    }
    $null = $deployments[0] | Get-UpgradePath -To 0.50.36
    $piped = foreach ($run in 1..5) { (Measure-Command { $deployments | Get-UpgradePath -To 0.50.36 | Out-Null }).TotalMilliseconds }
    New-Figure '10,000 piped deployments' $piped 'ms' '<= 1000'

    # 3. Downtime of an upgrade of the sample app, beyond the app's own stop and start.
    $extension = $IsWindows ? '.exe' : ''
    $artifacts = Join-Path $root 'output/sampleapp'
    $own = [System.Collections.Generic.List[double]]::new()
    $beyond = [System.Collections.Generic.List[double]]::new()
    foreach ($run in 1..[math]::Min($Runs, 5)) {
        $place = Join-Path $store "app$run"
        $null = New-Item $place -ItemType Directory -Force
        Copy-Item (Join-Path $artifacts "sampleapp-1.0.0$extension") (Join-Path $place "sampleapp$extension")
        $listener = [System.Net.Sockets.TcpListener]::new([System.Net.IPAddress]::Loopback, 0)
        $listener.Start(); $port = $listener.LocalEndpoint.Port; $listener.Stop()
        Set-Content (Join-Path $place 'app.env') "SAMPLEAPP_PORT=$port", "SAMPLEAPP_DATABASE=$(Join-Path $place 'notes.db')"
        $app = New-AppDeployment -Name "measure$run" -App (Join-Path $root 'tests/SampleApp/sampleapp.json') -ArtifactPath (Join-Path $place "sampleapp$extension") `
            -Command '{artifact}' -WorkingDirectory $place -EnvironmentFile (Join-Path $place 'app.env') -Url "http://127.0.0.1:$port" -BackupPath (Join-Path $place 'backups')
        $null = $app | Start-AppService | Wait-AppService

        # The app's own stop and start, without any help: signalled, awaited, started, and asked until it answers.
        $process = Get-Process -Id ($app | Get-AppService).ProcessId
        $clock = [System.Diagnostics.Stopwatch]::StartNew()
        & kill -TERM $process.Id
        $process.WaitForExit()
        $null = $app | Start-AppService
        while ($true) {
            try { if ((Invoke-RestMethod "http://127.0.0.1:$port/api/health").status -eq 'ok') { break } } catch { Start-Sleep -Milliseconds 20 }
        }
        $own.Add($clock.Elapsed.TotalMilliseconds)

        $result = $app | Get-UpgradePath -To 1.1.0 | Invoke-AppUpgrade -ArtifactPath $artifacts
        if ($result.Outcome -ne 'Succeeded') { throw "The upgrade ended $($result.Outcome): $($result.Error)" }
        $beyond.Add($result.Downtime.TotalMilliseconds - $own[-1])
        $null = $app | Stop-AppService
    }
    New-Figure 'own stop and start of the sample app' $own 'ms' ''
    New-Figure 'downtime of an upgrade beyond that' $beyond 'ms' '<= 1000'
}
finally {
    Remove-Item Env:UPGRADEMODULE_STORE
    Remove-Item $store -Recurse -Force -ErrorAction Ignore
}
