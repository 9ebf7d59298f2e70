# Metabase's stand-in on a real H2, by the definition that ships: as a JAR from the registration to the undo of its upgrade, and the H2 file of a container wherever it lies.

BeforeDiscovery {
    Import-Module (Join-Path $PSScriptRoot Support/MetabaseTesting.psm1) -Force
    $script:missing = Get-MetabaseMissing
    $script:imageMissing = Get-MetabaseImageMissing
    $script:places = 'the container itself', 'a volume', 'a folder of this machine' | ForEach-Object { @{ Place = $_; Missing = $imageMissing } }
}

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot Support/UpgradeTesting.psm1) -Force
    Import-Module (Join-Path $PSScriptRoot Support/SampleAppTesting.psm1) -Force
    Import-Module (Join-Path $PSScriptRoot Support/DockerTesting.psm1) -Force
    Import-Module (Join-Path $PSScriptRoot Support/MetabaseTesting.psm1) -Force
    Import-BuiltModule
    $script:folder = New-TestFolder
    $script:storeBefore = $env:UPGRADEMODULE_STORE
    $script:jarBefore = $env:UPGRADEMODULE_H2_JAR
    $env:UPGRADEMODULE_STORE = Join-Path $folder store.db
    $script:made = [Collections.Generic.List[string]]::new()
    $script:image = $null
    if (-not (Get-MetabaseMissing)) {
        $script:jar = Join-Path $folder 0.49.25.2.jar
        New-MetabaseJar 0.49.25.2 $jar
        $script:data = (New-Item -ItemType Directory (Join-Path $folder data)).FullName
        New-MetabaseData $jar $data
    }

    # A container of 0.49.25.2 with data, whose file lies in a place.
    function New-App([string] $Place) {
        if (-not $image) { $script:image = New-MetabaseImage $jar 0.49.25.2 }
        $option = switch ($Place) {
            'a volume' { '--volume', "um-pester-h2-$(New-Guid):/metabase.db" }
            'a folder of this machine' { '--volume', "$((New-Item -ItemType Directory (Join-Path $folder (New-Guid))).FullName):/metabase.db" }
            default { @() }
        }
        $app = New-MetabaseContainer $image (Join-Path $data metabase.db.mv.db) $option
        $made.Add($app.Name)
        $app
    }
}

AfterAll {
    foreach ($name in $made) {
        $volume = (Get-ContainerFact $name .Mounts | Where-Object Destination -EQ /metabase.db).Name
        $null = docker rm --force --volumes $name
        if ($volume) { $null = docker volume rm $volume }
    }
    if ($image) { $null = docker rmi --force $image }
    $env:UPGRADEMODULE_STORE = $storeBefore
    $env:UPGRADEMODULE_H2_JAR = $jarBefore
    Remove-Item -LiteralPath $folder -Recurse -Force
}

Describe 'An H2 file of a container' -ForEach @{ Missing = $imageMissing } {
    BeforeAll { $env:UPGRADEMODULE_H2_JAR = $jar }
    BeforeEach { if ($Missing) { Set-ItResult -Skipped -Because $Missing } }

    It 'is refused while the application runs, and backed up, proven and put back when it is stopped' {
        $app = New-App
        $null = Register-AppDeployment $app.Name metabase -Container $app.Name -BackupPath (Join-Path $folder backups) -WarningAction Ignore -ErrorAction Stop
        $null = Start-AppService $app.Name -ErrorAction Stop
        (Get-ErrorOf { Backup-AppDatabase $app.Name }).FullyQualifiedErrorId | Should -BeLike 'DatabaseInUse,*'
        $null = Stop-AppService $app.Name -ErrorAction Stop
        $null = docker cp (Join-Path $data metabase.db.mv.db) "$($app.Name):/metabase.db/metabase.db.mv.db"
        $hash = Get-ContainerFileHash $app.Name
        $backup = Backup-AppDatabase $app.Name -ErrorAction Stop
        $test = $backup | Test-AppBackup -ErrorAction Stop
        $test.Valid, $test.TablesCompared, $test.RowsCompared | Should -Be $true, $backup.Tables, $backup.Rows
        $null = docker cp $jar "$($app.Name):/metabase.db/metabase.db.mv.db"
        $restored = $backup | Restore-AppDatabase -Force -ErrorAction Stop
        $restored.Rows | Should -Be $backup.Rows
        Get-ContainerFileHash $app.Name | Should -Be $hash
        Get-ContainerFileHash $app.Name $restored.KeptAs | Should -Be (Get-FileHash -LiteralPath $jar).Hash
    }
}

Describe 'An H2 file in <Place>' -ForEach $places -Tag Long {
    BeforeAll { $env:UPGRADEMODULE_H2_JAR = $jar }
    BeforeEach { if ($Missing) { Set-ItResult -Skipped -Because $Missing } }

    It 'is refused while the application runs, backed up, listed and proven when it is stopped, and put back byte by byte' {
        $app = New-App $Place
        (Register-AppDeployment $app.Name metabase -Container $app.Name -BackupPath (Join-Path $folder backups) -WarningAction Ignore -ErrorAction Stop).Database.Engine | Should -Be H2
        $null = Start-AppService $app.Name -ErrorAction Stop | Wait-AppService -WarningAction Ignore -ErrorAction Stop
        $before = Add-Question $app.Url 'asked before the backup'
        $refused = Get-ErrorOf { Backup-AppDatabase $app.Name }
        $refused.FullyQualifiedErrorId | Should -BeLike 'DatabaseInUse,*'
        $refused.ErrorDetails.RecommendedAction | Should -Match Stop-AppService
        Get-AppBackup $app.Name | Should -BeNullOrEmpty

        (Stop-AppService $app.Name -ErrorAction Stop).Status | Should -Be Stopped
        $hash = Get-ContainerFileHash $app.Name
        $backup = Backup-AppDatabase $app.Name -ErrorAction Stop
        $backup.Engine, $backup.EngineVersion, $backup.Version.Text | Should -Be 'H2', '2.1', '0.49.25.2'
        ($backup.Invariants | ForEach-Object { "$($_.Name) $($_.Value)" } | Sort-Object) | Should -Be 'collections 5', 'dashboards 20', 'questions 301', 'users 12'
        $data = Join-Path $backup.Path data/database.h2-2.1.mv.db
        (Get-FileHash -LiteralPath $data).Hash | Should -Be $hash
        $test = $backup | Test-AppBackup -ErrorAction Stop
        $test.Valid, $test.TablesCompared, $test.RowsCompared | Should -Be $true, $backup.Tables, $backup.Rows
        (Get-AppBackup $app.Name).ProvenOn | Should -Not -BeNullOrEmpty
        $rows = Get-MetabaseRow $data
        $rows | Should -HaveCount 338

        $null = Start-AppService $app.Name -ErrorAction Stop | Wait-AppService -WarningAction Ignore -ErrorAction Stop
        $after = Add-Question $app.Url 'asked after the backup'
        (Get-ErrorOf { $backup | Restore-AppDatabase -Force }).FullyQualifiedErrorId | Should -BeLike 'ServiceRunning,*'
        $null = Stop-AppService $app.Name -ErrorAction Stop
        $replaced = Get-ContainerFileHash $app.Name
        $restored = $backup | Restore-AppDatabase -Force -ErrorAction Stop
        $restored.Rows | Should -Be $backup.Rows
        Get-ContainerFileHash $app.Name | Should -Be $hash
        $copy = Get-AppDatabaseCopy $app.Name
        $copy.KeptAs, $copy.Origin | Should -Be $restored.KeptAs, 'BeforeRestore'
        Get-ContainerFileHash $app.Name "/metabase.db/$(Split-Path -Leaf $copy.KeptAs)" | Should -Be $replaced
        $null = Start-AppService $app.Name -ErrorAction Stop | Wait-AppService -WarningAction Ignore -ErrorAction Stop
        $ids = Get-QuestionId $app.Url
        $ids.Count | Should -Be 301
        $ids | Should -Contain $before
        $ids | Should -Not -Contain $after
        $null = Stop-AppService $app.Name -ErrorAction Stop
        $copy | Remove-AppDatabaseCopy -Force -ErrorAction Stop
        Get-AppDatabaseCopy $app.Name | Should -BeNullOrEmpty
    }
}

Describe 'An H2 file of a container that nothing here can open' -Tag Long -ForEach @{ Missing = $imageMissing } {
    BeforeAll { $env:UPGRADEMODULE_H2_JAR = $null }
    BeforeEach { if ($Missing) { Set-ItResult -Skipped -Because $Missing } }

    It 'is backed up with a warning that tells how the JAR is had, is not called proven, and is once the JAR is here; and no upgrade is begun on it' {
        $app = New-App
        $null = Register-AppDeployment $app.Name metabase -Container $app.Name -BackupPath (Join-Path $folder backups) -WarningAction Ignore -ErrorAction Stop
        $backup = Backup-AppDatabase $app.Name -WarningVariable warned -WarningAction SilentlyContinue -ErrorAction Stop
        $warned | Should -HaveCount 1
        $warned | Should -Match "its tables are not counted.* UPGRADEMODULE_H2_JAR .*'docker cp $($app.Name):/app/metabase\.jar \.' fetches it"
        $backup.Tables | Should -Be 0
        $failure = Get-ErrorOf { $backup | Test-AppBackup }
        $failure.FullyQualifiedErrorId | Should -BeLike 'ScratchUnavailable,*'
        "$($failure.ErrorDetails)" | Should -Match 'docker cp'
        (Get-AppBackup $app.Name).ProvenOn | Should -BeNullOrEmpty
        $backup | Test-AppBackup -ChecksumOnly -Quiet | Should -BeTrue

        # As it was told.
        $null = docker cp "$($app.Name):/app/metabase.jar" (Join-Path $folder fetched.jar)
        $env:UPGRADEMODULE_H2_JAR = Join-Path $folder fetched.jar
        $test = $backup | Test-AppBackup -ErrorAction Stop
        $test.Valid | Should -BeTrue
        ($test | Out-String) -replace '\x1b\[[0-9;]*m' | Should -Match '(?m)^Compared +: no counts'
        (Get-AppBackup $app.Name).ProvenOn | Should -Not -BeNullOrEmpty

        $readiness = Get-AppDeployment $app.Name | Get-UpgradePath -To 0.50.36 | Test-UpgradeReadiness -ErrorAction SilentlyContinue
        $readiness.Ready | Should -BeFalse
        ($readiness.Blockers | Where-Object Check -EQ DataInContainer).Remedy | Should -Match "docker cp $($app.Name):/metabase.db/metabase.db.mv.db"
    }
}

Describe 'Metabase as a JAR on H2' -Tag Long -ForEach @{ Missing = $missing } {
    BeforeEach { if ($Missing) { Set-ItResult -Skipped -Because $Missing } }

    It 'is upgraded with its data, taken back with what was written since, upgraded again, and taken back to the data of before' {
        $place = (New-Item -ItemType Directory (Join-Path $folder metabase)).FullName
        $file = Join-Path $place metabase.db.mv.db
        Copy-Item -LiteralPath $jar (Join-Path $place metabase.jar)
        Copy-Item -LiteralPath (Join-Path $data metabase.db.mv.db) $file
        $next = (New-Item -ItemType Directory (Join-Path $folder artifacts)).FullName
        New-MetabaseJar 0.50.36 (Join-Path $next metabase.jar)
        $port = Get-LoopbackPort
        $url = "http://127.0.0.1:$port"
        Set-SampleSetting (Join-Path $place metabase.env) 'MB_JETTY_HOST=127.0.0.1', "MB_JETTY_PORT=$port"
        $rows = Get-MetabaseRow $file
        $rows | Should -HaveCount 337
        function Get-State { $now = Get-AppDeployment wiki; $now.Version.Text, $now.VersionsAgree, $now.Status, (Get-MetabaseVersion $url) }

        $deployment = Register-AppDeployment wiki metabase -ArtifactPath (Join-Path $place metabase.jar) -EnvironmentFile (Join-Path $place metabase.env) -BackupPath (Join-Path $folder backups) -WarningAction Ignore -ErrorAction Stop
        $deployment.Version.Text, $deployment.Database.Engine, $deployment.Database.Path | Should -Be '0.49.25.2', 'H2', $file
        try {
            $null = $deployment | Start-AppService -ErrorAction Stop | Wait-AppService -WarningAction Ignore -ErrorAction Stop
            Get-State | Should -Be '0.49.25.2', $true, 'Running', 'v0.49.25.2'
            $path = Get-AppDeployment wiki | Get-UpgradePath -To 0.50.36
            $path.Stops.To.Text | Should -Be '0.50.36'
            $source = @{ ArtifactPath = Join-Path $next metabase.jar }
            $readiness = $path | Test-UpgradeReadiness @source
            $readiness.Ready | Should -BeTrue -Because ($readiness.Blockers.Message -join '; ')

            $result = $path | Invoke-AppUpgrade @source -WarningVariable warned -WarningAction SilentlyContinue
            $result.Outcome | Should -Be Succeeded -Because $result.Error
            @($warned -match 'H2 is not meant for production') | Should -HaveCount 1 -Because 'what both starts tell is told once'
            Get-State | Should -Be '0.50.36', $true, 'Running', 'v0.50.36'
            (Get-QuestionId $url).Count | Should -Be 300
            $result.Backup.ProvenOn | Should -Not -BeNullOrEmpty
            $result.InvariantsAfter | Where-Object Name -EQ questions | ForEach-Object Value | Should -Be 300
            (Get-AppMigration wiki | Where-Object Id -Like 'v50.*').Rollback | Sort-Object -Unique | Should -Be Reversible
            $null = Add-Question $url 'asked of 50'

            # Every migration can be taken back: so it does by itself, and keeps what is newer.
            $undone = $result | Undo-UpgradeRun -Force -WarningAction SilentlyContinue
            $undone.Outcome, $undone.Undo.Strategy, $undone.Reached.Text | Should -Be 'RolledBack', 'MigrateDown', '0.49.25.2'
            $undone.Duration | Should -BeGreaterThan $undone.Downtime
            Get-State | Should -Be '0.49.25.2', $true, 'Running', 'v0.49.25.2'
            (Get-QuestionId $url).Count | Should -Be 301
            $null = Stop-AppService wiki -ErrorAction Stop
            $now = Get-MetabaseRow $file
            $rows | Where-Object { $_ -notin $now } | Should -BeNullOrEmpty
            @($now | Where-Object { $_ -notin $rows }) | Should -Be 'question 301 asked of 50 {}'
            @(Invoke-H2 $file "SELECT 'left ' || COUNT(*) FROM databasechangelog WHERE id LIKE 'v50.%'") | Should -Contain 'left 0'
            $null = Start-AppService wiki -ErrorAction Stop | Wait-AppService -WarningAction Ignore -ErrorAction Stop

            # The other way back, which has to be asked for: the file as it was.
            $result = Get-AppDeployment wiki | Get-UpgradePath -To 0.50.36 | Invoke-AppUpgrade @source -WarningAction SilentlyContinue
            $result.Outcome | Should -Be Succeeded -Because $result.Error
            $null = Add-Question $url 'asked of 50 again'
            $undone = Get-UpgradeRun -RunId $result.RunId | Undo-UpgradeRun -Strategy Restore -Force -WarningAction SilentlyContinue -WarningVariable warned
            $undone.Outcome, $undone.Undo.Strategy, $undone.Reached.Text | Should -Be 'RolledBack', 'Restore', '0.49.25.2'
            Get-State | Should -Be '0.49.25.2', $true, 'Running', 'v0.49.25.2'
            $null = Stop-AppService wiki -ErrorAction Stop
            Get-MetabaseRow $file | Should -Be $now
            (Get-UpgradeRun wiki).Outcome | Should -Not -Contain Failed
        }
        finally { $null = Stop-AppService wiki -ErrorAction SilentlyContinue }
    }
}
