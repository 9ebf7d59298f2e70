BeforeDiscovery {
    # The ways on which a record loses its type and keeps its words.
    $script:ways = @(
        @{ Way = 'Export-Clixml'; Through = { param($Record) $file = Join-Path $folder "$([guid]::NewGuid()).xml"; $Record | Export-Clixml -LiteralPath $file; Import-Clixml -LiteralPath $file } }
        @{ Way = 'a job'; Through = { param($Record) Start-Job { $using:Record } | Receive-Job -Wait -AutoRemoveJob } }
        @{ Way = 'ConvertTo-Json'; Through = { param($Record) $Record | ConvertTo-Json -Depth 9 -WarningAction Stop | ConvertFrom-Json } }
    )
}

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot Support/UpgradeTesting.psm1) -Force
    Import-Module (Join-Path $PSScriptRoot Support/SampleAppTesting.psm1) -Force
    Import-BuiltModule
    $script:folder = New-TestFolder
    $script:storeBefore = $env:UPGRADEMODULE_STORE
    $env:UPGRADEMODULE_STORE = Join-Path $folder store.db
    $script:artifacts = Get-SampleArtifact
}

AfterAll {
    Stop-SampleApps $folder
    $env:UPGRADEMODULE_STORE = $storeBefore
    Remove-Item -LiteralPath $folder -Recurse -Force
}

Describe 'Records that went through <Way>' -ForEach $ways {
    BeforeAll {
        # What is stored isn't asked: the records themselves have to bring everything.
        $script:app = New-SampleApp -Folder $folder -Unstored -With @{ StopTimeout = 7 }
        $script:far = & $Through $app.Deployment
    }

    It 'are records no more' {
        $far | Should -Not -BeOfType ([UpgradeModule.AppDeployment])
        $far.Name | Should -Be $app.Name
    }

    It 'act, deployment, path, backup and result alike' {
        $service = $far | Start-AppService -ErrorAction Stop
        $service.Deployment.Settings.StopTimeout | Should -Be ([timespan]::FromSeconds(7))
        $service.Deployment.Settings.EnvironmentFiles | Should -Be $app.Environment
        $health = & $Through ($far | Get-AppService)
        $health.Deployment | Wait-AppService -ErrorAction Stop | ForEach-Object Health | Should -Be Healthy
        $id = Add-Note $app.Url

        $backup = & $Through ($far | Backup-AppDatabase -ErrorAction Stop)
        $proof = $backup | Test-AppBackup -ErrorAction Stop -Deployment $far
        $proof.Valid | Should -BeTrue -Because ($proof.Problems -join ' ')
        $proof.ChecksumOnly | Should -BeFalse

        $path = & $Through ($far | Get-UpgradePath -To 1.1.0 -ErrorAction Stop)
        $result = $path | Invoke-AppUpgrade -ArtifactPath $artifacts -ErrorAction Stop
        $result.Outcome | Should -Be Succeeded -Because $result.Error
        $result.To | Should -BeOfType ([UpgradeModule.AppVersion])
        Get-AnsweredVersion $app.Url | Should -Be 'v1.1.0'
        Get-NoteId $app.Url | Should -Contain $id

        $run = & $Through $result
        "$($run.Outcome)" | Should -BeIn 'Succeeded', '0' -Because 'PowerShell itself gives enumerations as numbers'
        $done = $run | Complete-UpgradeRun -Force -ErrorAction Stop
        $done.Completed | Should -BeTrue
        $done.Kept | Where-Object { Test-Path -LiteralPath $_.Location } | Should -BeNullOrEmpty

        $null = $far | Stop-AppService -ErrorAction Stop
        $restored = $far | Restore-AppDatabase -Backup $backup -Force -ErrorAction Stop
        $restored.Rows | Should -Be $backup.Rows
    }

    It 'can be stored, and are the same then' {
        $stored = $far | Register-AppDeployment -ErrorAction Stop
        $stored.Stored | Should -BeTrue
        $kept = Get-AppDeployment $app.Name -NoProbe
        $kept.Settings | ConvertTo-Json -Depth 5 | Should -Be ($app.Deployment.Settings | ConvertTo-Json -Depth 5)
        $kept.Url | Should -Be $app.Deployment.Url
        $kept.BackupPath | Should -Be $app.Deployment.BackupPath
        $kept.DefinitionPath | Should -Be (Get-SampleDefinition)
    }
}

Describe 'Records in a whole pipeline' {
    It 'keep their order and their versions through a job that plans and a session that acts' {
        $app = New-SampleApp -Folder $folder -Start
        $manifest = Get-BuiltManifest
        $name = $app.Name
        $paths = Start-Job { Import-Module $using:manifest; Get-AppDeployment $using:name | Get-UpgradePath } | Receive-Job -Wait -AutoRemoveJob
        $paths.Stops | ForEach-Object { "$($_.To)" } | Should -Be '1.1.0', '2.0.0'
        ($paths | Invoke-AppUpgrade -ArtifactPath $artifacts -ErrorAction Stop).Reached.Text | Should -Be '2.0.0'
        Get-AnsweredVersion $app.Url | Should -Be 'v2.0.0'
    }
}
