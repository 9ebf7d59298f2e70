# Backups of PostgreSQL: what writes them, how they are compressed, by how many connections.

BeforeDiscovery {
    Import-Module (Join-Path $PSScriptRoot Support/SampleAppTesting.psm1) -Force
    $script:missing = Get-PostgresMissing
}

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot Support/UpgradeTesting.psm1) -Force
    Import-Module (Join-Path $PSScriptRoot Support/SampleAppTesting.psm1) -Force
    Import-BuiltModule
}

Describe 'Backups of PostgreSQL' -ForEach @{ Missing = $missing } {
    BeforeAll {
        if ($Missing) { return }
        $script:folder = New-TestFolder
        $script:storeBefore = $env:UPGRADEMODULE_STORE
        $env:UPGRADEMODULE_STORE = Join-Path $folder store.db
        $script:server = Start-TestPostgres
        $script:database = New-TestDatabase $server
        $null = Invoke-TestSql $server -Database $database.Name "SET ROLE `"$($database.Name)`"; CREATE SCHEMA app; CREATE TABLE app.a AS SELECT i, md5(i::text) AS t FROM generate_series(1, 2000) i; CREATE TABLE app.b AS SELECT 1 AS i"
        $artifact = Join-Path $folder app.bin
        Set-Content -LiteralPath $artifact -Value x
        if (-not $IsWindows) { chmod +x $artifact }
        $settings = Join-Path $folder sampleapp.env
        Set-SampleSetting $settings 'SAMPLEAPP_PORT=1', 'SAMPLEAPP_DB_TYPE=postgres', 'SAMPLEAPP_DB_HOST=127.0.0.1', "SAMPLEAPP_DB_PORT=$($server.Port)", "SAMPLEAPP_DB_NAME=$($database.Name)", "SAMPLEAPP_DB_USER=$($database.User)", "SAMPLEAPP_DB_PASSWORD=$($database.Password)"

        function Invoke-PgDump {
            $env:PGPASSWORD = $server.Password
            try { $said = & "$($server.Bin)/pg_dump" -h 127.0.0.1 -p $server.Port -U postgres -d @args 2>&1 } finally { $env:PGPASSWORD = $null }
            if ($LASTEXITCODE -ne 0) { throw "pg_dump: $said" }
            $said
        }
        # What pg_dump says of a database, with its own rights and settings or without.
        function Get-Dump([string] $Name, [switch] $Inside) { Invoke-PgDump $Name @($Inside ? @() : @('-C')) | Where-Object { $_ -notmatch '^\\(un)?restrict ' } }

        $null = Register-AppDeployment notes -App (Get-SampleDefinition) -ArtifactPath $artifact -Command $artifact -EnvironmentFile $settings -BackupPath (Join-Path $folder backups) -WarningAction Ignore -ErrorAction Stop
    }

    AfterAll {
        if ($Missing) { return }
        Stop-TestPostgres $server
        $env:UPGRADEMODULE_STORE = $storeBefore
        Remove-Item -LiteralPath $folder -Recurse -Force
    }

    BeforeEach { if ($Missing) { Set-ItResult -Skipped -Because $Missing } }

    It 'with <Asked> are <File>, and proven' -ForEach @(
        @{ Asked = 'nothing'; With = @{}; File = 'database.sql.gz' }
        @{ Asked = '-Compression Brotli'; With = @{ Compression = 'Brotli' }; File = 'database.sql.br' }
        @{ Asked = '-Compression None -Jobs 1'; With = @{ Compression = 'None'; Jobs = 1 }; File = 'database.sql' }
        @{ Asked = '-Engine Managed -Jobs 4'; With = @{ Engine = 'Managed'; Jobs = 4 }; File = 'database.sql.gz' }
        @{ Asked = '-Engine PgDump'; With = @{ Engine = 'PgDump' }; File = 'database.dump' }
    ) {
        $backup = Backup-AppDatabase notes @With -WarningAction Ignore -ErrorAction Stop
        Join-Path $backup.Path data $File | Should -Exist
        $backup.Tables, $backup.Rows | Should -Be 2, 2001
        ($backup | Test-AppBackup -WarningAction Ignore -ErrorAction Stop).Valid | Should -BeTrue
    }

    It 'are plain SQL without compression' {
        $backup = Backup-AppDatabase notes -Compression None -WarningAction Ignore -ErrorAction Stop
        $null = Invoke-TestSql $server 'CREATE DATABASE again'
        $null = Invoke-TestSql $server -Database again (Get-Content -LiteralPath (Join-Path $backup.Path data/database.sql) -Raw)
        Invoke-TestSql $server -Database again 'SELECT count(*), md5(string_agg(t, '''' ORDER BY i)) FROM app.a' | Should -Be (Invoke-TestSql $server -Database $database.Name 'SELECT count(*), md5(string_agg(t, '''' ORDER BY i)) FROM app.a')
    }

    It 'are compared row by row' {
        $test = Backup-AppDatabase notes -WarningAction Ignore -ErrorAction Stop | Test-AppBackup -Deep -WarningAction Ignore -ErrorAction Stop
        $test.Valid, $test.TablesCompared, $test.RowsCompared, $test.TablesHashed | Should -Be $true, 2, 2001, 2
    }

    It 'are put back with owner, rights and settings, where a session is in the way it is named, and ended by -Force' -Tag Long {
        $name = $database.Name
        $null = Invoke-TestSql $server "CREATE ROLE reader; ALTER DATABASE `"$name`" SET work_mem = '7MB'; ALTER ROLE `"$name`" IN DATABASE `"$name`" SET statement_timeout = '77s'; GRANT CONNECT ON DATABASE `"$name`" TO reader; COMMENT ON DATABASE `"$name`" IS 'of the test'"
        $null = Invoke-TestSql $server -Database $name "SET ROLE `"$name`"; GRANT USAGE ON SCHEMA app TO reader; GRANT SELECT ON app.a TO reader; CREATE INDEX ON app.a (t)"
        $before = Get-Dump $name
        $backup = Backup-AppDatabase notes -WarningAction Ignore -ErrorAction Stop
        $null = Invoke-TestSql $server -Database $name 'DELETE FROM app.a; DROP TABLE app.b'
        $session = Start-Process $server.Psql '-h', '127.0.0.1', '-p', $server.Port, '-U', $database.User, '-d', $name, '-X', '-c', '"SELECT pg_sleep(600)"' -Environment @{ PGPASSWORD = $database.Password; PGAPPNAME = 'the report of the night' } -PassThru -RedirectStandardOutput "$folder/session.out" -RedirectStandardError "$folder/session.err"
        try {
            foreach ($try in 1..200) { if (Invoke-TestSql $server "SELECT 1 FROM pg_stat_activity WHERE application_name = 'the report of the night' AND state = 'active'") { break }; Start-Sleep -Milliseconds 50 }
            $refused = $null
            $backup | Restore-AppDatabase -Confirm:$false -ErrorVariable refused -ErrorAction SilentlyContinue -WarningAction Ignore
            $refused[0].FullyQualifiedErrorId | Should -BeLike 'DatabaseInUse,*'
            "$($refused[0].ErrorDetails)" | Should -Match 'the report of the night'
            $refused[0].ErrorDetails.RecommendedAction | Should -Match '-Force'
            Invoke-TestSql $server -Database $name 'SELECT count(*) FROM app.a' | Should -Be 0
            $restored = $backup | Restore-AppDatabase -Force -WarningVariable warned -WarningAction SilentlyContinue -ErrorAction Stop
            "$warned" | Should -Match 'the report of the night'
            $session.WaitForExit(20000) | Should -BeTrue
        }
        finally { if (-not $session.HasExited) { $session.Kill() } }
        $restored.Tables, $restored.Rows | Should -Be 2, 2001
        $restored.KeptAs | Should -Match "^${name}__um_before-restore-\d{14}$"
        Invoke-TestSql $server -Database $restored.KeptAs 'SELECT count(*) FROM app.a' | Should -Be 0
        Get-Dump $name | Should -Be $before
        $restored | Remove-AppDatabaseCopy -Force -ErrorAction Stop
        Invoke-TestSql $server "SELECT count(*) FROM pg_database WHERE datname LIKE '%\_um\_%'" | Should -Be 0
    }

    It 'that pg_dump made are restored as well, and what the module made is restored by gunzip and psql' -Tag Long {
        $name = $database.Name
        $before = Get-Dump $name
        $bin = "$($server.Bin)/pg_dump"
        $archives = @{ custom = '-Fc'; tar = '-Ft'; directory = '-Fd'; plain = '-Fp' }
        foreach ($kind in $archives.Keys) { Invoke-PgDump $name $archives[$kind] '-f' (Join-Path $folder "archive.$kind") }
        foreach ($kind in $archives.Keys) {
            $null = Invoke-TestSql $server -Database $name 'DELETE FROM app.a'
            $restored = Restore-AppDatabase notes -ArchivePath (Join-Path $folder "archive.$kind") -Force -WarningAction Ignore -ErrorAction Stop
            $restored.Tables, $restored.Rows | Should -Be 2, 2001 -Because $kind
            Get-Dump $name | Should -Be $before -Because $kind
            $restored | Remove-AppDatabaseCopy -Force -ErrorAction Stop
        }
        $backup = Backup-AppDatabase notes -WarningAction Ignore -ErrorAction Stop
        $null = Invoke-TestSql $server "CREATE DATABASE stock TEMPLATE template0"
        $env:PGPASSWORD = $server.Password
        try { sh -c "gunzip -c '$($backup.Path)/data/database.sql.gz' | '$($server.Psql)' -h 127.0.0.1 -p $($server.Port) -U postgres --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --output=/dev/null --dbname=stock" } finally { $env:PGPASSWORD = $null }
        $LASTEXITCODE | Should -Be 0
        Get-Dump stock -Inside | Should -Be (Get-Dump $name -Inside)
    }

    It 'tell how far they are: the percentage by bytes, tables, rate and time left; and are gzip in members that stand alone' -Tag Long {
        foreach ($table in 1..4) { $null = Invoke-TestSql $server -Database $database.Name "SET ROLE `"$($database.Name)`"; CREATE TABLE app.big$table AS SELECT i, md5(i::text) || md5((i + 1)::text) || md5((i + 2)::text) AS t FROM generate_series(1, 1500000) i" }
        $seen = @{}
        foreach ($work in 'Backup-AppDatabase notes -Jobs 1', 'Get-AppBackup notes -Latest | Test-AppBackup') {
            $shell = [powershell]::Create()
            try {
                $null = $shell.AddScript("Import-Module '$(Get-BuiltManifest)'; $work -WarningAction Ignore -ErrorAction Stop").Invoke()
                $seen[$work] = @($shell.Streams.Progress.ReadAll() | Where-Object Activity -NotMatch 'module')
            }
            finally { $shell.Dispose() }
            $seen[$work].Count | Should -BeGreaterThan 5
            $seen[$work][-1].RecordType | Should -Be Completed
            $percent = @($seen[$work] | Where-Object { $_.ParentActivityId -lt 0 -and $_.RecordType -eq 'Processing' } | ForEach-Object PercentComplete)
            $percent | Should -Be ($percent | Sort-Object) -Because 'it never goes back'
            @($percent | Sort-Object -Unique).Count | Should -BeGreaterThan 4
            @($seen[$work].StatusDescription -match '\d+%, [1-5] of 6 tables, [\d.]+ MiB, [\d.]+ MiB/s, app\.big\d').Count | Should -BeGreaterThan 2
            @($seen[$work] | Where-Object SecondsRemaining -GT 0) | Should -Not -BeNullOrEmpty
        }

        $backup = Get-AppBackup notes -Latest
        $data = Join-Path $backup.Path data/database.sql.gz
        $blocks = (Get-Content -LiteralPath (Join-Path $backup.Path data/database.index.json) -Raw | ConvertFrom-Json -AsHashtable).blocks
        ($blocks | ForEach-Object length | Measure-Object -Sum).Sum | Should -Be (Get-Item -LiteralPath $data).Length
        # About a mebibyte of rows each, to the end of what the server sent last.
        ($blocks | ForEach-Object raw | Measure-Object -Maximum).Maximum | Should -BeLessThan 1.25MB
        $blocks.Count | Should -BeGreaterThan 150
        $file = [IO.File]::OpenRead($data)
        try {
            foreach ($block in $blocks | Get-Random -Count 10) {
                $bytes = [byte[]]::new($block.length)
                $file.Position = $block.ContainsKey('offset') ? $block.offset : 0
                $file.ReadExactly($bytes)
                $plain = [IO.MemoryStream]::new()
                $unpacked = [IO.Compression.GZipStream]::new([IO.MemoryStream]::new($bytes), [IO.Compression.CompressionMode]::Decompress)
                try { $unpacked.CopyTo($plain) } finally { $unpacked.Dispose() }
                $plain.Length | Should -Be $block.raw
            }
        }
        finally { $file.Dispose() }
        $manifest = Get-Content -LiteralPath (Join-Path $backup.Path manifest.json) -Raw
        $manifest | Should -Match ([Environment]::Version.Major -ge 9 ? 'gzip level 2' : 'gzip preset Optimal')
    }

    It 'take only words and numbers that mean something' {
        { Backup-AppDatabase notes -Jobs 0 } | Should -Throw -ErrorId 'ParameterArgumentValidationError,*'
        { Backup-AppDatabase notes -Compression Zip } | Should -Throw -ErrorId 'CannotConvertArgumentNoMessage,*'
        { Backup-AppDatabase notes -Engine Other } | Should -Throw -ErrorId 'CannotConvertArgumentNoMessage,*'
    }
}
