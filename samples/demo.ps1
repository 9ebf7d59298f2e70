#requires -Version 7.4
<#
.SYNOPSIS
    Upgrades a small app from 1.0 to 2.0 by way of 1.1 while somebody writes into it; then lets an upgrade fail and be taken back.
.DESCRIPTION
    Needs a built module and the sample app: `./build.sh demo` makes both and runs this script. Everything it makes lies in output/demo.
.PARAMETER DatabaseUrl
    A PostgreSQL database for the app (postgres://user:password@host:port/name); SQLite where it is left out.
#>
[CmdletBinding()]
param([string] $DatabaseUrl)

$ErrorActionPreference = 'Stop'
$root = Split-Path $PSScriptRoot
$module = Get-ChildItem (Join-Path $root 'output/UpgradeModule') -Directory | Sort-Object { [version]$_.Name } | Select-Object -Last 1
if (-not $module) { throw 'There is no built module. Run ./build.sh demo, or ./build.ps1 Build first.' }
Import-Module (Join-Path $module.FullName 'UpgradeModule.psd1')

$extension = $IsWindows ? '.exe' : ''
$artifacts = Join-Path $root 'output/sampleapp'
$folder = Join-Path $root "output/demo/$([datetime]::UtcNow.ToString('yyyyMMdd-HHmmss'))"
$definition = Join-Path $root 'tests/SampleApp/sampleapp.json'

function Show-Heading([string] $Text) { "`n$($PSStyle.Bold)== $Text$($PSStyle.Reset)" }

function Get-FreePort {
    $listener = [System.Net.Sockets.TcpListener]::new([System.Net.IPAddress]::Loopback, 0)
    $listener.Start()
    $listener.LocalEndpoint.Port
    $listener.Stop()
}

# A user who writes notes as fast as the app takes them and remembers which it acknowledged.
$writer = {
    param($Url, $State)
    $number = 0
    while (-not $State.Stop) {
        $number++
        try {
            $note = Invoke-RestMethod "$Url/api/notes" -Method Post -ContentType 'application/json' -TimeoutSec 2 -Body (@{ author = 'writer'; text = "note $number" } | ConvertTo-Json)
            $State.Acknowledged.Add([long]$note.id)
        }
        catch { Start-Sleep -Milliseconds 50 }
    }
}

function Start-Writer([string] $Url) {
    $state = [hashtable]::Synchronized(@{ Stop = $false; Acknowledged = [System.Collections.Generic.List[long]]::new() })
    $shell = [powershell]::Create().AddScript($writer).AddArgument($Url).AddArgument($state)
    [pscustomobject]@{ State = $state; Shell = $shell; Handle = $shell.BeginInvoke(); Url = $Url }
}

function Stop-Writer($Writer) {
    $Writer.State.Stop = $true
    $null = $Writer.Shell.EndInvoke($Writer.Handle)
    $Writer.Shell.Dispose()
    $present = [System.Collections.Generic.HashSet[long]]::new([long[]](Invoke-RestMethod "$($Writer.Url)/api/notes?limit=1000000").notes.id)
    $missing = @($Writer.State.Acknowledged | Where-Object { -not $present.Contains($_) })
    "$($Writer.State.Acknowledged.Count) notes were acknowledged meanwhile, $($missing.Count) of them are missing."
    if ($missing.Count -gt 0) { throw 'Acknowledged notes are missing.' }
}

function Install-App([string] $Name, [string[]] $Settings) {
    $place = Join-Path $folder $Name
    $null = New-Item $place -ItemType Directory -Force
    $installed = Join-Path $place "sampleapp$extension"
    Copy-Item (Join-Path $artifacts "sampleapp-1.0.0$extension") $installed
    $port = Get-FreePort
    $database = $DatabaseUrl ? $DatabaseUrl : (Join-Path $place 'notes.db')
    Set-Content (Join-Path $place 'sampleapp.env') (@("SAMPLEAPP_PORT=$port", "SAMPLEAPP_DATABASE=$database") + $Settings)
    Register-AppDeployment -Name $Name -App $definition -ArtifactPath $installed -Command '{artifact}' -WorkingDirectory $place `
        -EnvironmentFile (Join-Path $place 'sampleapp.env') -Url "http://127.0.0.1:$port" -BackupPath (Join-Path $place 'backups')
}

$null = New-Item $folder -ItemType Directory -Force
$env:UPGRADEMODULE_STORE = Join-Path $folder 'store.db'
try {
    Show-Heading 'An app at 1.0.0 that somebody uses'
    $app = Install-App notes
    $app | Start-AppService | Wait-AppService | Out-Default
    $user = Start-Writer $app.Url

    Show-Heading 'The path to the newest release'
    Get-AppDeployment notes | Get-UpgradePath | Out-Default

    Show-Heading 'Is anything in the way?'
    Get-AppDeployment notes | Test-UpgradeReadiness -ArtifactPath $artifacts | Out-Default

    Show-Heading 'The upgrade, in one line'
    $result = Get-AppDeployment notes | Get-UpgradePath | Invoke-AppUpgrade -ArtifactPath $artifacts
    $result | Out-Default
    Stop-Writer $user
    if ($result.Outcome -ne 'Succeeded') { throw "The upgrade ended $($result.Outcome)." }

    Show-Heading 'What is there now'
    Get-AppDeployment notes | Out-Default
    Get-AppBackup -Name notes | Out-Default

    Show-Heading 'Satisfied: what was kept for the way back is dropped'
    $result | Complete-UpgradeRun -Force | Out-Default
    $null = Stop-AppService notes

    if (-not $DatabaseUrl) {
        Show-Heading 'The same again, and now a migration of 2.0.0 fails half way'
        $app = Install-App notes2 'SAMPLEAPP_FAIL_MIGRATION=v2.00-002'
        $null = $app | Start-AppService | Wait-AppService
        $user = Start-Writer $app.Url
        Start-Sleep -Seconds 1
        # A run that was taken back is an error, so that a scheduled script notices; here it is the point, so the script goes on.
        $result = Get-AppDeployment notes2 | Get-UpgradePath | Invoke-AppUpgrade -ArtifactPath $artifacts -ErrorAction Continue
        $result | Out-Default
        Stop-Writer $user
        if ($result.Outcome -ne 'RolledBack') { throw "The upgrade ended $($result.Outcome)." }
        $null = Stop-AppService notes2
    }
}
finally {
    Get-AppDeployment -NoProbe -ErrorAction Ignore | Get-AppService | Where-Object Status -EQ Running | Stop-AppService | Out-Null
    Remove-Item Env:UPGRADEMODULE_STORE
}
