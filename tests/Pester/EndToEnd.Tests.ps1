BeforeDiscovery {
    Import-Module (Join-Path $PSScriptRoot Support/SampleAppTesting.psm1) -Force
    $script:engines = @{ Engine = 'SQLite'; Missing = $null }, @{ Engine = 'PostgreSQL'; Missing = Get-PostgresMissing }
}

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot Support/UpgradeTesting.psm1) -Force
    Import-Module (Join-Path $PSScriptRoot Support/SampleAppTesting.psm1) -Force
    Import-BuiltModule
    $script:folder = New-TestFolder
    $script:storeBefore = $env:UPGRADEMODULE_STORE
    $env:UPGRADEMODULE_STORE = Join-Path $folder store.db
    $script:artifacts = Get-SampleArtifact
    function Get-Count($App) { (Invoke-RestMethod "$($App.Url)/api/notes?limit=1").count }
}

AfterAll {
    Stop-SampleApps $folder
    $env:UPGRADEMODULE_STORE = $storeBefore
    Remove-Item -LiteralPath $folder -Recurse -Force
}

Describe 'An app that runs as a process on <Engine>' -ForEach $engines {
    BeforeAll {
        $script:server = $null
        if ($Engine -eq 'PostgreSQL' -and -not $Missing) { $script:server = Start-TestPostgres }
        function New-App {
            param([hashtable] $With = @{})
            $database = $server ? (New-TestDatabase $server) : $null
            New-SampleApp -Folder $folder -Database $database @With
        }
        function Get-KeptDatabase($App) { if ($server) { @(Invoke-TestSql $server "SELECT datname FROM pg_database WHERE datname LIKE '%$($App.Database.Name)%' AND datname <> '$($App.Database.Name)'") } }
    }

    AfterAll {
        Stop-SampleApps $folder
        Stop-TestPostgres $server
    }

    BeforeEach { if ($Missing) { Set-ItResult -Skipped -Because $Missing } }

    It 'goes from 1.0 by 1.1 to 2.0 in one line, without losing a note that it acknowledged' {
        $app = New-App @{ Start = $true }
        $writer = Start-Writer $app.Url
        Wait-Writer $writer
        $result = Get-AppDeployment $app.Name | Get-UpgradePath | Invoke-AppUpgrade -ArtifactPath $artifacts
        Wait-Writer $writer ($writer.State.Acknowledged.Count + 5)
        $written = Stop-Writer $writer
        $result | Should -HaveCount 1
        $result.Outcome | Should -Be Succeeded -Because $result.Error
        $result.From.Text, $result.To.Text, $result.Reached.Text | Should -Be '1.0.0', '2.0.0', '2.0.0'
        @($result.Steps | Where-Object Id -EQ Swap | ForEach-Object { $_.Stop.Text }) | Should -Be '1.1.0', '2.0.0'
        $result.Steps.Status | Should -Not -Contain Failed
        $result.Backup.ProvenOn | Should -Not -BeNullOrEmpty
        $result.Downtime | Should -BeGreaterThan ([timespan]::Zero)
        $result.Downtime | Should -BeLessThan $result.Duration
        Get-AnsweredVersion $app.Url | Should -Be 'v2.0.0'
        $written.Missing | Should -BeNullOrEmpty
        $now = Get-AppDeployment $app.Name
        $now.Version.Text | Should -Be '2.0.0'
        $now.VersionsAgree | Should -BeTrue
        $now.Status | Should -Be Running
        @(Get-SampleProcess $app.Folder) | Should -HaveCount 1

        # The same command again finds nothing to do.
        $process = (Get-SampleProcess $app.Folder).Id
        $again = Get-AppDeployment $app.Name | Get-UpgradePath | Invoke-AppUpgrade -ArtifactPath $artifacts
        $again.Outcome | Should -Be Succeeded
        $again.Backup | Should -BeNullOrEmpty
        $again.Downtime | Should -Be ([timespan]::Zero)
        $again.Steps | Where-Object Id -in Stop, Swap, Start, Backup | Should -BeNullOrEmpty
        (Get-SampleProcess $app.Folder).Id | Should -Be $process
        @(Get-AppBackup -Name $app.Name) | Should -HaveCount 1
    }

    It 'goes stage by stage, with a backup that is proven first' {
        $app = New-App @{ Start = $true }
        $id = Add-Note $app.Url
        $deployment = Get-AppDeployment $app.Name
        $proof = $deployment | Backup-AppDatabase | Test-AppBackup
        $proof.Valid | Should -BeTrue -Because ($proof.Problems -join ' ')
        $proof.ChecksumOnly | Should -BeFalse
        $proof.RowsCompared | Should -BeGreaterThan 0
        Push-Location -LiteralPath $proof.Backup.Path
        try { if (-not $IsWindows) { sha256sum --quiet -c SHA256SUMS; $LASTEXITCODE | Should -Be 0 } } finally { Pop-Location }
        (Get-AppBackup -Name $app.Name).ProvenOn | Should -Not -BeNullOrEmpty
        if ($server) { @(Get-KeptDatabase $app) | Should -BeNullOrEmpty -Because 'the scratch database is dropped' }

        $service = $deployment | Stop-AppService
        $service.Status | Should -Be Stopped
        @(Get-SampleProcess $app.Folder) | Should -BeNullOrEmpty
        $service = $service.Deployment | Update-AppArtifact -Version 1.1.0 -ArtifactPath (Get-SampleArtifact 1.1.0) | Start-AppService | Wait-AppService
        $service.Health | Should -Be Healthy
        $service.Version.Text | Should -Be '1.1.0'
        Get-AnsweredVersion $app.Url | Should -Be 'v1.1.0'
        Get-NoteId $app.Url | Should -Contain $id
        $old = Get-FileHash -LiteralPath (Get-SampleArtifact 1.0.0)
        Get-ChildItem -LiteralPath $app.Folder -Recurse -File -Force | Get-FileHash | Where-Object Hash -EQ $old.Hash | Should -Not -BeNullOrEmpty -Because 'the old file is kept'
    }

    It 'is upgraded where it is described for one script only, and nothing is stored' {
        $app = New-App @{ Unstored = $true }
        $stored = @(Get-AppDeployment -NoProbe).Count
        $null = $app.Deployment | Start-AppService | Wait-AppService
        $id = Add-Note $app.Url
        $result = $app.Deployment | Get-UpgradePath -To 1.1.0 | Invoke-AppUpgrade -ArtifactPath $artifacts
        $result.Outcome | Should -Be Succeeded -Because $result.Error
        Get-AnsweredVersion $app.Url | Should -Be 'v1.1.0'
        Get-NoteId $app.Url | Should -Contain $id
        @(Get-AppDeployment -NoProbe).Count | Should -Be $stored
        # What it keeps for the way back can be dropped by the result alone.
        ($result | Complete-UpgradeRun -Force).Completed | Should -BeTrue
        $null = $app.Deployment | Stop-AppService
    }

    It 'is taken back to <Reached> when a migration of <Fails> fails half way, with every note that it acknowledged until the stop; and goes on once the cause is gone' -ForEach @(
        @{ Fails = '2.0'; Migration = 'v2.00-002'; Reached = '1.1.0' }
        @{ Fails = '1.1'; Migration = 'v1.10-002'; Reached = '1.0.0' }
    ) {
        $app = New-App @{ Start = $true; Setting = "SAMPLEAPP_FAIL_MIGRATION=$Migration" }
        $writer = Start-Writer $app.Url
        Wait-Writer $writer
        $result = Get-AppDeployment $app.Name | Get-UpgradePath | Invoke-AppUpgrade -ArtifactPath $artifacts -ErrorVariable failed -ErrorAction SilentlyContinue -WarningAction SilentlyContinue
        Wait-Writer $writer ($writer.State.Acknowledged.Count + 5)
        $written = Stop-Writer $writer
        $result.Outcome | Should -Be RolledBack
        $result.Reached.Text | Should -Be $Reached
        $result.Error | Should -Match ([regex]::Escape($Reached))
        $failed | Should -HaveCount 1
        $failed[0].FullyQualifiedErrorId | Should -Be "$($result.ErrorId),UpgradeModule.Commands.InvokeAppUpgradeCommand"
        $failed[0].TargetObject | Should -Be $app.Name
        $failed[0].CategoryInfo.Category | Should -Not -Be NotSpecified
        Get-AnsweredVersion $app.Url | Should -Be "v$Reached"
        (Get-AppService $app.Name).Health | Should -Be Healthy
        $written.Missing | Should -BeNullOrEmpty
        (Get-UpgradeRun -Name $app.Name -RunId $result.RunId).Outcome | Should -Be RolledBack

        Set-SampleSetting $app.Environment (Get-Content -LiteralPath $app.Environment | Where-Object { $_ -notlike 'SAMPLEAPP_FAIL_MIGRATION=*' })
        $result = Get-AppDeployment $app.Name | Get-UpgradePath | Invoke-AppUpgrade -ArtifactPath $artifacts
        $result.Outcome | Should -Be Succeeded -Because $result.Error
        $result.From.Text | Should -Be $Reached
        Get-AnsweredVersion $app.Url | Should -Be 'v2.0.0'
        $ids = [Collections.Generic.HashSet[long]]::new([long[]](Get-NoteId $app.Url))
        $written.Acknowledged | Where-Object { -not $ids.Contains($_) } | Should -BeNullOrEmpty
    }

    It 'has the rows of a backup again after a restore, and the newer data is kept aside' {
        $app = New-App @{ Start = $true }
        $before = Add-Note $app.Url 'before the backup'
        $backup = Get-AppDeployment $app.Name | Backup-AppDatabase
        $after = Add-Note $app.Url 'after the backup'
        $null = Stop-AppService $app.Name
        $restored = $backup | Restore-AppDatabase -Force
        $restored.Rows | Should -Be $backup.Rows
        $restored.Tables | Should -Be $backup.Tables
        $restored.KeptAs | Should -Not -BeNullOrEmpty
        $null = Start-AppService $app.Name | Wait-AppService
        Get-NoteId $app.Url | Should -Contain $before
        Get-NoteId $app.Url | Should -Not -Contain $after
        if ($server) {
            $kept = Get-KeptDatabase $app
            $kept | Should -HaveCount 1
            Invoke-TestSql $server "SELECT count(*) FROM notes WHERE id = $after" -Database $kept | Should -Be 1
        }
        else { Test-Path -LiteralPath $restored.KeptAs | Should -BeTrue }
        Invoke-RestMethod "$($app.Url)/api/notes?limit=1" | ForEach-Object count | Should -BeGreaterThan 0
    }

    It 'loses what a run kept when the run is completed, and nothing else' {
        $app = New-App @{ Start = $true }
        $null = Add-Note $app.Url
        $result = Get-AppDeployment $app.Name | Get-UpgradePath | Invoke-AppUpgrade -ArtifactPath $artifacts
        $run = Get-UpgradeRun -RunId $result.RunId
        $run.Kept | Should -Not -BeNullOrEmpty
        $run.Completed | Should -BeFalse
        $notes = Get-Count $app
        $before = @(Get-World $app.Folder)
        $databases = @(Get-KeptDatabase $app)
        $files = @($run.Kept | Where-Object { Test-Path -LiteralPath $_.Location } | ForEach-Object Location)
        $files | Should -Not -BeNullOrEmpty -Because 'the old artifacts are kept'
        if ($server) { $databases | Should -HaveCount 2 }

        $done = $run | Complete-UpgradeRun -Force
        $done.Completed | Should -BeTrue
        $done.Kept.Dropped | Should -Not -Contain $false
        $files | Where-Object { Test-Path -LiteralPath $_ } | Should -BeNullOrEmpty
        Get-KeptDatabase $app | Should -BeNullOrEmpty
        $after = @(Get-World $app.Folder)
        # Whatever is gone was kept for the way back; nothing else changed but the folders that it lay in.
        $gone = Compare-Object $before $after | Where-Object { $_.InputObject -notmatch '/ \d{4}-' -and $_.SideIndicator -eq '<=' } | ForEach-Object { ($_.InputObject -split ' ')[0] }
        foreach ($path in $gone) { @($files | Where-Object { $path.StartsWith($_) }) | Should -Not -BeNullOrEmpty -Because "$path was not kept by the run" }
        Compare-Object $before $after | Where-Object { $_.InputObject -notmatch '/ \d{4}-' -and $_.SideIndicator -eq '=>' } | Should -BeNullOrEmpty
        Get-Count $app | Should -Be $notes
        (Get-AppBackup -Name $app.Name | Test-AppBackup).Valid | Should -BeTrue
        (Get-UpgradeRun -RunId $result.RunId).Completed | Should -BeTrue
        # A second time there is nothing left to drop, and that is no failure.
        ($done | Complete-UpgradeRun -Force -ErrorAction Stop).Completed | Should -BeTrue
    }

    It 'pauses at a step that a person has to do, healthy, and goes on by the same command once its probe passes' {
        $definition = Get-Content -LiteralPath (Get-SampleDefinition) -Raw | ConvertFrom-Json -AsHashtable
        $definition.steps = @(@{ id = 'tell-the-users'; title = 'Tell the users'; kind = 'manual'; before = '2.0.0'; instructions = 'Make the file told.'; done = @{ file = 'told' } })
        $file = Join-Path $folder "manual-$Engine.json"
        $definition | ConvertTo-Json -Depth 20 | Set-Content -LiteralPath $file
        (Test-AppDefinition $file).Valid | Should -BeTrue
        $app = New-App @{ Start = $true; Definition = $file }
        $id = Add-Note $app.Url

        $path = Get-AppDeployment $app.Name | Get-UpgradePath
        $path.Stops[-1].StepsBefore.Id | Should -Be tell-the-users
        $result = $path | Invoke-AppUpgrade -ArtifactPath $artifacts -WarningVariable said -WarningAction SilentlyContinue -ErrorAction Stop
        $result.Outcome | Should -Be Paused
        $result.PausedAt.Id | Should -Be tell-the-users
        @($said -match 'Make the file told').Count | Should -Be 1 -Because 'the pause is said once'
        (Get-AppService $app.Name).Health | Should -Be Healthy
        Get-AnsweredVersion $app.Url | Should -Be 'v1.1.0'
        Get-NoteId $app.Url | Should -Contain $id

        # Not done: it stays where it is.
        $process = (Get-SampleProcess $app.Folder).Id
        (Get-AppDeployment $app.Name | Get-UpgradePath | Invoke-AppUpgrade -ArtifactPath $artifacts -WarningAction SilentlyContinue -ErrorAction Stop).Outcome | Should -Be Paused
        (Get-SampleProcess $app.Folder).Id | Should -Be $process

        Set-Content -LiteralPath (Join-Path $app.Folder told) yes
        $result = Get-AppDeployment $app.Name | Get-UpgradePath | Invoke-AppUpgrade -ArtifactPath $artifacts -ErrorAction Stop
        $result.Outcome | Should -Be Succeeded
        Get-AnsweredVersion $app.Url | Should -Be 'v2.0.0'
        Get-NoteId $app.Url | Should -Contain $id
    }
}
