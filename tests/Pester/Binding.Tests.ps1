BeforeAll {
    Import-Module (Join-Path $PSScriptRoot Support/UpgradeTesting.psm1) -Force
    Import-BuiltModule
    $script:folder = New-TestFolder
    $script:before = $env:UPGRADEMODULE_STORE
    $env:UPGRADEMODULE_STORE = Join-Path $folder store.db
    $script:deployment = [UpgradeModule.AppDeployment]@{
        Name = 'wiki'; App = 'metabase'; Edition = 'oss'; Version = '0.37.4'; Status = 'Running'; Url = 'http://127.0.0.1:1'
        Database = [UpgradeModule.DatabaseTarget]@{ Engine = 'Sqlite'; Path = (Join-Path $folder wiki.db) }
        Settings = [UpgradeModule.AppHostSettings]@{ StopTimeout = '00:01:30'; Arguments = [string[]]('-Xmx1g', 'a b'); ArtifactPath = (Join-Path $folder metabase.jar) }
        Versions = [UpgradeModule.VersionSighting[]]@(@{ Source = 'App'; Version = '0.37.4' })
    }
    $script:path = $deployment | Get-UpgradePath -To 0.50.36
    $script:readiness = [UpgradeModule.ReadinessResult]@{ Deployment = $deployment; Ready = $true; Path = $path }
    $script:backup = [UpgradeModule.AppBackup]@{ Id = 'wiki-1'; Deployment = 'wiki'; App = 'metabase'; Version = '0.37.4'; Created = [DateTimeOffset]'2026-11-20T10:00:00Z'; Path = (Join-Path $folder wiki-1) }
    $script:run = [UpgradeModule.UpgradeResult]@{ RunId = 'run-1'; Deployment = $deployment; From = '0.37.4'; To = '0.50.36'; Outcome = 'Succeeded'; Downtime = '00:00:02' }

    function Copy-ByClixml($Record) {
        $file = Join-Path $folder "$([guid]::NewGuid()).clixml"
        $Record | Export-Clixml -LiteralPath $file
        Import-Clixml -LiteralPath $file
    }

    function Copy-ByJob($Record) {
        Start-Job { param($manifest) Import-Module $manifest; $input | ForEach-Object { $_ } } -ArgumentList (Get-BuiltManifest) -InputObject $Record | Receive-Job -Wait -AutoRemoveJob
    }

    # What a cmdlet would do, as -WhatIf says it.
    function Get-Plan([scriptblock] $Script) {
        $file = Join-Path $folder "$([guid]::NewGuid()).txt"
        $null = Start-Transcript -LiteralPath $file -UseMinimalHeader
        try { & $Script | Out-Null } finally { $null = Stop-Transcript }
        (Get-Content -LiteralPath $file -Raw)
    }
}

AfterAll {
    $env:UPGRADEMODULE_STORE = $script:before
    Remove-Item -LiteralPath $script:folder -Recurse -Force
}

Describe 'Records along the pipeline, <how>' -ForEach @(
    @{ how = 'as they are'; Copy = { param($record) $record } }
    @{ how = 'after Clixml'; Copy = { param($record) Copy-ByClixml $record } }
    @{ how = 'after a job'; Copy = { param($record) Copy-ByJob $record } }
) {
    It 'bind a deployment by value' {
        Get-Plan { & $Copy $deployment | Stop-AppService -WhatIf } | Should -Match 'Stop the service.*wiki'
        $again = & $Copy $deployment | Get-AppDeployment -NoProbe
        $again | Should -BeOfType UpgradeModule.AppDeployment
        $again.Settings.StopTimeout | Should -Be ([timespan]'00:01:30')
        $again.Settings.Arguments | Should -Be '-Xmx1g', 'a b'
        $again.Database.Engine | Should -Be ([UpgradeModule.DatabaseEngine]::Sqlite)
        $again.Database.Path | Should -Be $deployment.Database.Path
        $again.Version | Should -BeOfType UpgradeModule.AppVersion
        $again.Versions[0].Version.Text | Should -Be '0.37.4'
    }

    It 'bind a service, a path and a run by their deployment' {
        $service = [UpgradeModule.AppService]@{ Deployment = $deployment; Status = 'Running' }
        foreach ($record in $service, $path, $run) {
            $got = & $Copy $record | Get-AppDeployment -NoProbe
            $got.Name | Should -Be wiki
            $got.Database.Path | Should -Be $deployment.Database.Path
        }
    }

    It 'bind a path whole to Invoke-AppUpgrade' {
        $plan = Get-Plan { & $Copy $path | Invoke-AppUpgrade -WhatIf }
        $plan | Should -Match "Upgrade 'wiki' from metabase 0.37.4 to 0.50.36 in 5 stops"
        $plan | Should -Match '4\. 0\.39\.7 -> 0\.40\.8'
    }

    It 'bind a readiness result by its path, not by its deployment' {
        Get-Plan { & $Copy $readiness | Invoke-AppUpgrade -WhatIf } | Should -Match 'to 0\.50\.36 in 5 stops'
    }

    It 'bind a backup to Restore-AppDatabase, Test-AppBackup, Copy-AppBackup and Remove-AppBackup' {
        Get-Plan { & $Copy $backup | Restore-AppDatabase -Deployment $deployment -WhatIf } | Should -Match 'Replace its data by the backup wiki-1 of 2026-11-\d\d \d\d:\d\d.*wiki'
        Get-Plan { & $Copy $backup | Test-AppBackup -WhatIf } | Should -Match 'wiki-1'
        Get-Plan { & $Copy $backup | Copy-AppBackup -Destination (Join-Path $folder share) -WhatIf } | Should -Match 'Copy the backup to .*share.*wiki-1'
        Get-Plan { & $Copy $backup | Remove-AppBackup -WhatIf } | Should -Match 'Remove the backup of 2026-11-\d\d.*wiki-1'
        Get-Plan { & $Copy $deployment | Restore-AppDatabase -Backup $backup -WhatIf } | Should -Match 'wiki-1.*wiki'
    }

    It 'bind a run to Complete-UpgradeRun' {
        Get-Plan { & $Copy $run | Complete-UpgradeRun -WhatIf } | Should -Match 'wiki, run run-1'
    }

    It 'ask of a run with what it keeps, and nothing of a completed one' {
        $keeps = [UpgradeModule.UpgradeRun]@{ RunId = 'run-2'; Deployment = $deployment; Outcome = 'Succeeded'; Kept = [UpgradeModule.KeptItem[]]@(@{ Kind = 'DatabaseFile'; Location = '/srv/kept.db' }, @{ Kind = 'Artifact'; Location = '/srv/old.jar'; Dropped = $true }) }
        $plan = Get-Plan { & $Copy $keeps | Complete-UpgradeRun -WhatIf }
        $plan | Should -Match 'DatabaseFile /srv/kept\.db'
        $plan | Should -Not -Match 'old\.jar'
        $done = [UpgradeModule.UpgradeRun]@{ RunId = 'run-3'; Deployment = $deployment; Outcome = 'Succeeded'; Completed = $true }
        Get-Plan { & $Copy $done | Complete-UpgradeRun -WhatIf } | Should -Not -Match 'run-3'
        (& $Copy $done | Complete-UpgradeRun -Confirm:$false).RunId | Should -Be run-3
    }

    It 'bind several at once' {
        $many = @(& $Copy $deployment) + @(& $Copy $deployment)
        @(Get-AppDeployment -Deployment $many -NoProbe).Count | Should -Be 2
    }
}

Describe 'Parameters' {
    It 'take <given> as <span>' -ForEach @(
        @{ given = 30; span = '00:00:30' }, @{ given = 1.5; span = '00:00:01.5' }, @{ given = '90'; span = '00:01:30' }, @{ given = '00:02:00'; span = '00:02:00' }, @{ given = [timespan]'00:00:05'; span = '00:00:05' }
    ) {
        $attribute = (Get-Command Stop-AppService).ImplementingType.GetProperty('Grace').GetCustomAttributes($true) | Where-Object { $_ -is [Management.Automation.ArgumentTransformationAttribute] }
        $attribute.Transform($null, $given) | Should -Be ([timespan]$span)
    }

    It 'refuse <given> as a span of time' -ForEach @(@{ given = 'soon' }, @{ given = -1 }) {
        { Stop-AppService -Deployment $deployment -Grace $given -WhatIf } | Should -Throw -ErrorId 'ParameterArgumentTransformationError,UpgradeModule.Commands.StopAppServiceCommand'
    }

    It 'take a name for the stored deployment, and say which there are not' {
        { Stop-AppService -Deployment gone -WhatIf -ErrorAction Stop } | Should -Throw -ErrorId 'DeploymentNotFound,UpgradeModule.Commands.StopAppServiceCommand'
        { Stop-AppService gone -WhatIf -ErrorAction Stop } | Should -Throw -ErrorId 'DeploymentNotFound,UpgradeModule.Commands.StopAppServiceCommand'
        $Error[0].TargetObject | Should -Be gone
        $Error[0].CategoryInfo.Category | Should -Be ObjectNotFound
    }

    It 'give nothing and no error for a pattern that matches nothing' {
        Get-AppDeployment none* -ErrorVariable failed | Should -BeNullOrEmpty
        Get-AppDefinition none* -ErrorVariable +failed | Should -BeNullOrEmpty
        Get-AppBackup none* -ErrorVariable +failed | Should -BeNullOrEmpty
        Get-UpgradeRun none* -ErrorVariable +failed | Should -BeNullOrEmpty
        $failed | Should -BeNullOrEmpty
    }

    It 'resolve paths from the session''s location, brackets as they are written' {
        $place = Join-Path $folder 'with [brackets]'
        $null = New-Item -ItemType Directory $place
        Copy-Item (Join-Path (Get-RepositoryRoot) tests/SampleApp/sampleapp.json) -Destination $place
        Push-Location -LiteralPath $place
        try {
            (Test-AppDefinition -LiteralPath sampleapp.json).Path | Should -Be (Join-Path $place sampleapp.json)
            (Get-ChildItem -LiteralPath $place | Test-AppDefinition -Quiet) | Should -BeTrue
            (Get-AppRelease ./sampleapp.json 1.1.0).Version.Text | Should -Be '1.1.0'
        }
        finally { Pop-Location }
    }

    It 'refuse a path of another provider' {
        { Test-AppDefinition -LiteralPath Env:PATH -ErrorAction Stop } | Should -Throw -ErrorId 'PathNotSupported,UpgradeModule.Commands.TestAppDefinitionCommand'
    }
}

Describe 'Get-UpgradePath' {
    It 'reads a version as it is written: <from>' -ForEach @(
        @{ from = 'v0.49.1'; shown = 'metabase 0.49.1 -> 0.50.36' }
        @{ from = 'x.49.1'; shown = 'metabase 0.49.1 -> 0.50.36' }
        @{ from = '1.49.1'; shown = 'metabase 1.49.1 -> 1.50.36' }
        @{ from = '0.46.6.4'; shown = 'metabase 0.46.6.4 -> 0.50.36' }
    ) {
        "$(Get-UpgradePath metabase -From $from -To 50)" | Should -Be $shown
    }

    It 'starts in the edition that is asked for where the version names none' {
        "$(Get-UpgradePath metabase -From x.49.1 -To 50 -Edition ee)" | Should -Be 'metabase 1.49.1 -> 1.50.36'
    }

    It 'refuses a pattern as a start' {
        { Get-UpgradePath metabase -From 1.40.X -ErrorAction Stop } | Should -Throw -ErrorId 'VersionInvalid,*'
    }

    It 'plans 10,000 piped deployments in under a second' {
        $many = 1..10000 | ForEach-Object { [UpgradeModule.AppDeployment]@{ Name = "m$_"; App = 'metabase'; Edition = 'oss'; Version = '0.37.4' } }
        $null = $many[0] | Get-UpgradePath
        # The best of three: other work on the machine is not what is measured.
        $times = 1..3 | ForEach-Object { (Measure-Command { $script:paths = $many | Get-UpgradePath -To 0.50.36 }).TotalMilliseconds }
        $paths | Should -HaveCount 10000
        $paths[9999].Deployment.Name | Should -Be m10000
        ($times | Measure-Object -Minimum).Minimum | Should -BeLessThan 1000
    }

    It 'goes on with the next deployment after one that fails' {
        $bad = [UpgradeModule.AppDeployment]@{ Name = 'bad'; App = 'nothere'; Version = '1.0' }
        $found = $bad, $deployment | Get-UpgradePath -ErrorVariable failed -ErrorAction SilentlyContinue
        $found.Deployment.Name | Should -Be wiki
        $failed.FullyQualifiedErrorId | Should -Be 'AppNotFound,UpgradeModule.Commands.GetUpgradePathCommand'
        $failed.TargetObject | Should -Be nothere
    }

    It 'ends quietly when the next command wants no more' {
        $deployment, $deployment, $deployment | Get-UpgradePath | Select-Object -First 1 | Should -HaveCount 1
    }
}

Describe 'Completion' {
    BeforeAll {
        function Complete([string] $Line) { [Management.Automation.CommandCompletion]::CompleteInput($Line, $Line.Length, $null).CompletionMatches.CompletionText }
    }

    It 'completes <line> to <word>' -ForEach @(
        @{ line = 'Get-UpgradePath meta'; word = 'metabase' }
        @{ line = 'Get-AppRelease overleaf -Edition '; word = 'pro' }
        @{ line = 'Get-UpgradePath metabase 0.37.4 -To 0.50.3'; word = '0.50.36' }
        @{ line = 'Save-AppArtifact metabase 0.50.36 -Edition e'; word = 'ee' }
        @{ line = '$deployment | Get-UpgradePath -Edi'; word = '-Edition' }
        @{ line = 'Get-AppRelease metabase -Status With'; word = 'Withdrawn' }
    ) { Complete $line | Should -Contain $word }

    It 'completes nothing, and says nothing, where there is nothing' {
        $Error.Clear()
        Complete 'Stop-AppService nothing-starts-like-this' | Should -Not -Contain 'wiki'
        Complete 'Get-UpgradePath nothere 1.0 -To 1' | Where-Object { $_ -match '^\d' } | Should -BeNullOrEmpty
        $Error | Should -BeNullOrEmpty
    }
}
