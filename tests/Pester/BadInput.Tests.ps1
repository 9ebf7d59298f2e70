BeforeDiscovery {
    Import-Module (Join-Path $PSScriptRoot Support/SampleAppTesting.psm1) -Force
    # What needs no app: the command, its error, and what its message and advice must tell. {0} is a folder of the test.
    $script:words = @(
        @{ What = 'an unknown app'; Command = { Get-UpgradePath metabse 0.50.1 }; Id = 'AppNotFound'; Target = 'metabse'; Category = 'ObjectNotFound'; Says = 'metabase' }
        @{ What = 'an unknown app of which releases are wanted'; Command = { Get-AppRelease metabse }; Id = 'AppNotFound'; Target = 'metabse'; Category = 'ObjectNotFound'; Says = 'metabase' }
        @{ What = 'an unknown app of which a definition is wanted'; Command = { Get-AppDefinition metabse }; Id = 'AppNotFound'; Target = 'metabse'; Category = 'ObjectNotFound'; Says = 'metabase' }
        @{ What = 'an unknown app of a new deployment'; Command = { New-AppDeployment x metabse }; Id = 'AppNotFound'; Target = 'metabse'; Category = 'ObjectNotFound'; Says = 'metabase' }
        @{ What = 'an unknown app of which a file is wanted'; Command = { Save-AppArtifact metabse 0.50.1 }; Id = 'AppNotFound'; Target = 'metabse'; Category = 'ObjectNotFound'; Says = 'metabase' }
        @{ What = 'a version that never was'; Command = { Get-UpgradePath metabase 0.50.36 -To 0.50.999 }; Id = 'VersionNotFound'; Target = '0.50.999'; Category = 'ObjectNotFound'; Says = '0\.50\.36' }
        @{ What = 'a target that is no version'; Command = { Get-UpgradePath metabase 0.50.36 -To newest }; Id = 'VersionInvalid'; Target = 'newest'; Category = 'InvalidArgument'; Says = 'latest' }
        @{ What = 'a start that is no version'; Command = { Get-UpgradePath metabase new }; Id = 'VersionInvalid'; Target = 'new'; Category = 'InvalidArgument'; Says = 'is written like' }
        @{ What = 'an older target'; Command = { Get-UpgradePath metabase 0.50.36 -To 0.49.1 }; Id = 'TargetOlder'; Target = '0.49.1'; Category = 'InvalidArgument'; Says = 'Undo-UpgradeRun.*Restore-AppDatabase.*Invoke-MigrateDown' }
        @{ What = 'an unknown edition'; Command = { Get-UpgradePath metabase 0.50.36 -Edition premium }; Id = 'EditionNotFound'; Target = 'premium'; Category = 'ObjectNotFound'; Says = 'oss, ee' }
        @{ What = 'a path that belongs to no deployment'; Command = { Get-UpgradePath metabase 0.50.1 -To 0.50.36 | Invoke-AppUpgrade }; Id = 'DeploymentMissing'; Target = 'metabase 0.50.1 -> 0.50.36'; Category = 'InvalidArgument'; Says = 'Get-AppDeployment' }
        @{ What = 'a name that is none of a deployment'; Command = { Register-AppDeployment 'a*b' (Get-SampleDefinition) -ArtifactPath (Get-SampleArtifact 1.0.0) }; Id = 'DeploymentInvalid'; Target = 'a*b'; Category = 'InvalidArgument'; Says = 'letters' }
        @{ What = 'a name that leads out of the folder'; Command = { Register-AppDeployment '../x' (Get-SampleDefinition) -ArtifactPath (Get-SampleArtifact 1.0.0) }; Id = 'DeploymentInvalid'; Target = '../x'; Category = 'InvalidArgument'; Says = 'letters' }
        @{ What = 'a file that is not there'; Command = { Register-AppDeployment x (Get-SampleDefinition) -ArtifactPath (Join-Path $folder none) }; Id = 'ArtifactNotFound'; Target = '{0}/none'; Category = 'ObjectNotFound'; Says = 'Save-AppArtifact' }
        @{ What = 'an environment file that is not there'; Command = { Register-AppDeployment x (Get-SampleDefinition) -ArtifactPath (Get-SampleArtifact 1.0.0) -EnvironmentFile (Join-Path $folder none.env) }; Id = 'EnvironmentFileNotFound'; Target = '{0}/none.env'; Category = 'ObjectNotFound'; Says = 'path' }
        @{ What = 'a definition that is not there'; Command = { Register-AppDeployment x (Join-Path $folder none.json) }; Id = 'DefinitionNotFound'; Target = '{0}/none.json'; Category = 'ObjectNotFound'; Says = 'none\.json' }
        @{ What = 'a definition that ships with the module'; Command = { Unregister-AppDefinition metabase }; Id = 'DefinitionShipped'; Target = 'metabase'; Category = 'InvalidOperation'; Says = 'ships' }
        @{ What = 'an unknown run'; Command = { Complete-UpgradeRun none -Force }; Id = 'RunNotFound'; Target = 'none'; Category = 'ObjectNotFound'; Says = 'Get-UpgradeRun' }
        @{ What = 'an unknown run to go on with'; Command = { Resume-UpgradeRun none }; Id = 'RunNotFound'; Target = 'none'; Category = 'ObjectNotFound'; Says = 'Get-UpgradeRun' }
        @{ What = 'an unknown run to undo'; Command = { Undo-UpgradeRun none -Force }; Id = 'RunNotFound'; Target = 'none'; Category = 'ObjectNotFound'; Says = 'Get-UpgradeRun' }
        @{ What = 'an unknown backup'; Command = { Test-AppBackup none }; Id = 'BackupNotFound'; Target = 'none'; Category = 'ObjectNotFound'; Says = 'Get-AppBackup' }
        @{ What = 'a folder of backups that is not there'; Command = { Get-AppBackup -Path (Join-Path $folder none) }; Id = 'BackupNotFound'; Target = '{0}/none'; Category = 'ObjectNotFound'; Says = 'Get-AppBackup' }
        @{ What = 'a file that fails its checksum'; Command = { Save-AppArtifact (Get-SampleDefinition) 1.1.0 -ArtifactPath (Get-SampleArtifact 1.1.0) -Sha256 ('0' * 64) -Destination (Join-Path $folder got) }; Id = 'ArtifactChecksumMismatch'; Target = '*sampleapp-1.1.0*'; Category = 'SecurityError'; Says = 'SHA-256' }
        @{ What = 'a file that is not the version asked for'; Command = { Save-AppArtifact (Get-SampleDefinition) 2.0.0 -ArtifactPath (Get-SampleArtifact 1.1.0) -Destination (Join-Path $folder got) }; Id = 'ArtifactVersionMismatch'; Target = '*sampleapp-1.1.0*'; Category = 'InvalidData'; Says = '1\.1\.0.*2\.0\.0' }
        @{ What = 'a file to fetch that is not there'; Command = { Save-AppArtifact (Get-SampleDefinition) 2.0.0 -ArtifactPath (Join-Path $folder none) -Destination (Join-Path $folder got) }; Id = 'ArtifactNotFound'; Target = '{0}/none'; Category = 'ObjectNotFound'; Says = 'path' }
        @{ What = 'a mirror that is not there'; Command = { Save-AppArtifact (Get-SampleDefinition) 2.0.0 -BaseUrl http://127.0.0.1:1 -Destination (Join-Path $folder got) }; Id = 'ArtifactDownloadFailed'; Target = 'http://127.0.0.1:1/*'; Category = 'ConnectionError'; Says = '-BaseUrl' }
        @{ What = 'a path of another provider'; Command = { Get-AppDeployment -StorePath Env:/store.db }; Id = 'PathNotSupported'; Target = 'Env:/store.db'; Category = 'InvalidArgument'; Says = 'file system' }
    )
    $script:mistakes = @(
        @{ Mistake = 'a text where a number belongs'; From = '"graceSeconds": 10'; To = '"graceSeconds": "ten"'; Reason = 'number' }
        @{ Mistake = 'a misspelt property'; From = '"deep": ['; To = '"deeep": ['; Reason = "'deep'" }
        @{ Mistake = 'a release that is no version'; From = '{ "version": "1.1.0"'; To = '{ "version": "one.one"'; Reason = 'one\.one' }
        @{ Mistake = 'an unknown kind'; From = '"kind": "liquibase"'; To = '"kind": "liquid"'; Reason = 'liquid' }
        @{ Mistake = 'an end too early'; From = '"backup": {'; To = ']"backup": {'; Reason = 'JSON' }
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
    $script:noPostgres = Get-PostgresMissing

    # One error, with an id, a category and the thing that failed.
    function Assert-OneError($Errors, [string] $Id, [string] $Target, [string] $Category, [string] $Says) {
        $Errors = @($Errors | Where-Object { $_ })
        $Errors | Should -HaveCount 1 -Because (@($Errors | ForEach-Object { "$($_.FullyQualifiedErrorId): $_" }) -join "`n")
        $one = $Errors[0]
        $one.FullyQualifiedErrorId | Should -BeLike "$Id,UpgradeModule.Commands.*Command"
        "$($one.TargetObject)" | Should -BeLike $Target
        $one.TargetObject | Should -Not -BeOfType ([Management.Automation.Cmdlet])
        $one.CategoryInfo.Category | Should -Be $Category
        "$one $($one.ErrorDetails.RecommendedAction)" | Should -Match $Says
    }

    # The app still runs as the same process, with the same rows.
    function Assert-Untouched($App, [int] $Process, [long] $Note) {
        (Get-SampleProcess $App.Folder).Id | Should -Be $Process
        Get-NoteId $App.Url | Should -Contain $Note
    }
}

AfterAll {
    Stop-SampleApps $folder
    $env:UPGRADEMODULE_STORE = $storeBefore
    Remove-Item -LiteralPath $folder -Recurse -Force
}

Describe 'Words that mean nothing' {
    It 'gives one error, and what to do, for <What>' -ForEach $words {
        $path = [IO.Path]::DirectorySeparatorChar
        Assert-OneError (Get-ErrorOf $Command) $Id ($Target -replace '^\{0\}/', "$folder$path") $Category $Says
        Get-ChildItem -LiteralPath (Join-Path $folder got) -Recurse -File -ErrorAction Ignore | Should -BeNullOrEmpty -Because 'what is refused is not left there'
    }

    It 'ends a script that wants that' { { Get-UpgradePath metabse 0.50.1 -ErrorAction Stop } | Should -Throw -ErrorId 'AppNotFound,UpgradeModule.Commands.GetUpgradePathCommand' }

    It 'goes on with the next input' {
        $found = 'none', 'nobody' | Get-UpgradePath -ErrorVariable failed -ErrorAction SilentlyContinue
        $found | Should -BeNullOrEmpty
        $failed.TargetObject | Should -Be 'none', 'nobody'
    }

    It 'does nothing, and is no error, where the pipeline is empty' {
        Get-ErrorOf { @() | Invoke-AppUpgrade; @() | Backup-AppDatabase; @() | Get-UpgradePath; @() | Restore-AppDatabase -Force; @() | Complete-UpgradeRun -Force } | Should -BeNullOrEmpty
        Get-ErrorOf { Get-AppDeployment 'none*' | Get-UpgradePath | Invoke-AppUpgrade } | Should -BeNullOrEmpty
    }

    It 'says that nothing came, where $null did' {
        $failed = @(Get-ErrorOf { $null | Invoke-AppUpgrade })
        $failed | Should -HaveCount 1
        $failed[0].FullyQualifiedErrorId | Should -Be 'ParameterArgumentValidationError,UpgradeModule.Commands.InvokeAppUpgradeCommand'
    }
}

Describe 'A definition with <Mistake>' -ForEach $mistakes {
    BeforeAll {
        $text = Get-Content -LiteralPath (Get-SampleDefinition) -Raw
        $text | Should -BeLike "*$([WildcardPattern]::Escape($From))*"
        $script:file = Join-Path $folder "$($Mistake -replace ' ', '-').json"
        Set-Content -LiteralPath $file $text.Replace($From, $To)
        $script:line = ($text.Substring(0, $text.IndexOf($From)) -split "`n").Count
    }

    It 'is told with its line and the reason' {
        $result = Test-AppDefinition $file
        $result.Valid | Should -BeFalse
        $problem = $result.Problems | Where-Object Line -EQ $line
        $problem | Should -Not -BeNullOrEmpty -Because "line $line, not $($result.Problems -join '; ')"
        "$problem" | Should -Match $Reason
        Test-AppDefinition $file -Quiet -ErrorAction Ignore | Should -BeFalse
    }

    It 'is not registered, nor used' {
        Assert-OneError (Get-ErrorOf { Register-AppDefinition $file }) DefinitionInvalid $file InvalidData "line $line\b"
        Assert-OneError (Get-ErrorOf { Get-UpgradePath $file 1.0.0 }) DefinitionInvalid $file InvalidData "line $line\b"
        (Get-AppDefinition).Name | Should -Not -Contain sampleapp
    }
}

Describe 'Names and paths that people type' {
    BeforeAll {
        # A folder with everything in its name that a shell takes for something else.
        $script:odd = (New-Item -ItemType Directory ([IO.Path]::Combine($folder, 'my apps [1] $x'))).FullName
        $script:app = New-SampleApp -Folder $odd -Name Odd.One -Start
        $script:note = Add-Note $app.Url
    }

    It 'takes an unknown deployment for a slip, and suggests the nearest' {
        Assert-OneError (Get-ErrorOf { Get-AppDeployment Od.One }) DeploymentNotFound Od.One ObjectNotFound 'Odd\.One'
        Assert-OneError (Get-ErrorOf { 'Od.One' | Invoke-AppUpgrade }) DeploymentNotFound Od.One ObjectNotFound 'Odd\.One'
    }

    It 'finds a deployment by wildcards and without regard to case, and takes none for a pattern that fits nothing' {
        (Get-AppDeployment 'odd.*').Name | Should -Be Odd.One
        (Get-AppDeployment 'ODD.one' -NoProbe).Name | Should -Be Odd.One
        Get-ErrorOf { Get-AppDeployment 'none*' } | Should -BeNullOrEmpty
    }

    It 'starts relative paths where the session is' {
        Push-Location -LiteralPath $odd
        try {
            $backup = Backup-AppDatabase Odd.One -Destination './my backups [x]'
            $backup.Path | Should -BeLike "$([WildcardPattern]::Escape((Join-Path $odd 'my backups [x]')))*"
            ($backup.Path | Test-AppBackup).Valid | Should -BeTrue
            (Get-AppBackup -Path './my backups [x]').Id | Should -Be $backup.Id
            $saved = Save-AppArtifact (Resolve-Path -LiteralPath (Get-SampleDefinition) -Relative) 1.1.0 -ArtifactPath (Resolve-Path -LiteralPath (Get-SampleArtifact 1.1.0) -Relative) -Destination './[files]'
            Test-Path -LiteralPath $saved.Path | Should -BeTrue
            $saved.Path | Should -BeLike "$([WildcardPattern]::Escape($odd))*"
        }
        finally { Pop-Location }
    }

    It 'upgrades where the folder has spaces, brackets and a dollar in its name' {
        $result = Get-AppDeployment Odd.One | Get-UpgradePath | Invoke-AppUpgrade -ArtifactPath $artifacts -ErrorAction Stop
        $result.Outcome | Should -Be Succeeded
        Get-AnsweredVersion $app.Url | Should -Be 'v2.0.0'
        Get-NoteId $app.Url | Should -Contain $note
    }
}

Describe 'An upgrade that can not be done' {
    BeforeAll {
        $script:app = New-SampleApp -Folder $folder -Name sound -Start
        $script:note = Add-Note $app.Url
        $script:process = (Get-SampleProcess $app.Folder).Id
    }

    AfterEach { Assert-Untouched $app $process $note }

    It 'goes to no version that never was, and to no older one' {
        Assert-OneError (Get-ErrorOf { Invoke-AppUpgrade sound -To 9.9.9 -ArtifactPath $artifacts }) VersionNotFound 9.9.9 ObjectNotFound '2\.0\.0'
        Assert-OneError (Get-ErrorOf { Get-UpgradePath (Get-SampleDefinition) 2.0.0 -To 1.1.0 }) TargetOlder 1.1.0 InvalidArgument 'Restore-AppDatabase'
    }

    It 'takes no file that fails its checksum, before anything is touched' {
        Assert-OneError (Get-ErrorOf { Invoke-AppUpgrade sound -To 1.1.0 -ArtifactPath (Get-SampleArtifact 1.1.0) -Sha256 ('0' * 64) }) ArtifactChecksumMismatch '*sampleapp-1.1.0*' SecurityError 'SHA-256'
        (Get-UpgradeRun -Name sound | Select-Object -First 1).Downtime | Should -Be ([timespan]::Zero)
    }

    It 'takes no file that is not the version of its stop, before anything is touched' {
        $wrong = (New-Item -ItemType Directory (Join-Path $folder wrong) -Force).FullName
        Copy-Item -LiteralPath (Get-SampleArtifact 1.1.0) $wrong
        Copy-Item -LiteralPath (Get-SampleArtifact 1.1.0) (Join-Path $wrong (Split-Path (Get-SampleArtifact 2.0.0) -Leaf))
        Assert-OneError (Get-ErrorOf { Invoke-AppUpgrade sound -ArtifactPath $wrong }) NotReady sound InvalidOperation 'ArtifactAvailable.*1\.1\.0.*2\.0\.0'
        (Get-UpgradeRun -Name sound | Select-Object -First 1).Downtime | Should -Be ([timespan]::Zero)
    }

    It 'swaps no file under an app that runs' {
        Assert-OneError (Get-ErrorOf { Update-AppArtifact sound -Version 1.1.0 -ArtifactPath (Get-SampleArtifact 1.1.0) }) ServiceRunning sound ResourceBusy 'Stop-AppService'
    }

    It 'restores nothing under an app that runs' {
        $backup = Backup-AppDatabase sound
        $failed = @(Get-ErrorOf { $backup | Restore-AppDatabase -Force })
        $failed | Should -HaveCount 1
        $failed[0].FullyQualifiedErrorId | Should -Match '^(ServiceRunning|DatabaseInUse),UpgradeModule.Commands.RestoreAppDatabaseCommand$'
        "$($failed[0]) $($failed[0].ErrorDetails.RecommendedAction)" | Should -Match '[Ss]top'
    }

    It 'writes a backup to no disk that is full, and leaves no half of one there' {
        if (-not $IsLinux -or (id -u) -ne '0') { Set-ItResult -Skipped -Because 'only root can make a small disk' }
        $disk = (New-Item -ItemType Directory (Join-Path $folder disk)).FullName
        $said = mount -t tmpfs -o size=64k tmpfs $disk 2>&1
        if ($LASTEXITCODE -ne 0) { Set-ItResult -Skipped -Because "no small disk can be mounted here: $said" }
        try {
            Assert-OneError (Get-ErrorOf { Backup-AppDatabase sound -Destination $disk }) DiskFull '*disk*' LimitsExceeded '(?i)space|room|free'
            @(Get-ChildItem -LiteralPath $disk -Force) | Should -BeNullOrEmpty
            $failed = @(Get-ErrorOf { Invoke-AppUpgrade sound -ArtifactPath $artifacts -BackupDestination $disk })
            $failed | Should -HaveCount 1
            $failed[0].FullyQualifiedErrorId | Should -Be 'NotReady,UpgradeModule.Commands.InvokeAppUpgradeCommand'
            "$($failed[0])" | Should -Match 'DiskSpace'
            @(Get-ChildItem -LiteralPath $disk -Force) | Should -BeNullOrEmpty
        }
        finally { umount $disk }
    }

    It 'restores no backup that was cut short' {
        $backup = Backup-AppDatabase sound -Destination (Join-Path $folder cut)
        $data = Get-ChildItem -LiteralPath (Join-Path $backup.Path data) -Recurse -File | Sort-Object Length | Select-Object -Last 1
        $stream = [IO.File]::OpenWrite($data.FullName)
        $stream.SetLength([int]($data.Length / 2))
        $stream.Dispose()
        $result = $backup | Test-AppBackup
        $result.Valid | Should -BeFalse
        $result.Problems -join ' ' | Should -Match ([regex]::Escape($data.Name))
        ($backup | Test-AppBackup -ChecksumOnly).Valid | Should -BeFalse
        $backup | Test-AppBackup -Quiet | Should -BeFalse
        # Into another deployment, that is stopped: what is there stays.
        $other = New-SampleApp -Folder $folder -Start
        $id = Add-Note $other.Url
        $null = Stop-AppService $other.Name
        Assert-OneError (Get-ErrorOf { Restore-AppDatabase $other.Name $backup -Force }) BackupCorrupt "*$($backup.Id)*" SecurityError ([regex]::Escape($data.Name))
        $null = Start-AppService $other.Name | Wait-AppService
        Get-NoteId $other.Url | Should -Contain $id
        $null = Stop-AppService $other.Name
    }
}

Describe 'Two at once' {
    It 'lets the second process say who is at work, and the first finish' {
        $app = New-SampleApp -Folder $folder -Name busy -Start
        $id = Add-Note $app.Url
        Add-Content -LiteralPath $app.Environment 'SAMPLEAPP_MIGRATION_DELAY_MS=3000'
        $manifest = Get-BuiltManifest
        $first = Start-Job { Import-Module $using:manifest; Invoke-AppUpgrade busy -To 1.1.0 -ArtifactPath $using:artifacts }
        try {
            $until = [datetime]::UtcNow.AddSeconds(60)
            while ((Get-AnsweredVersion $app.Url) -eq 'v1.0.0' -and [datetime]::UtcNow -lt $until) { Start-Sleep -Milliseconds 50 }
            foreach ($second in { Invoke-AppUpgrade busy -To 1.1.0 -ArtifactPath $artifacts }, { Stop-AppService busy }, { Start-AppService busy }, { Restart-AppService busy }) {
                $failed = @(Get-ErrorOf $second)
                $failed | Should -HaveCount 1 -Because "$second"
                $failed[0].FullyQualifiedErrorId | Should -BeLike 'DeploymentLocked,UpgradeModule.Commands.*'
                $failed[0].CategoryInfo.Category | Should -Be ResourceBusy
                "$($failed[0].TargetObject)" | Should -Be busy
                "$($failed[0])" | Should -Match '\d+' -Because 'it says which process'
            }
            $result = $first | Wait-Job -Timeout 120 | Receive-Job
        }
        finally { Remove-Job $first -Force }
        $result.Outcome.ToString() | Should -Be Succeeded -Because $result.Error
        Get-AnsweredVersion $app.Url | Should -Be 'v1.1.0'
        Get-NoteId $app.Url | Should -Contain $id
        @(Get-UpgradeRun -Name busy | Where-Object Outcome -EQ Succeeded) | Should -HaveCount 1
    }
}

Describe 'A machine that is not as it was' {
    It 'starts no app on a port that is taken' {
        $app = New-SampleApp -Folder $folder -Name taken
        $listener = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, $app.Port)
        $listener.Start()
        try { Assert-OneError (Get-ErrorOf { Start-AppService taken }) PortTaken $app.Port ResourceBusy "$($app.Port)" } finally { $listener.Stop() }
        @(Get-SampleProcess $app.Folder) | Should -BeNullOrEmpty
        (Start-AppService taken | Wait-AppService).Health | Should -Be Healthy
        $null = Stop-AppService taken
    }

    It 'says so where the file that a deployment is run from has vanished' {
        $app = New-SampleApp -Folder $folder -Name vanished
        Remove-Item -LiteralPath $app.Artifact
        foreach ($command in { Start-AppService vanished }, { Invoke-AppUpgrade vanished -To 2.0.0 -ArtifactPath $artifacts }) {
            $failed = @(Get-ErrorOf $command)
            $failed | Should -HaveCount 1 -Because "$command"
            $failed[0].FullyQualifiedErrorId | Should -Not -Match 'UnexpectedError'
            $failed[0].CategoryInfo.Category | Should -Not -Be NotSpecified
            "$($failed[0])" | Should -Match ([regex]::Escape($app.Artifact))
        }
        # It can still be looked at.
        (Get-AppDeployment vanished -ErrorAction Stop).Name | Should -Be vanished
    }
}

Describe 'A PostgreSQL server that refuses' {
    BeforeAll {
        if ($noPostgres) { return }
        $script:server = Start-TestPostgres
        $script:database = New-TestDatabase $server -Rights ''
        $script:app = New-SampleApp -Folder $folder -Name guarded -Database $database -Start
        $script:note = Add-Note $app.Url
        $script:process = (Get-SampleProcess $app.Folder).Id
        $script:place = "postgres://$($database.User)@127.0.0.1:$($server.Port)/$($database.Name)"
    }

    AfterAll {
        if ($noPostgres) { return }
        Stop-SampleApps $folder
        Stop-TestPostgres $server
    }

    BeforeEach { if ($noPostgres) { Set-ItResult -Skipped -Because $noPostgres } }
    AfterEach { if (-not $noPostgres) { Assert-Untouched $app $process $note } }

    It 'is told as a wrong password' {
        $wrong = [pscredential]::new($database.User, (ConvertTo-SecureString wrong -AsPlainText -Force))
        Assert-OneError (Get-ErrorOf { Backup-AppDatabase guarded -Credential $wrong }) DatabaseLoginFailed $place AuthenticationError 'password'
        Assert-OneError (Get-ErrorOf { Invoke-AppUpgrade guarded -ArtifactPath $artifacts -Credential $wrong }) NotReady guarded InvalidOperation 'DatabaseReachable.*password'
        @(Get-AppBackup -Name guarded) | Should -BeNullOrEmpty
    }

    It 'is told as unreachable where nobody listens' {
        $port = Get-LoopbackPort
        $lost = New-SampleApp -Folder $folder -Name lost -Unstored -With @{ DatabaseEngine = 'Postgres'; DatabaseServer = '127.0.0.1'; DatabasePort = $port; DatabaseName = 'x'; DatabaseUser = 'x' }
        Assert-OneError (Get-ErrorOf { $lost.Deployment | Backup-AppDatabase }) DatabaseUnreachable "*:$port/x" ConnectionError "$port"
    }

    It 'is told as a missing database' {
        $none = (New-SampleApp -Folder $folder -Name nodata -Unstored -With @{ DatabaseEngine = 'Postgres'; DatabaseServer = '127.0.0.1'; DatabasePort = $server.Port; DatabaseName = 'nodata'; DatabaseUser = 'postgres' }).Deployment
        $log = [pscredential]::new('postgres', (ConvertTo-SecureString $server.Password -AsPlainText -Force))
        Assert-OneError (Get-ErrorOf { $none | Backup-AppDatabase -Credential $log }) DatabaseNotFound '*/nodata' ObjectNotFound 'nodata'
    }

    It 'names the right to create databases where it is missing, before anything is touched' {
        $readiness = Test-UpgradeReadiness guarded -ArtifactPath $artifacts
        $readiness.Ready | Should -BeFalse
        $blocker = $readiness.Blockers | Where-Object Check -EQ DatabaseRights
        $blocker | Should -Not -BeNullOrEmpty -Because ($readiness.Blockers -join '; ')
        "$($blocker.Message) $($blocker.Remedy)" | Should -Match 'CREATEDB'
        "$($blocker.Message) $($blocker.Remedy)" | Should -Match 'MaintenanceCredential|MaintenanceUser'
        Assert-OneError (Get-ErrorOf { Invoke-AppUpgrade guarded -ArtifactPath $artifacts }) NotReady guarded InvalidOperation 'CREATEDB'
        # With somebody who may, it goes.
        $log = [pscredential]::new('postgres', (ConvertTo-SecureString $server.Password -AsPlainText -Force))
        Test-UpgradeReadiness guarded -ArtifactPath $artifacts -MaintenanceCredential $log -Quiet | Should -BeTrue
    }
}
