#!/usr/bin/env pwsh
<#
.SYNOPSIS
Builds, tests, documents, packs and shows the module.
.DESCRIPTION
Thin over MSBuild: the module is laid out by src/UpgradeModule/Layout.targets in output/UpgradeModule/<version>, ready for Import-Module.
.EXAMPLE
./build.ps1 Build
.EXAMPLE
./build.ps1 Test -Long
#>
[CmdletBinding()]
param(
    # What is done, in this order. A list in one text (build,test) is taken too.
    [Parameter(Position = 0)]
    [string[]] $Task = 'Build',

    [string] $Configuration = 'Release',

    # Runs the long suites too.
    [switch] $Long
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$root = $PSScriptRoot
$output = Join-Path $root 'output'

if (-not (Get-Command dotnet -CommandType Application -ErrorAction Ignore)) {
    throw "The .NET SDK is missing: there is no 'dotnet' on the PATH. Install the .NET SDK that global.json names, then run this again."
}

function Invoke-DotNet {
    dotnet @args
    if ($LASTEXITCODE -ne 0) { throw "dotnet $($args[0]) ended with exit code $LASTEXITCODE." }
}

function Invoke-Target([string] $Project, [string] $Target) {
    Invoke-DotNet build (Join-Path $root $Project) "-t:$Target" -c $Configuration -v quiet '-clp:NoSummary'
}

function Invoke-Clean {
    Invoke-Target 'UpgradeModule.sln' Clean
    if (Test-Path -LiteralPath $output) { Remove-Item -LiteralPath $output -Recurse -Force }
}

function Invoke-Build { Invoke-Target 'src/UpgradeModule' Layout }

function Get-ModuleFolder {
    $version = Import-PowerShellDataFile (Join-Path $root 'module/UpgradeModule.psd1') | ForEach-Object ModuleVersion
    Join-Path $output "UpgradeModule/$version"
}

# The markdown in docs/en-US becomes module/en-US, which is committed: a machine without PlatyPS ships the help too.
function Invoke-Docs {
    $source = Join-Path $root 'docs/en-US'
    $help = Join-Path $root 'module/en-US'
    if (-not (Get-Module -ListAvailable Microsoft.PowerShell.PlatyPS)) {
        Write-Warning 'The help is made by Microsoft.PowerShell.PlatyPS, which is not installed: module/en-US stays as it is. Install-PSResource Microsoft.PowerShell.PlatyPS brings it.'
        return
    }
    # In a process of its own: PlatyPS loads assemblies that a session keeps.
    pwsh -NoProfile -File (Join-Path $root 'docs/Export-Help.ps1') -Source $source -Destination $help
    if ($LASTEXITCODE -ne 0) { throw 'PlatyPS could not make the help.' }
}

function Invoke-Test {
    Invoke-Build
    Invoke-Target 'tests/SampleApp' PublishAll
    $results = Join-Path $output 'tests'
    if (Test-Path -LiteralPath $results) { Remove-Item -LiteralPath $results -Recurse -Force }
    $null = New-Item -ItemType Directory $results
    $suites = @(
        Get-ChildItem (Join-Path $root 'tests') -Directory | Get-ChildItem -Filter *Tests.csproj | ForEach-Object { & (Join-Path $root 'tests/Invoke-XunitSuite.ps1') -Project $_.FullName -Results $results -Configuration $Configuration -Long:$Long }
        & (Join-Path $root 'tests/Invoke-PesterSuite.ps1') -Module (Get-ModuleFolder) -Results $results -Long:$Long
    )
    $passed, $failed, $skipped = 'Passed', 'Failed', 'Skipped' | ForEach-Object { ($suites | Measure-Object $_ -Sum).Sum }
    # Not $suites.Failures: where no suite has any, strict mode finds no such property.
    foreach ($suite in $suites) { foreach ($failure in $suite.Failures) { "failed: $failure" } }
    '{0} passed, {1} failed, {2} skipped' -f $passed, $failed, $skipped
    if ($failed -gt 0) { exit 1 }
}

function Invoke-Package {
    Invoke-Target 'src/UpgradeModule' Package
}

function Invoke-Demo {
    Invoke-Build
    Invoke-Target 'tests/SampleApp' PublishAll
    & (Join-Path $root 'samples/demo.ps1')
}

$known = 'Clean', 'Build', 'Test', 'Docs', 'Package', 'Demo'
$wanted = $Task -split ',' | ForEach-Object Trim
foreach ($name in $wanted) {
    if ($name -notin $known) { throw "There is no task '$name'. The tasks are $($known -join ', ')." }
}
foreach ($name in $wanted) {
    switch ($name) {
        'Clean' { Invoke-Clean }
        'Build' { Invoke-Build }
        'Test' { Invoke-Test }
        'Docs' { Invoke-Docs; Invoke-Build }
        'Package' { Invoke-Package }
        'Demo' { Invoke-Demo }
    }
}
