BeforeDiscovery {
    Import-Module (Join-Path $PSScriptRoot Support/UpgradeTesting.psm1) -Force
    Import-BuiltModule
    $script:cmdlets = Get-Command -Module UpgradeModule -CommandType Cmdlet | ForEach-Object { @{ Name = $_.Name; Cmdlet = $_ } }
    # New-AppDeployment only makes an object.
    $script:asking = 'Restore-AppDatabase', 'Complete-UpgradeRun', 'Invoke-MigrateDown', 'Unlock-AppMigration', 'Remove-AppDatabaseCopy', 'Undo-UpgradeRun' | ForEach-Object { @{ Name = $_ } }
    $script:changing = $cmdlets | Where-Object { $_.Cmdlet.Verb -notin 'Get', 'Find', 'Test', 'Wait', 'New' -or $_.Name -in 'Test-AppBackup', 'Test-AppUpgrade' }
    $script:records = [UpgradeModule.AppDeployment].Assembly.GetExportedTypes() |
        Where-Object { -not $_.IsEnum -and -not $_.IsInterface -and -not $_.IsAbstract -and $_.GetConstructor([type]::EmptyTypes) } | ForEach-Object { @{ Name = $_.Name; Type = $_ } }
}

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot Support/UpgradeTesting.psm1) -Force
    Import-BuiltModule
    $null = Get-AppDefinition metabase   # the views come with the first cmdlet
    $script:common = [Management.Automation.Internal.CommonParameters].GetProperties().Name + 'WhatIf', 'Confirm', 'ProgressAction'
    function Get-OwnParameter($Cmdlet) { $Cmdlet.Parameters.Values | Where-Object Name -notin $common }
}

Describe 'The contract of <Name>' -ForEach $cmdlets {
    It 'has an approved verb and a singular noun in Pascal case' {
        $Cmdlet.Verb | Should -BeIn (Get-Verb).Verb
        $Cmdlet.Noun | Should -MatchExactly '^((App|Upgrade)[A-Z][A-Za-z]+([^s]|ss)|MigrateDown)$'
    }

    It 'is a sealed class named after it' {
        $Cmdlet.ImplementingType.FullName | Should -Be "UpgradeModule.Commands.$($Cmdlet.Verb)$($Cmdlet.Noun)Command"
        $Cmdlet.ImplementingType.IsSealed | Should -BeTrue
    }

    It 'tells its output, in records of its own' {
        $Cmdlet.OutputType | Should -Not -BeNullOrEmpty
        $Cmdlet.OutputType.Type.FullName | Should -Match '^(UpgradeModule\.\w+|System\.Boolean|System\.Void)$'
        if ($Cmdlet.OutputType.Type -contains [bool]) { $Cmdlet.Parameters.Keys | Should -Contain Quiet }
    }

    It 'names a default parameter set where it has several' {
        if ($Cmdlet.ParameterSets.Count -gt 1) { $Cmdlet.DefaultParameterSet | Should -BeIn $Cmdlet.ParameterSets.Name }
    }

    It 'takes one parameter by pipeline value in each set, at most' {
        foreach ($set in $Cmdlet.ParameterSets) {
            @($set.Parameters | Where-Object ValueFromPipeline).Count | Should -BeLessOrEqual 1 -Because $set.Name
        }
    }

    It 'says of each parameter what it is for' {
        foreach ($parameter in Get-OwnParameter $Cmdlet) {
            foreach ($set in $parameter.ParameterSets.Values) { $set.HelpMessage | Should -Not -BeNullOrEmpty -Because $parameter.Name }
        }
    }

    It 'names parameters in Pascal case, switches instead of booleans, log-ins as PSCredential' {
        foreach ($parameter in Get-OwnParameter $Cmdlet) {
            $parameter.Name | Should -MatchExactly '^[A-Z][A-Za-z0-9]+$'
            $parameter.ParameterType | Should -Not -Be ([bool])
            $parameter.Name | Should -Not -Match 'Password|Token'
            if ($parameter.Name -like '*Credential') { $parameter.ParameterType | Should -Be ([pscredential]) }
            $parameter.ParameterType.Assembly.GetName().Name | Should -Not -Be 'UpgradeModule.Engine'
        }
    }

    It 'completes what a person would press Tab for' {
        foreach ($parameter in Get-OwnParameter $Cmdlet) {
            if ($parameter.Name -cin 'App', 'Edition', 'Version', 'To', 'From', 'RunId', 'Run', 'Backup' -or ($parameter.Name -eq 'Name' -and $Cmdlet.Verb -ne 'New' -and $Cmdlet.Name -ne 'Register-AppDeployment')) {
                $parameter.Attributes | Where-Object { $_ -is [ArgumentCompleter] } | Should -Not -BeNullOrEmpty -Because $parameter.Name
            }
        }
    }
}

Describe 'The cmdlets together' {
    It 'give a parameter of one name one type, but for filters with wildcards' {
        Get-Command -Module UpgradeModule -CommandType Cmdlet | ForEach-Object { foreach ($parameter in Get-OwnParameter $_ | Where-Object { -not ($_.Attributes | Where-Object { $_ -is [SupportsWildcards] }) }) { [pscustomobject]@{ Name = $parameter.Name; Type = ($parameter.ParameterType.FullName -replace '\[\]$') -replace '^System.Nullable`1\[\[([\w.]+),.*', '$1' } } } |
            Sort-Object Name, Type -Unique | Group-Object Name | Where-Object Count -gt 1 | ForEach-Object { "$($_.Name): $($_.Group.Type -join ', ')" } | Should -BeNullOrEmpty
    }

    It 'have the alias Update-AppJar' { (Get-Alias Update-AppJar).Definition | Should -Be Update-AppArtifact }
}

Describe '<Name> changes state' -ForEach $changing {
    It 'and has -WhatIf and -Confirm' {
        $Cmdlet.Parameters.Keys | Should -Contain WhatIf
        $Cmdlet.Parameters.Keys | Should -Contain Confirm
    }
}

Describe '<Name> can not be undone' -ForEach $asking {
    It 'so it asks, and has -Force' {
        $cmdlet = Get-Command $Name
        $cmdlet.ImplementingType.GetCustomAttributes([Management.Automation.CmdletAttribute], $true).ConfirmImpact | Should -Be High
        $cmdlet.Parameters.Keys | Should -Contain Force
    }
}

Describe 'The record <Name>' -ForEach $records {
    It 'has properties only, and can not be changed' {
        foreach ($property in $Type.GetProperties()) {
            if ($property.CanWrite) { $property.SetMethod.ReturnParameter.GetRequiredCustomModifiers().Name | Should -Contain IsExternalInit -Because $property.Name }
        }
        $Type.GetFields() | Should -BeNullOrEmpty
    }

    It 'goes through Clixml, jobs and remoting as the types file says' {
        if ($Name -ne 'OperationProgress') { (Get-TypeData -TypeName $Type.FullName, $Type.BaseType.FullName, UpgradeModule.AppRecord | Where-Object TypeName -in ([psobject]$Type::new()).PSTypeNames) | Should -Not -BeNullOrEmpty }
    }

    It 'has a format view or is shown inside another' {
        $inside = 'AppEdition', 'AppHostSettings', 'DatabaseTarget', 'VersionSighting', 'InvariantValue', 'TableCount', 'UpgradeUndo', 'HistoryBreak', 'RuntimeRequirement', 'OperationProgress'
        if ($Name -notin $inside) { Get-FormatData -TypeName "UpgradeModule.$Name" | Should -Not -BeNullOrEmpty }
    }
}

Describe 'Errors' {
    It 'have a category of PowerShell for each of the engine, never NotSpecified' {
        foreach ($name in [enum]::GetNames([UpgradeModule.UpgradeErrorCategory])) { [enum]::GetNames([Management.Automation.ErrorCategory]) | Should -Contain $name }
        [enum]::GetNames([UpgradeModule.UpgradeErrorCategory]) | Should -Not -Contain NotSpecified
    }
}
