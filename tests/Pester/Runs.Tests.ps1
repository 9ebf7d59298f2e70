# The history of runs, what is told at their end, and what is done by hand over one that was cut short.

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot Support/UpgradeTesting.psm1) -Force
    Import-Module (Join-Path $PSScriptRoot Support/SampleAppTesting.psm1) -Force
    Import-BuiltModule
    $script:folder = New-TestFolder
    $script:storeBefore = $env:UPGRADEMODULE_STORE
    $env:UPGRADEMODULE_STORE = Join-Path $folder store.db
    $script:artifacts = Get-SampleArtifact

    # Takes what is posted, and keeps what it said. The listener is asked in short waits and closed after the last one: one that is stopped while it is being
    # asked may leave its caller waiting for ever.
    function Start-Hook {
        $port = Get-FreePort
        $heard = [Collections.Concurrent.ConcurrentQueue[string]]::new()
        $stop = [Threading.ManualResetEventSlim]::new()
        $listener = [Net.HttpListener]::new()
        $listener.Prefixes.Add("http://127.0.0.1:$port/")
        $listener.Start()
        $job = Start-ThreadJob -ArgumentList $listener, $heard, $stop {
            param($listener, $heard, $stop)
            $asked = $listener.GetContextAsync()
            while (-not $stop.IsSet) {
                if (-not $asked.Wait(50)) { continue }
                $context = $asked.Result
                $heard.Enqueue([IO.StreamReader]::new($context.Request.InputStream).ReadToEnd())
                $context.Response.StatusCode = 204
                $context.Response.Close()
                $asked = $listener.GetContextAsync()
            }
        }
        @{ Uri = "http://127.0.0.1:$port/"; Heard = $heard; Stop = $stop; Listener = $listener; Job = $job }
    }

    function Stop-Hook($Hook) {
        $Hook.Stop.Set()
        $ended = $Hook.Job | Wait-Job -Timeout 60
        $Hook.Listener.Close()
        if (-not $ended) { throw 'The listener of the webhook did not end.' }
        $Hook.Job | Remove-Job -Force
    }

    # An upgrade whose process is killed while the new version migrates.
    function Start-CutShort($App) {
        Add-Content -LiteralPath $App.Environment 'SAMPLEAPP_MIGRATION_DELAY_MS=3000'
        $command = "Import-Module '$(Get-BuiltManifest)'; Invoke-AppUpgrade '$($App.Name)' -To 1.1.0 -ArtifactPath '$artifacts'"
        $process = Start-Process pwsh -ArgumentList '-NoProfile', '-NonInteractive', '-Command', $command -PassThru -RedirectStandardOutput (Join-Path $folder "$($App.Name).out") -RedirectStandardError (Join-Path $folder "$($App.Name).err")
        try {
            $until = [DateTime]::UtcNow.AddSeconds(120)
            while (-not (@((Get-UpgradeRun $App.Name -ErrorAction Ignore) | Select-Object -First 1 | ForEach-Object { $_.Steps }) | Where-Object { $_.Id -eq 'Start' -and $_.Stop.Text -eq '1.1.0' })) {
                if ($process.HasExited -or [DateTime]::UtcNow -gt $until) { throw "The upgrade did not come to its start: $(Get-Content (Join-Path $folder "$($App.Name).*"))" }
                Start-Sleep -Milliseconds 100
            }
            while (-not (Get-SampleProcess $App.Folder)) {
                if ($process.HasExited -or [DateTime]::UtcNow -gt $until) { throw "The new version was not started: $(Get-Content (Join-Path $folder "$($App.Name).*"))" }
                Start-Sleep -Milliseconds 20
            }
        }
        finally { $process.Kill() }
        $process.WaitForExit()
        Add-Content -LiteralPath $App.Environment 'SAMPLEAPP_MIGRATION_DELAY_MS=0'
    }
}

AfterAll {
    Stop-SampleApps $folder
    $env:UPGRADEMODULE_STORE = $storeBefore
    Remove-Item -LiteralPath $folder -Recurse -Force
}

Describe 'The history of runs' {
    It 'is chained, its head is in results, runs, reports and notices, and a record that was changed shows' {
        Test-UpgradeHistory -Quiet | Should -BeTrue
        $app = New-SampleApp -Folder $folder -Start
        $told = [Collections.Generic.List[object]]::new()
        $hook = Start-Hook
        try { $result = Invoke-AppUpgrade $app.Name -To 1.1.0 -ArtifactPath $artifacts -OnEnd { $told.Add($_) } -WebhookUri $hook.Uri } finally { Stop-Hook $hook }
        $result.Outcome | Should -Be Succeeded -Because $result.Error
        $head = $result.HistoryHead
        $head | Should -Match '^[0-9a-f]{64}$'
        $told.HistoryHead | Should -Be $head
        $posted = $hook.Heard.ToArray() | ConvertFrom-Json
        $posted.historyHead, $posted.event | Should -Be $head, 'UpgradeEnded'
        (Get-UpgradeRun $app.Name).HistoryHead | Should -Be $head
        $html = Get-UpgradeRun $app.Name | Export-UpgradeReport -Path $folder
        Get-Content -LiteralPath $html.Path -Raw | Should -Match $head
        $json = $result | Export-UpgradeReport -Path $folder -Format Json
        $kept = (Get-Content -LiteralPath $json.Path -Raw | ConvertFrom-Json).run.historyHead
        $kept | Should -Be $head
        $named = $result | Export-UpgradeReport -Path (Join-Path $folder report.JSON)
        $named.Format | Should -Be Json
        (Get-Content -LiteralPath $named.Path -Raw | ConvertFrom-Json).run.historyHead | Should -Be $head
        ($result | Export-UpgradeReport -Path (Join-Path $folder page.json) -Format Html).Format | Should -Be Html

        # What the module does afterwards removes nothing.
        $null = $result | Complete-UpgradeRun -Force
        $null = Stop-AppService $app.Name
        $deployment = Get-AppDeployment $app.Name
        Unregister-AppDeployment $app.Name
        $found = Test-UpgradeHistory -Head $kept
        $found | Should -BeOfType UpgradeModule.HistoryTestResult
        $found.Intact | Should -BeTrue -Because "$($found.FirstBroken)"
        $found.ContainsHead | Should -BeTrue
        $found.Head | Should -Not -Be $kept
        $found.Unchained | Should -BeNullOrEmpty
        Test-UpgradeHistory -Head $kept -Quiet | Should -BeTrue
        Test-UpgradeHistory -Head ('a' * 64) -Quiet | Should -BeFalse
        @($deployment, $deployment | Test-UpgradeHistory) | Should -HaveCount 1

        # Through Clixml, too.
        $file = Join-Path $folder found.xml
        $found | Export-Clixml $file
        (Import-Clixml $file | Out-String) | Should -Match 'Intact\s+: True'
        if (-not (Get-Command sqlite3 -ErrorAction Ignore)) { return }
        sqlite3 $env:UPGRADEMODULE_STORE "UPDATE runs SET document = replace(document, 'Succeeded', 'RolledBack') WHERE run_id = '$($result.RunId)'"
        $broken = Test-UpgradeHistory
        $broken.Intact | Should -BeFalse
        $broken.FirstBroken.RunId | Should -Be $result.RunId
        Test-UpgradeHistory -Quiet | Should -BeFalse
        ($broken | Out-String) | Should -Match 'FirstBroken\s+: \S'
        Remove-Item -LiteralPath $env:UPGRADEMODULE_STORE
    }

    It 'lies beside the artifact for a deployment that no store knows' {
        $app = New-SampleApp -Folder $folder -Unstored
        $null = $app.Deployment | Start-AppService | Wait-AppService
        $result = $app.Deployment | Get-UpgradePath -To 1.1.0 | Invoke-AppUpgrade -ArtifactPath $artifacts
        $null = $app.Deployment | Stop-AppService
        $found = $app.Deployment | Test-UpgradeHistory -Head $result.HistoryHead
        $found.Intact, $found.ContainsHead, $found.Runs | Should -Be $true, $true, 1
        $record = Join-Path $found.Journal "run-$($result.RunId).json"
        (Get-Content -LiteralPath $record -Raw) -replace 'Succeeded', 'RolledBack' | Set-Content -LiteralPath $record -NoNewline
        ($app.Deployment | Test-UpgradeHistory).FirstBroken.RunId | Should -Be $result.RunId
    }
}

Describe 'A run that was cut short' {
    It 'is told by what is done by hand, which is refused where it would do harm; and its end is told where it is resumed and undone' {
        $app = New-SampleApp -Folder $folder -Start
        $id = Add-Note $app.Url
        Start-CutShort $app
        (Get-UpgradeRun $app.Name).Outcome | Should -Be Interrupted
        (Test-UpgradeHistory).Intact | Should -BeTrue

        # The application goes on without the process that was killed. Stopped in the middle of a migration, its data would be half migrated, and the run could only be taken back.
        $null = Wait-AppService $app.Name -Timeout 00:02:00
        $null = Stop-AppService $app.Name -WarningVariable warned -WarningAction SilentlyContinue
        "$warned" | Should -Match 'Resume-UpgradeRun.*Undo-UpgradeRun'
        $null = Backup-AppDatabase $app.Name -WarningVariable warned -WarningAction SilentlyContinue
        "$warned" | Should -Match 'Resume-UpgradeRun.*between two versions'
        (Get-ErrorOf { Update-AppArtifact $app.Name -Version 2.0.0 -ArtifactPath (Get-SampleArtifact 2.0.0) }).FullyQualifiedErrorId | Should -BeLike 'RunInterrupted,*'
        $backup = Get-AppBackup -Name $app.Name | Select-Object -First 1
        (Get-ErrorOf { $backup | Restore-AppDatabase -Confirm:$false }).FullyQualifiedErrorId | Should -BeLike 'RunInterrupted,*'
        $null = Start-AppService $app.Name -WarningVariable warned -WarningAction SilentlyContinue
        "$warned" | Should -Match 'Resume-UpgradeRun'

        # Neither a script block nor a webhook that fails is the run's failure.
        $told = [Collections.Generic.List[object]]::new()
        $resumed = Resume-UpgradeRun $app.Name -OnEnd { $told.Add($_); throw 'no' } -WebhookUri "http://127.0.0.1:$(Get-FreePort)/" -WarningVariable warned -WarningAction SilentlyContinue
        $resumed.Outcome | Should -Be Succeeded -Because $resumed.Error
        $told.RunId | Should -Be $resumed.RunId
        "$warned" | Should -Match 'script block of -OnEnd failed'
        "$warned" | Should -Match 'could not be told to'
        $found = Test-UpgradeHistory -Head $resumed.HistoryHead
        $found.Intact, $found.ContainsHead | Should -Be $true, $true

        $hook = Start-Hook
        $told.Clear()
        try { $undone = Undo-UpgradeRun $resumed.RunId -Strategy Restore -Force -OnEnd { param($result) $told.Add($result) } -WebhookUri $hook.Uri } finally { Stop-Hook $hook }
        $undone.Outcome | Should -Be RolledBack -Because $undone.Error
        $posted = $hook.Heard.ToArray() | ConvertFrom-Json
        $posted.event, $posted.runId, $posted.historyHead | Should -Be 'UndoEnded', $undone.RunId, $undone.HistoryHead
        $told.RunId | Should -Be $undone.RunId
        Get-AnsweredVersion $app.Url | Should -Be 'v1.0.0'
        Get-NoteId $app.Url | Should -Contain $id

        # What has nothing to do tells nobody.
        $told.Clear()
        $null = Undo-UpgradeRun $resumed.RunId -Force -OnEnd { $told.Add($_) } -WarningAction SilentlyContinue
        $told | Should -BeNullOrEmpty
        $null = Stop-AppService $app.Name -WarningVariable warned
        $warned | Should -BeNullOrEmpty
        (Test-UpgradeHistory).Intact | Should -BeTrue
    }

    It 'refuses a webhook that can not be used before anything is touched' {
        $app = New-SampleApp -Folder $folder -Start
        $null = Invoke-AppUpgrade $app.Name -To 1.1.0 -ArtifactPath $artifacts
        (Get-ErrorOf { Undo-UpgradeRun $app.Name -Force -WebhookUri http://me:secret@127.0.0.1:1/ }).FullyQualifiedErrorId | Should -BeLike 'WebhookInvalid,*'
        (Get-ErrorOf { Resume-UpgradeRun $app.Name -WebhookUri http://hooks.example/ }).FullyQualifiedErrorId | Should -BeLike 'WebhookInvalid,*'
        (Get-ErrorOf { Invoke-MigrateDown $app.Name -To 1.0.0 -Force -WebhookUri http://hooks.example/ }).FullyQualifiedErrorId | Should -BeLike 'WebhookInvalid,*'
        Get-AnsweredVersion $app.Url | Should -Be 'v1.1.0'
        $told = [Collections.Generic.List[object]]::new()
        $down = Invoke-MigrateDown $app.Name -To 1.0.0 -Force -OnEnd { $told.Add($_) }
        $down.Outcome | Should -Be Succeeded -Because $down.Error
        $told.RunId | Should -Be $down.RunId
        $null = Stop-AppService $app.Name
    }
}
