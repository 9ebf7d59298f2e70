<#
.SYNOPSIS
Makes the module's external help (MAML) of the PlatyPS markdown of its cmdlets.
.DESCRIPTION
Needs Microsoft.PowerShell.PlatyPS 1.x. build.ps1 Docs runs it in a process of its own, and the tests run it to see whether the committed help is
what the markdown says. The text is the same on every machine: line ends are LF, and nothing in it tells when it was made.

PlatyPS writes an example whole into its introduction, fences included, a description as one paragraph with its markdown in it, and leaves default
values out. Get-Help shows that as it is, so it is put right here: code becomes code, paragraphs become paragraphs, marks that nobody renders go.
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

$maml = 'http://schemas.microsoft.com/maml/2004/10'

# A text without the marks of markdown, as a screen of text shows it.
function ConvertTo-PlainText([string] $Text) {
    $Text -replace '\[([^\]]+)\]\([^)]+\)', '$1' -replace '`([^`]+)`', '$1' -replace '\*\*([^*]+)\*\*', '$1'
}

# The paragraphs of a text. The lines of each are joined, since the screen breaks them anew.
function Get-Paragraph([string] $Text) {
    foreach ($paragraph in $Text.ReplaceLineEndings("`n").Trim() -split '\n[ \t]*\n+') {
        if ($paragraph.Trim()) { ConvertTo-PlainText (($paragraph -split '\n' | ForEach-Object Trim) -join ' ') }
    }
}

function Set-Paragraph([Xml.XmlElement] $Element, [string[]] $Paragraph) {
    $Element.RemoveAll()
    foreach ($text in $Paragraph) {
        $para = $Element.OwnerDocument.CreateElement('maml', 'para', $maml)
        $para.InnerText = $text
        $null = $Element.AppendChild($para)
    }
}

# Code and what it gives stand in the code of an example, what is said before in its introduction, what is said after in its remarks.
function Set-Example([Xml.XmlElement] $Element, [string] $Text) {
    $parts = [regex]::Split($Text.ReplaceLineEndings("`n"), '(?m)^```\w*\n((?:.*\n)*?)```[ \t]*$')
    $code = for ($i = 1; $i -lt $parts.Count; $i += 2) { $parts[$i].TrimEnd() }
    Set-Paragraph $Element['introduction', $maml] (Get-Paragraph $parts[0])
    $Element['dev:code'].InnerText = $code -join "`n`n"
    $after = (2..[Math]::Max(2, $parts.Count - 1) | Where-Object { $_ % 2 -eq 0 -and $_ -lt $parts.Count } | ForEach-Object { $parts[$_] }) -join "`n`n"
    Set-Paragraph $Element['dev:remarks'] @(Get-Paragraph $after)
}

function Add-Default([Xml.XmlElement] $Parameter, [string] $Value) {
    if (-not $Value) { return }
    $default = $Parameter.OwnerDocument.CreateElement('dev', 'defaultValue', 'http://schemas.microsoft.com/maml/dev/2004/10')
    $default.InnerText = $Value
    $null = $Parameter.AppendChild($default)
}

function Update-Maml([xml] $Document, [hashtable] $Commands) {
    $names = [Xml.XmlNamespaceManager]::new($Document.NameTable)
    $names.AddNamespace('maml', $maml)
    $names.AddNamespace('command', 'http://schemas.microsoft.com/maml/dev/command/2004/10')
    $names.AddNamespace('dev', 'http://schemas.microsoft.com/maml/dev/2004/10')
    foreach ($element in $Document.SelectNodes('//maml:description[maml:para] | //maml:alert[maml:para]', $names)) {
        Set-Paragraph $element @($element.ChildNodes | ForEach-Object { Get-Paragraph $_.InnerText })
    }
    foreach ($value in $Document.SelectNodes('//command:parameterValue', $names)) { $value.InnerText = $value.InnerText -replace '^.*\.' }
    foreach ($command in $Document.SelectNodes('//command:command', $names)) {
        $source = $Commands[$command.SelectSingleNode('command:details/command:name', $names).InnerText]
        $at = 0
        foreach ($example in $command.SelectNodes('command:examples/command:example', $names)) { Set-Example $example $source.Examples[$at++].Remarks }
        foreach ($parameter in $command.SelectNodes('command:parameters/command:parameter', $names)) {
            Add-Default $parameter ($source.Parameters | Where-Object Name -eq $parameter['name', $maml].InnerText).DefaultValue
        }
    }
    # Other cmdlets and topics are found by their names; the addresses are those of files in the repository.
    foreach ($link in @($Document.SelectNodes('//maml:navigationLink', $names))) {
        $uri = $link['uri', $maml]
        if ($link['linkText', $maml].InnerText -eq 'Online Version') { $null = $link.ParentNode.RemoveChild($link) }
        elseif ($uri.InnerText -notmatch '^https?:') { $uri.InnerText = '' }
    }
}

$scratch = New-Item -ItemType Directory (Join-Path ([IO.Path]::GetTempPath()) ([guid]::NewGuid()))
try {
    $help = Import-MarkdownCommandHelp -LiteralPath (Get-ChildItem -LiteralPath $Source -Filter *-*.md | Sort-Object Name).FullName
    $commands = @{}
    foreach ($command in $help) { $commands[$command.Title] = $command }
    $null = New-Item -ItemType Directory -Force $Destination
    foreach ($file in $help | Export-MamlCommandHelp -OutputFolder $scratch.FullName -Force) {
        $document = [xml]::new()
        $document.Load($file.FullName)
        Update-Maml $document $commands
        $settings = [Xml.XmlWriterSettings]@{ Indent = $true; NewLineChars = "`n"; NewLineHandling = 'None'; Encoding = [Text.UTF8Encoding]::new($false) }
        $writer = [Xml.XmlWriter]::Create((Join-Path (Resolve-Path -LiteralPath $Destination) $file.Name), $settings)
        try { $document.Save($writer) } finally { $writer.Dispose() }
    }
}
finally { Remove-Item -LiteralPath $scratch -Recurse -Force }
