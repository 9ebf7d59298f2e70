<#
.SYNOPSIS
Makes the module's external help (MAML) of the PlatyPS markdown of its cmdlets.
.DESCRIPTION
Needs Microsoft.PowerShell.PlatyPS 1.x. build.ps1 Docs runs it in a process of its own, and the tests run it to see whether the committed help is
what the markdown says. The text is the same on every machine: line ends are LF, and nothing in it tells when it was made.
.EXAMPLE
./docs/Export-Help.ps1 -Source docs/en-US -Destination module/en-US
#>
[CmdletBinding()]
param(
    # The folder with one markdown file for each cmdlet.
    [Parameter(Mandatory)]
    [string] $Source,

    # The folder that gets UpgradeModule.dll-Help.xml.
    [Parameter(Mandatory)]
    [string] $Destination
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
Import-Module Microsoft.PowerShell.PlatyPS -MinimumVersion 1.0.0

$scratch = New-Item -ItemType Directory (Join-Path ([IO.Path]::GetTempPath()) ([guid]::NewGuid()))
try {
    $files = Get-ChildItem -LiteralPath $Source -Filter *-*.md | Sort-Object Name
    $made = Import-MarkdownCommandHelp -LiteralPath $files.FullName | Export-MamlCommandHelp -OutputFolder $scratch.FullName -Force
    $null = New-Item -ItemType Directory -Force $Destination
    foreach ($file in $made) {
        $text = [IO.File]::ReadAllText($file.FullName).ReplaceLineEndings("`n").TrimEnd() + "`n"
        [IO.File]::WriteAllText((Join-Path (Resolve-Path -LiteralPath $Destination) $file.Name), $text)
    }
}
finally { Remove-Item -LiteralPath $scratch -Recurse -Force }
