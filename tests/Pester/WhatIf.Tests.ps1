BeforeDiscovery {
    Import-Module (Join-Path $PSScriptRoot Support/UpgradeTesting.psm1) -Force
    Import-Module (Join-Path $PSScriptRoot Support/SampleAppTesting.psm1) -Force
    Import-BuiltModule
    # By reflection: a new cmdlet that changes state fails here until it has its cases.
    $script:changing = Get-Command -Module UpgradeModule -CommandType Cmdlet |
        Where-Object { $_.ImplementingType.GetCustomAttributes([Management.Automation.CmdletAttribute], $true).SupportsShouldProcess } | ForEach-Object { @{ Name = $_.Name } }
    $missing = Get-PostgresMissing
    $script:engines = @{ Engine = 'SQLite'; Missing = $null }, @{ Engine = 'PostgreSQL'; Missing = $missing }
}

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot Support/UpgradeTesting.psm1) -Force
    Import-Module (Join-Path $PSScriptRoot Support/SampleAppTesting.psm1) -Force
    Import-BuiltModule

    # What each cmdlet is asked to do. $app runs, $stopped doesn't, $backup is a backup and $run an ended run of $app.
    $script:cases = @{
        'Backup-AppDatabase' = @{ 'of a deployment' = { Backup-AppDatabase $app.Name }; 'to a new folder' = { $app.Deployment | Backup-AppDatabase -Destination (Join-Path $folder elsewhere) } }
        'Test-AppBackup' = @{ 'by a restore' = { $backup | Test-AppBackup }; 'of its content' = { $backup | Test-AppBackup -Deep }; 'by its checksums' = { $backup | Test-AppBackup -ChecksumOnly } }
        'Remove-AppBackup' = @{
            'of one that is given, with -Force' = { $stoppedBackup | Remove-AppBackup -Force }
            'by a rule' = { Remove-AppBackup -OlderThan 0 -IncludePartial }
        }
        'Copy-AppBackup' = @{ 'to a new folder' = { $backup | Copy-AppBackup -Destination (Join-Path $folder elsewhere) } }
        'Export-UpgradeReport' = @{ 'of a run' = { $run | Export-UpgradeReport -Path (Join-Path $folder report.html) } }
        'Test-AppUpgrade' = @{ 'by name' = { Test-AppUpgrade $app.Name -ArtifactPath (Get-SampleArtifact) }; 'by a path' = { Get-AppDeployment $app.Name | Get-UpgradePath | Test-AppUpgrade -ArtifactPath (Get-SampleArtifact) -Backup $backup } }
        'Restore-AppDatabase' = @{ 'with -Force' = { Restore-AppDatabase $stopped.Name $stoppedBackup -Force }; 'without' = { $stoppedBackup | Restore-AppDatabase }; 'of an archive' = { Restore-AppDatabase $stopped.Name -ArchivePath (Join-Path $folder none.sql) -Force } }
        'Start-AppService' = @{ 'of one that is stopped' = { Start-AppService $stopped.Name } }
        'Stop-AppService' = @{ 'of one that runs' = { Stop-AppService $app.Name } }
        'Restart-AppService' = @{ 'of one that runs' = { Restart-AppService $app.Name }; 'of one that is stopped' = { Restart-AppService $stopped.Name } }
        'Save-AppArtifact' = @{ 'into a new folder' = { Save-AppArtifact (Get-SampleDefinition) 2.0.0 -ArtifactPath (Get-SampleArtifact 2.0.0) -Destination (Join-Path $folder fetched) } }
        'Update-AppArtifact' = @{ 'of one that is stopped' = { Update-AppArtifact $stopped.Name -Version 2.0.0 -ArtifactPath (Get-SampleArtifact 2.0.0) } }
        'Save-AppImage' = @{ 'of a version' = { Save-AppImage metabase 0.50.36 -Registry 127.0.0.1:1 }; 'by its digest, from another engine' = { Save-AppImage metabase 0.50.36 -Image "metabase/metabase@sha256:$('0' * 64)" -DockerHost tcp://127.0.0.1:1 } }
        'Update-AppImage' = @{ 'of one that is stopped' = { Update-AppImage $stopped.Name -Version 2.0.0 -Registry 127.0.0.1:1 } }
        'Invoke-AppUpgrade' = @{
            'by name' = { Invoke-AppUpgrade $app.Name -ArtifactPath (Get-SampleArtifact) }
            'by a path, with -Force' = { Get-AppDeployment $app.Name | Get-UpgradePath | Invoke-AppUpgrade -ArtifactPath (Get-SampleArtifact) -BackupDestination (Join-Path $folder elsewhere) -Force }
            'of one that is stopped' = { $stopped.Deployment | Invoke-AppUpgrade -To 2.0.0 -ArtifactPath (Get-SampleArtifact) }
        }
        'Invoke-MigrateDown' = @{ 'with -Force' = { Invoke-MigrateDown $app.Name -To 1.0.0 -Force }; 'without' = { $app.Deployment | Invoke-MigrateDown } }
        'Unlock-AppMigration' = @{ 'of a free lock' = { $null = Unlock-AppMigration $app.Name }; 'of one that is held' = { if ($server) { Unlock-AppMigration $stopped.Name -Force } } }
        'Complete-UpgradeRun' = @{ 'with -Force' = { $run | Complete-UpgradeRun -Force }; 'by its id' = { Complete-UpgradeRun $run.RunId } }
        'Remove-AppDatabaseCopy' = @{ 'of a run, by name' = { Remove-AppDatabaseCopy $app.Name ($run.Kept | Where-Object Kind -Like 'Database*').Location -Force }; 'as they are listed' = { Get-AppDatabaseCopy $app.Name | Remove-AppDatabaseCopy } }
        'Resume-UpgradeRun' = @{ 'by its id' = { Resume-UpgradeRun $run.RunId }; 'of a deployment' = { $app.Deployment | Resume-UpgradeRun } }
        'Undo-UpgradeRun' = @{ 'with -Force' = { $run | Undo-UpgradeRun -Force }; 'by its id' = { Undo-UpgradeRun $run.RunId -Strategy Restore } }
        'Register-AppDefinition' = @{ 'of a new one' = { Register-AppDefinition $definition }; 'of one that is there, with -Force' = { Register-AppDefinition (Get-SampleDefinition) -Force } }
        'Unregister-AppDefinition' = @{ 'by name' = { Unregister-AppDefinition sampleapp }; 'by a wildcard' = { Unregister-AppDefinition * } }
        'Register-AppDeployment' = @{
            'of a new one' = { Register-AppDeployment another -App (Get-SampleDefinition) -ArtifactPath $stopped.Artifact -Command '{artifact}' -BackupPath (Join-Path $folder new) }
            'of one that is there, with -Force' = { $app.Deployment | Register-AppDeployment -Force -BackupPath (Join-Path $folder new) }
        }
        'Set-AppDeployment' = @{ 'by name' = { Set-AppDeployment $app.Name -BackupPath (Join-Path $folder new) -StopTimeout 3 } }
        'Unregister-AppDeployment' = @{ 'by name' = { Unregister-AppDeployment $app.Name }; 'by a wildcard' = { Unregister-AppDeployment * } }
    }
}

Describe '-WhatIf with <Engine>' -ForEach $engines {
    BeforeAll {
        if ($Missing) { return }
        $script:folder = New-TestFolder
        $script:storeBefore = $env:UPGRADEMODULE_STORE
        $env:UPGRADEMODULE_STORE = Join-Path $folder store.db
        $script:server = $Engine -eq 'PostgreSQL' ? (Start-TestPostgres) : $null
        $null = Register-AppDefinition (Get-SampleDefinition)
        $script:definition = Join-Path $folder other.json
        (Get-Content -LiteralPath (Get-SampleDefinition) -Raw) -replace '"name": "sampleapp"', '"name": "otherapp"' | Set-Content -LiteralPath $definition
        $script:app = New-SampleApp -Folder $folder -Name running -Start -Database ($server ? (New-TestDatabase $server) : $null)
        $null = Add-Note $app.Url
        $script:backup = $app.Deployment | Backup-AppDatabase
        $script:run = Invoke-AppUpgrade $app.Name -To 1.1.0 -ArtifactPath (Get-SampleArtifact) -ErrorAction Stop
        $script:stopped = New-SampleApp -Folder $folder -Name stopped -Start -Database ($server ? (New-TestDatabase $server) : $null)
        $script:stoppedBackup = $stopped.Deployment | Backup-AppDatabase
        $null = Stop-AppService $stopped.Name
        if ($server) { $null = Invoke-TestSql $server "UPDATE databasechangeloglock SET locked = true, lockedby = 'a test'" -Database $stopped.Database.Name }
    }

    AfterAll {
        if ($Missing) { return }
        Stop-SampleApps $folder
        Stop-TestPostgres $server
        $env:UPGRADEMODULE_STORE = $storeBefore
        Remove-Item -LiteralPath $folder -Recurse -Force
    }

    It 'of <Name> leaves the world as it is' -ForEach $changing {
        if ($Missing) { Set-ItResult -Skipped -Because $Missing }
        $cases.Keys | Should -Contain $Name -Because 'every cmdlet that changes state has its cases here'
        $before = @(Get-World $folder $server)
        foreach ($case in $cases[$Name].GetEnumerator()) {
            $said = & {
                # Both ways to ask for it, one with each engine.
                if ($server) { $WhatIfPreference = $true } else { $PSDefaultParameterValues = @{ "${Name}:WhatIf" = $true } }
                & $case.Value 2>&1
            }
            $after = @(Get-World $folder $server)
            $said | Should -BeNullOrEmpty -Because "$($case.Key): nothing was done that there could be a record of, and it would have gone well"
            Compare-Object $before $after | ForEach-Object { "$($_.SideIndicator) $($_.InputObject)" } | Should -BeNullOrEmpty -Because $case.Key
        }
    }

    It 'is what makes the difference: without it the comparison shows a file, a row of a database and a process' {
        if ($Missing) { Set-ItResult -Skipped -Because $Missing }
        $before = @(Get-World $folder $server)
        $null = Add-Note $app.Url
        $null = Start-AppService $stopped.Name
        $null = Set-AppDeployment $stopped.Name -StopTimeout 3
        $changes = Compare-Object $before @(Get-World $folder $server) | Where-Object SideIndicator -EQ '=>' | ForEach-Object InputObject
        $changes | Where-Object { $_ -like "process *$($stopped.Artifact)*" } | Should -HaveCount 1
        $changes | Where-Object { $_ -like "$($env:UPGRADEMODULE_STORE)*" } | Should -Not -BeNullOrEmpty
        if ($server) { $changes | Where-Object { $_ -like '  public.notes *' } | Should -HaveCount 1 }
        else { $changes | Where-Object { $_ -like '*notes.db*' } | Should -Not -BeNullOrEmpty }
    }
}
