# What restores and upgrade runs keep beside the live data: listed, piped, refused, dropped.

BeforeDiscovery {
    Import-Module (Join-Path $PSScriptRoot Support/UpgradeTesting.psm1) -Force
    Import-Module (Join-Path $PSScriptRoot Support/SampleAppTesting.psm1) -Force
    Import-BuiltModule
    $missing = Get-PostgresMissing
    $script:engines = @{ Engine = 'SQLite'; Missing = $null }, @{ Engine = 'PostgreSQL'; Missing = $missing }
}

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot Support/UpgradeTesting.psm1) -Force
    Import-Module (Join-Path $PSScriptRoot Support/SampleAppTesting.psm1) -Force
    Import-BuiltModule
}

Describe 'Copies of a <Engine> database' -ForEach $engines {
    BeforeAll {
        if ($Missing) { return }
        $script:folder = New-TestFolder
        $script:storeBefore = $env:UPGRADEMODULE_STORE
        $env:UPGRADEMODULE_STORE = Join-Path $folder store.db
        $script:server = $Engine -eq 'PostgreSQL' ? (Start-TestPostgres) : $null
        $script:app = New-SampleApp -Folder $folder -Name notes -Start -Database ($server ? (New-TestDatabase $server) : $null)
        $null = Add-Note $app.Url
        $script:run = Invoke-AppUpgrade notes -To 1.1.0 -ArtifactPath (Get-SampleArtifact) -ErrorAction Stop
        $script:backup = Backup-AppDatabase notes -ErrorAction Stop
        $null = Stop-AppService notes -ErrorAction Stop
        $script:restored = $backup | Restore-AppDatabase -Force -ErrorAction Stop
    }

    AfterAll {
        if ($Missing) { return }
        Stop-SampleApps $folder
        Stop-TestPostgres $server
        $env:UPGRADEMODULE_STORE = $storeBefore
        Remove-Item -LiteralPath $folder -Recurse -Force
    }

    BeforeEach { if ($Missing) { Set-ItResult -Skipped -Because $Missing } }

    It 'are listed with what keeps them, newest first' {
        $copies = @(Get-AppDatabaseCopy notes)
        $copies.Origin | Should -Be BeforeRestore, RollbackPoint
        $copies[0].KeptAs | Should -Be $restored.KeptAs
        $copies.Needed | Should -Be $false, $true
        $copies[1].RunId | Should -Be $run.RunId
        $copies.Deployment.Name | Should -Be notes, notes
        $copies.Size | Should -Not -Contain $null
        @(Get-AppDeployment n* | Get-AppDatabaseCopy).KeptAs | Should -Be $copies.KeptAs
        (Get-AppDatabaseCopy not* | Format-Table | Out-String -Width 100) | Should -Match 'BeforeRestore'
    }

    It 'that a run may need are refused, whether named or piped' {
        $needed = Get-AppDatabaseCopy notes | Where-Object Needed
        $failure = Get-ErrorOf { $needed | Remove-AppDatabaseCopy -Force }
        $failure.FullyQualifiedErrorId | Should -BeLike 'DatabaseCopyNeeded,*'
        $failure.TargetObject | Should -Be $needed.KeptAs
        $failure.ErrorDetails.RecommendedAction | Should -Match 'Complete-UpgradeRun'
        (Get-ErrorOf { Remove-AppDatabaseCopy notes $needed.KeptAs -Force }).FullyQualifiedErrorId | Should -BeLike 'DatabaseCopyNeeded,*'
    }

    It 'are no other database, and not the live one' {
        $live = $restored.Database.Path ?? $restored.Database.Name
        (Get-ErrorOf { Remove-AppDatabaseCopy notes $live -Force }).FullyQualifiedErrorId | Should -BeLike 'RollbackPointInUse,*'
        (Get-ErrorOf { Remove-AppDatabaseCopy notes another -Force }).FullyQualifiedErrorId | Should -BeLike 'DatabaseCopyNotFound,*'
    }

    It 'go, by the result of a restore as it is or as it came through a job' {
        $restored | Remove-AppDatabaseCopy -WhatIf
        Get-AppDatabaseCopy notes | Should -HaveCount 2
        $file = Join-Path $folder restored.xml
        $restored | Export-Clixml -LiteralPath $file -Depth 6
        Import-Clixml -LiteralPath $file | Remove-AppDatabaseCopy -Force -ErrorAction Stop | Should -BeNullOrEmpty
        $null = Get-UpgradeRun notes | Complete-UpgradeRun -Force
        $again = $backup | Restore-AppDatabase -Force -ErrorAction Stop
        $again | Remove-AppDatabaseCopy -Force -ErrorAction Stop
        Get-AppDatabaseCopy notes | Should -BeNullOrEmpty
        if ($server) { Invoke-TestSql $server 'SELECT count(*) FROM pg_database WHERE datname LIKE ''%\_\_um\_%''' | Should -Be 0 }
        else { Get-ChildItem -LiteralPath $app.Folder -Filter notes.db.um-* | Should -BeNullOrEmpty }
        $null = Start-AppService notes -ErrorAction Stop | Wait-AppService -ErrorAction Stop
    }
}
