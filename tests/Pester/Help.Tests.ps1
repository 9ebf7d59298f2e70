# The help is true: of every cmdlet and parameter, in markdown, in the MAML that ships, and in the about topics.

BeforeDiscovery {
    Import-Module (Join-Path $PSScriptRoot Support/UpgradeTesting.psm1) -Force
    Import-BuiltModule
    $script:cmdlets = Get-Command -Module UpgradeModule -CommandType Cmdlet | ForEach-Object { @{ Name = $_.Name; Cmdlet = $_ } }
    $script:aliases = Get-Command -Module UpgradeModule -CommandType Alias | ForEach-Object { @{ Name = $_.Name; Cmdlet = $_.ResolvedCommand.Name } }
    $script:topics = '', '_Upgrades', '_Readiness', '_Backups', '_Databases', '_Deployments', '_Definitions', '_Errors' | ForEach-Object { @{ Topic = "about_UpgradeModule$_" } }
    $script:noPlatyPS = -not (Get-Module -ListAvailable Microsoft.PowerShell.PlatyPS | Where-Object Version -ge '1.0.0')
}

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot Support/UpgradeTesting.psm1) -Force
    Import-BuiltModule
    $script:root = Get-RepositoryRoot
    $script:common = [Management.Automation.Internal.CommonParameters].GetProperties().Name + 'ProgressAction'
    function Get-OwnParameter($Cmdlet) { $Cmdlet.Parameters.Values | Where-Object Name -notin $common }
    function Join-Text($Paragraphs) { (@($Paragraphs) | Where-Object { $_ } | ForEach-Object { "$($_.Text)" }) -join "`n" }
}

Describe 'The help of <Name>' -ForEach $cmdlets {
    BeforeAll { $script:help = Get-Help $Name -Full }

    It 'is the one that ships, with a synopsis and a description' {
        $help.Synopsis.Trim() | Should -Match '\.$'
        $help.Synopsis | Should -Not -Match ([regex]::Escape("$Name ["))
        (Join-Text $help.description).Length | Should -BeGreaterThan 80
    }

    It 'describes every parameter and no other' {
        $documented = @($help.parameters.parameter)
        $documented.name | Sort-Object | Should -Be @((Get-OwnParameter $Cmdlet).Name | Sort-Object)
        foreach ($parameter in $documented) { Join-Text $parameter.description | Should -Not -BeNullOrEmpty -Because "-$($parameter.name) is described" }
    }

    It 'tells the type, the aliases and the wildcards of every parameter as they are' {
        foreach ($parameter in Get-OwnParameter $Cmdlet) {
            $told = $help.parameters.parameter | Where-Object name -eq $parameter.Name
            $told.type.name | Should -Be $parameter.ParameterType.ToString() -Because "of the type of -$($parameter.Name)"
            $known = @($parameter.Aliases | Sort-Object) -join ', '
            (@($told.aliases -split ',' | ForEach-Object Trim | Where-Object { $_ -and $_ -ne 'none' } | Sort-Object) -join ', ') | Should -Be $known -Because "of the aliases of -$($parameter.Name)"
            [bool]::Parse($told.globbing) | Should -Be ([bool]($parameter.Attributes | Where-Object { $_ -is [Management.Automation.SupportsWildcardsAttribute] })) -Because "of wildcards in -$($parameter.Name)"
        }
    }

    It 'shows as many ways to call it as there are' {
        @($help.syntax.syntaxItem).Count | Should -Be $Cmdlet.ParameterSets.Count
        $told = @($help.syntax.syntaxItem | ForEach-Object { (@($_.parameter.name) | Sort-Object) -join ' ' } | Sort-Object)
        $real = @($Cmdlet.ParameterSets | ForEach-Object { (@($_.Parameters.Name | Where-Object { $_ -notin $common }) | Sort-Object) -join ' ' } | Sort-Object)
        $told | Should -Be $real
    }

    It 'has an example with a title, code that calls it, and words' {
        $examples = @($help.examples.example)
        $examples.Count | Should -BeGreaterOrEqual 1
        ($examples.code -join "`n") | Should -Match "\b$Name\b"
        foreach ($example in $examples) {
            $example.title | Should -Match 'Example \d+: \w'
            $example.code | Should -Not -BeNullOrEmpty
            $example.code | Should -Not -Match '```'
            Join-Text $example.remarks | Should -Not -BeNullOrEmpty -Because "$($example.title) has words"
        }
    }

    It 'has examples that PowerShell can parse' {
        foreach ($example in (Get-Content (Join-Path $root "docs/en-US/$Name.md") -Raw | Select-String '(?s)```powershell\n(.*?)\n```' -AllMatches).Matches) {
            $failures = $null
            $null = [Management.Automation.Language.Parser]::ParseInput($example.Groups[1].Value, [ref] $null, [ref] $failures)
            $failures | Should -BeNullOrEmpty
        }
    }

    It 'uses only cmdlets and parameters that exist in its examples' {
        foreach ($example in $help.examples.example) {
            $tree = [Management.Automation.Language.Parser]::ParseInput(($example.code -split "`n`n")[0], [ref] $null, [ref] $null)
            foreach ($call in $tree.FindAll({ $args[0] -is [Management.Automation.Language.CommandAst] }, $true)) {
                $command = Get-Command $call.GetCommandName() -ErrorAction Ignore
                $command | Should -Not -BeNullOrEmpty -Because "'$call' calls something that exists"
                if ($command.Source -ne 'UpgradeModule') { continue }
                foreach ($given in $call.CommandElements | Where-Object { $_ -is [Management.Automation.Language.CommandParameterAst] }) {
                    { $command.ResolveParameter($given.ParameterName) } | Should -Not -Throw -Because "$command has -$($given.ParameterName)"
                }
            }
        }
    }

    It 'tells what goes in and what comes out' {
        $inputs = @($help.inputTypes.inputType.type.name | Where-Object { $_ -ne 'None' } | Sort-Object)
        $real = @((Get-OwnParameter $Cmdlet | Where-Object { $_.ParameterSets.Values | Where-Object { $_.ValueFromPipeline } }).ParameterType | ForEach-Object ToString | Sort-Object -Unique)
        foreach ($type in $real) { $inputs | Should -Contain $type }
        foreach ($type in $Cmdlet.OutputType.Name) { $help.returnValues.returnValue.type.name | Should -Contain $type }
        foreach ($value in @($help.returnValues.returnValue)) { Join-Text $value.description | Should -Not -BeNullOrEmpty }
    }

    It 'leads on to cmdlets and topics that are there' {
        $links = @($help.relatedLinks.navigationLink.linkText | Where-Object { $_ })
        $links.Count | Should -BeGreaterOrEqual 2
        foreach ($link in $links) {
            if ($link -like 'about_*') { Join-Path $root "module/en-US/$link.help.txt" | Should -Exist }
            else { (Get-Command $link -Module UpgradeModule -ErrorAction Ignore).Name | Should -Be $link }
        }
    }

    It 'has nothing left to fill in, and no place of the machine on which it was written' {
        $text = Get-Content (Join-Path $root "docs/en-US/$Name.md") -Raw
        $text | Should -Not -Match '\{\{'
        $text | Should -Not -Match '(?i)/root\b|/home/|/tmp/(?!um-scratch)'
    }
}

Describe 'The help of the alias <Name>' -ForEach $aliases {
    It 'is that of its cmdlet' { (Get-Help $Name).Name | Should -Be $Cmdlet }
}

Describe 'The topic <Topic>' -ForEach $topics {
    BeforeAll { $script:file = Join-Path $root "module/en-US/$Topic.help.txt" }

    It 'is shown by Get-Help' {
        $shown = Get-Help $Topic | Out-String
        $shown | Should -Match "(?s)TOPIC\s+$Topic\s.*SHORT DESCRIPTION.*LONG DESCRIPTION"
    }

    It 'fits a screen of 80 columns' {
        Get-Content $file | Where-Object { $_.Length -gt 76 } | Should -BeNullOrEmpty
    }

    It 'names only cmdlets, parameters and topics that exist' {
        $text = Get-Content $file -Raw
        $nouns = ((Get-Command -Module UpgradeModule).Noun | Sort-Object -Unique) -join '|'
        foreach ($name in [regex]::Matches($text, "\b[A-Z][a-z]+-($nouns)\b").Value | Sort-Object -Unique) { Get-Command $name -Module UpgradeModule -ErrorAction Ignore | Should -Not -BeNullOrEmpty -Because "the topic names $name" }
        foreach ($name in [regex]::Matches($text, '\babout_UpgradeModule\w*').Value | Sort-Object -Unique) { Join-Path $root "module/en-US/$name.help.txt" | Should -Exist }
        $known = (Get-Command -Module UpgradeModule -CommandType Cmdlet).Parameters.Keys + 'Command', 'Database', 'Destination', 'First', 'LiteralPath', 'Module', 'NonInteractive', 'NoProfile' | Sort-Object -Unique
        foreach ($name in [regex]::Matches($text, '(?<![\w-])-([A-Z][a-z]\w+)').ForEach({ $_.Groups[1].Value }) | Sort-Object -Unique) { $name | Should -BeIn $known }
    }
}

Describe 'about_UpgradeModule_Errors' {
    BeforeAll {
        $script:explained = @(Get-Content (Join-Path $root module/en-US/about_UpgradeModule_Errors.help.txt) | Select-String '^    ([A-Z][a-z]\w+)$' -CaseSensitive | ForEach-Object { $_.Matches.Groups[1].Value })
        $script:sources = Get-ChildItem (Join-Path $root src) -Recurse -Filter *.cs | Where-Object FullName -notmatch '[\\/](obj|bin)[\\/]' | ForEach-Object { Get-Content $_.FullName -Raw }
    }

    It 'explains every error id that the source gives' {
        $ids = $sources | ForEach-Object { [regex]::Matches($_, '(?:new UpgradeException|\bnew)\(\s*"([A-Z]\w+)",\s*[^";]*?UpgradeErrorCategory\.') } | ForEach-Object { $_.Groups[1].Value } | Sort-Object -Unique
        # Some are handed to what makes the error.
        $ids += $sources | ForEach-Object { [regex]::Matches($_, '\b(?:Failed|GuardAsync|TellAsync|RunAsync)\((?:[^"()]*,\s*)?"([A-Z][a-z]+[A-Z]\w+)",') } | ForEach-Object { $_.Groups[1].Value } | Sort-Object -Unique
        $ids | Should -Contain DropFailed
        $ids.Count | Should -BeGreaterThan 50
        $ids | Where-Object { $_ -notin $explained } | Should -BeNullOrEmpty
    }

    It 'explains no error id that the source does not know' {
        $explained | Where-Object { $id = $_; -not ($sources | Where-Object { $_.Contains("`"$id`"") }) } | Should -BeNullOrEmpty
    }
}

Describe 'The markdown of the cmdlets' -Skip:$noPlatyPS {
    BeforeAll {
        # PlatyPS loads assemblies that a session keeps: it works in a process of its own.
        $script:compared = Invoke-Pwsh {
            Import-Module $Manifest
            Import-Module Microsoft.PowerShell.PlatyPS
            foreach ($cmdlet in Get-Command -Module UpgradeModule -CommandType Cmdlet) {
                $file = Join-Path $Argument "docs/en-US/$($cmdlet.Name).md"
                $problems = [Collections.Generic.List[string]]::new()
                if (-not (Test-Path -LiteralPath $file)) { $problems.Add("There is no '$file'.") }
                else {
                    if (-not (Test-MarkdownCommandHelp -Path $file)) { $problems.Add('PlatyPS finds its structure wrong.') }
                    $told = Import-MarkdownCommandHelp -LiteralPath $file
                    $real = New-CommandHelp $cmdlet
                    $shape = {
                        param($help)
                        foreach ($way in $help.Syntax) { "set $($way.ParameterSetName) default=$($way.IsDefaultParameterSet)" }
                        foreach ($parameter in $help.Parameters) {
                            $sets = $parameter.ParameterSets | Sort-Object Name | ForEach-Object { "$($_.Name):$($_.Position):$($_.IsRequired):$($_.ValueFromPipeline):$($_.ValueFromPipelineByPropertyName)" }
                            "-$($parameter.Name) $($parameter.Type) [$(($parameter.Aliases | Sort-Object) -join ',')] $($sets -join ' ') wildcards=$($parameter.SupportsWildcards)"
                        }
                    }
                    foreach ($difference in Compare-Object @(& $shape $real | Sort-Object) @(& $shape $told | Sort-Object)) { $problems.Add(($difference.SideIndicator -eq '<=' ? 'not told: ' : 'not so: ') + $difference.InputObject) }
                }
                [pscustomobject]@{ Name = $cmdlet.Name; Problems = @($problems) }
            }
        } $root
    }

    It 'is what the cmdlets are: sets, parameters, types, aliases, positions' {
        $compared.Count | Should -BeGreaterThan 20
        $compared | Where-Object Problems | ForEach-Object { "$($_.Name): $($_.Problems -join '; ')" } | Should -BeNullOrEmpty -Because 'Update-MarkdownCommandHelp brings the markdown up to date'
    }

    It 'belongs to cmdlets that exist' {
        Get-ChildItem (Join-Path $root docs/en-US) -Filter *.md | Where-Object BaseName -notin $compared.Name | Should -BeNullOrEmpty
    }

    It 'is what the help that ships was made of' {
        $made = New-TestFolder
        try {
            pwsh -NoProfile -NonInteractive -File (Join-Path $root docs/Export-Help.ps1) -Source (Join-Path $root docs/en-US) -Destination $made
            $LASTEXITCODE | Should -Be 0
            $now = Get-Content (Join-Path $made UpgradeModule.dll-Help.xml) -Raw
            $committed = Get-Content (Join-Path $root module/en-US/UpgradeModule.dll-Help.xml) -Raw
            $committed.ReplaceLineEndings("`n") -ceq $now.ReplaceLineEndings("`n") | Should -BeTrue -Because './build.ps1 Docs makes it anew of changed markdown'
        }
        finally { Remove-Item $made -Recurse -Force }
    }
}
