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

    It 'take only words and numbers that mean something' {
        { Backup-AppDatabase notes -Jobs 0 } | Should -Throw -ErrorId 'ParameterArgumentValidationError,*'
        { Backup-AppDatabase notes -Compression Zip } | Should -Throw -ErrorId 'CannotConvertArgumentNoMessage,*'
        { Backup-AppDatabase notes -Engine Other } | Should -Throw -ErrorId 'CannotConvertArgumentNoMessage,*'
    }
}
