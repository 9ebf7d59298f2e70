# Rehearsals as an admin gives them: the examples of the help, what a person sees of them, and what a killed session leaves.

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot Support/UpgradeTesting.psm1) -Force
    Import-Module (Join-Path $PSScriptRoot Support/SampleAppTesting.psm1) -Force
    Import-BuiltModule
    $script:folder = New-TestFolder
    $script:storeBefore = $env:UPGRADEMODULE_STORE
    $env:UPGRADEMODULE_STORE = Join-Path $folder store.db
    $script:artifacts = Get-SampleArtifact

    # What rehearsals of a deployment have on this machine: folders, and processes of clones.
    function Get-Remains($App) {
        Get-ChildItem -LiteralPath (Join-Path $App.Folder .upgrademodule) -Filter um-* -Force -ErrorAction Ignore | ForEach-Object FullName
        if ($IsLinux) { Get-SampleProcess (Join-Path $App.Folder .upgrademodule) | ForEach-Object { "process $($_.Id) $($_.Path)" } }
    }
}

AfterAll {
    Stop-SampleApps $folder
    $env:UPGRADEMODULE_STORE = $storeBefore
    Remove-Item -LiteralPath $folder -Recurse -Force
}

Describe 'A rehearsal' {
    BeforeEach {
        if (-not $IsLinux -or (id -u) -ne '0') { Set-ItResult -Skipped -Because 'only root on Linux can always give a clone a network of its own' }
    }

    It 'tells how the upgrade will go, touches nothing, and decides over the real one' {
        $app = New-SampleApp -Folder $folder -Start -Setting 'SAMPLEAPP_MIGRATION_DELAY_MS=100'
        $id = Add-Note $app.Url
        $process = (Get-AppService $app.Name).ProcessId
        $path = Get-AppDeployment $app.Name | Get-UpgradePath
        $rehearsed = $path | Test-AppUpgrade -ArtifactPath $artifacts
        $rehearsed | Should -BeOfType UpgradeModule.UpgradeRehearsal
        $rehearsed.Healthy, $rehearsed.Isolated | Should -Be $true, $true -Because ($rehearsed.Problems -join ' ')
        $rehearsed.Stops.To.Text | Should -Be 1.1.0, 2.0.0
        $rehearsed.PredictedDowntime | Should -BeGreaterThan ([timespan]::Zero)
        $shown = $rehearsed | Out-String -Width 160
        $shown | Should -Match "Deployment : $($app.Name) \(sampleapp\), not touched"
        $shown | Should -Match 'Downtime\s+: [0-9.]+ s, as predicted for the real run'
        $shown | Should -Match 'Stop 2\s+: 1\.1\.0 -> 2\.0\.0: healthy after'
        (Get-AppService $app.Name).ProcessId | Should -Be $process
        Get-AnsweredVersion $app.Url | Should -Be 'v1.0.0'
        Get-Remains $app | Should -BeNullOrEmpty
        Get-UpgradeRun $app.Name | Should -BeNullOrEmpty

        if ($path | Test-AppUpgrade -ArtifactPath $artifacts -Quiet) { $result = $path | Invoke-AppUpgrade -ArtifactPath $artifacts }
        $result.Outcome | Should -Be Succeeded -Because $result.Error
        Get-NoteId $app.Url | Should -Contain $id
        Get-AnsweredVersion $app.Url | Should -Be 'v2.0.0'
    }

    It 'shows what fails, as a result and no error' {
        $app = New-SampleApp -Folder $folder -Start -Setting 'SAMPLEAPP_FAIL_MIGRATION=v1.10-002'
        $rehearsed = Test-AppUpgrade $app.Name -ArtifactPath $artifacts -ErrorVariable failures
        $failures | Should -BeNullOrEmpty
        $rehearsed.Healthy | Should -BeFalse
        $rehearsed.Stops | Where-Object Healthy -EQ $false | ForEach-Object Problems | Should -Match 'v1.10-002|exit code|does not run'
        Test-AppUpgrade $app.Name -ArtifactPath $artifacts -Quiet | Should -BeFalse
        Get-AnsweredVersion $app.Url | Should -Be 'v1.0.0'
        Get-Remains $app | Should -BeNullOrEmpty
    }

    It 'that is killed with its session leaves nothing behind that the next one does not remove' {
        $app = New-SampleApp -Folder $folder -Start -Setting 'SAMPLEAPP_MIGRATION_DELAY_MS=500'
        $id = Add-Note $app.Url
        $process = (Get-AppService $app.Name).ProcessId
        $command = "Import-Module '$(Get-BuiltManifest)'; Test-AppUpgrade '$($app.Name)' -ArtifactPath '$artifacts'"
        $session = Start-Process pwsh -ArgumentList '-NoProfile', '-NonInteractive', '-Command', $command -PassThru -RedirectStandardOutput (Join-Path $folder rehearsal.out) -RedirectStandardError (Join-Path $folder rehearsal.err)
        try {
            $until = [DateTime]::UtcNow.AddSeconds(120)
            while (-not (@(Get-Remains $app) -like 'process *')) {
                if ($session.HasExited -or [DateTime]::UtcNow -gt $until) { throw "The rehearsal did not come to its clone: $(Get-Content (Join-Path $folder rehearsal.*))" }
                Start-Sleep -Milliseconds 50
            }
        }
        finally { $session.Kill() }
        $session.WaitForExit()
        Get-Remains $app | Should -Not -BeNullOrEmpty

        Set-SampleSetting $app.Environment ((Get-Content -LiteralPath $app.Environment) -notlike '*DELAY*')
        Test-AppUpgrade $app.Name -ArtifactPath $artifacts -Quiet | Should -BeTrue
        Get-Remains $app | Should -BeNullOrEmpty
        (Get-AppService $app.Name).ProcessId | Should -Be $process
        Get-AnsweredVersion $app.Url | Should -Be 'v1.0.0'
        Get-NoteId $app.Url | Should -Contain $id
    }
}
