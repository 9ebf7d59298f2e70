# What pg_dump made elsewhere, restored by Restore-AppDatabase -ArchivePath: every format, and what is none.

BeforeDiscovery {
    Import-Module (Join-Path $PSScriptRoot Support/SampleAppTesting.psm1) -Force
    $script:missing = Get-PostgresMissing
}

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot Support/UpgradeTesting.psm1) -Force
    Import-Module (Join-Path $PSScriptRoot Support/SampleAppTesting.psm1) -Force
    Import-BuiltModule
}

Describe 'Archives of pg_dump' -ForEach @{ Missing = $missing } {
    BeforeAll {
        if ($Missing) { return }
        $script:folder = New-TestFolder
        $script:storeBefore = $env:UPGRADEMODULE_STORE
        $env:UPGRADEMODULE_STORE = Join-Path $folder store.db
        $script:server = Start-TestPostgres
        $script:database = New-TestDatabase $server
        $null = Invoke-TestSql $server -Database $database.Name "SET ROLE `"$($database.Name)`"; CREATE SCHEMA app; CREATE TABLE app.a AS SELECT i, md5(i::text) || E'\n;\\. é' AS t FROM generate_series(1, 2000) i; ALTER TABLE app.a ADD PRIMARY KEY (i); CREATE TABLE app.b (i serial PRIMARY KEY, a int REFERENCES app.a); INSERT INTO app.b (a) SELECT i FROM app.a WHERE i < 4; CREATE VIEW app.v AS SELECT count(*) FROM app.a"
        $artifact = Join-Path $folder app.bin
        Set-Content -LiteralPath $artifact -Value x
        if (-not $IsWindows) { chmod +x $artifact }
        $settings = Join-Path $folder sampleapp.env
        Set-SampleSetting $settings 'SAMPLEAPP_PORT=1', 'SAMPLEAPP_DB_TYPE=postgres', 'SAMPLEAPP_DB_HOST=127.0.0.1', "SAMPLEAPP_DB_PORT=$($server.Port)", "SAMPLEAPP_DB_NAME=$($database.Name)", "SAMPLEAPP_DB_USER=$($database.User)", "SAMPLEAPP_DB_PASSWORD=$($database.Password)"
        $null = Register-AppDeployment notes -App (Get-SampleDefinition) -ArtifactPath $artifact -Command $artifact -EnvironmentFile $settings -BackupPath (Join-Path $folder backups) -WarningAction Ignore -ErrorAction Stop

        # Every row, and what the tables are made of.
        function Get-DataText {
            Invoke-TestSql $server -Database $database.Name "SELECT count(*), md5(string_agg(i || t, '|' ORDER BY i)) FROM app.a; SELECT i, a FROM app.b ORDER BY i; SELECT last_value, is_called FROM app.b_i_seq; SELECT * FROM app.v; SELECT table_schema, table_name, column_name, data_type FROM information_schema.columns WHERE table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2, 3; SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'app'::regnamespace ORDER BY 1"
        }

        # Runs pg_dump or another of its programs as the database's role. Gives the path.
        function New-Archive([string] $Name, [string[]] $With, [string] $Program = 'pg_dump', [string] $User = $database.User, [string] $Password = $database.Password, [string[]] $What = @('-d', $database.Name)) {
            $path = Join-Path $folder $Name
            $before = $env:PGPASSWORD
            $env:PGPASSWORD = $Password
            try { $said = & (Join-Path $server.Bin $Program) -h 127.0.0.1 -p $server.Port -U $User @What -f $path @With 2>&1 }
            finally { $env:PGPASSWORD = $before }
            if ($LASTEXITCODE -ne 0) { throw "${Program}: $($said -join ' ')" }
            $path
        }

        # A copy of a file that ends too early.
        function New-CutFile([string] $Path, [double] $Part) {
            $bytes = [IO.File]::ReadAllBytes($Path)
            $cut = Join-Path $folder ('cut-' + (Split-Path $Path -Leaf))
            [IO.File]::WriteAllBytes($cut, $bytes[0..([int] ($bytes.Length * $Part) - 1)])
            $cut
        }

        # What would be left of a restore.
        function Get-DatabaseName { Invoke-TestSql $server "SELECT datname FROM pg_database WHERE datname LIKE '$($database.Name)%' ORDER BY 1" }

        # Restores an archive over data that is another by then.
        function Assert-Restored([string] $Name, [string[]] $With) {
            $before = Get-DataText
            $archive = New-Archive $Name $With
            $null = Invoke-TestSql $server -Database $database.Name 'DELETE FROM app.b; UPDATE app.a SET t = 1; CREATE TABLE app.newer (i int)'
            $result = Restore-AppDatabase notes -ArchivePath $archive -Force -WarningAction Ignore -ErrorAction Stop
            $result.Tables, $result.Rows | Should -Be 2, 2003
            Get-DataText | Should -Be $before
            Invoke-TestSql $server -Database $result.KeptAs "SELECT count(*) FROM app.a WHERE t = '1'" | Should -Be 2000
            Get-AppDatabaseCopy notes | Remove-AppDatabaseCopy -Force -ErrorAction Stop
            Get-DatabaseName | Should -Be $database.Name
        }
    }

    AfterAll {
        if ($Missing) { return }
        Stop-TestPostgres $server
        $env:UPGRADEMODULE_STORE = $storeBefore
        Remove-Item -LiteralPath $folder -Recurse -Force
    }

    BeforeEach { if ($Missing) { Set-ItResult -Skipped -Because $Missing } }

    It 'as <What> are restored with every row, and the data before stays beside' -ForEach @(
        @{ What = 'plain SQL with -Z 6'; Name = 'x.sql.gz'; With = '-Fp', '-Z', '6' }
        @{ What = 'the custom format'; Name = 'x.dump'; With = @('-Fc') }
        @{ What = 'the directory format'; Name = 'x.dir'; With = @('-Fd') }
    ) {
        Assert-Restored $Name $With
    }

    It 'as <What> are restored too' -Tag Long -ForEach @(
        @{ What = 'plain SQL'; Name = 'x.sql'; With = @('-Fp') }
        @{ What = 'the custom format with -Z 0'; Name = 'x0.dump'; With = '-Fc', '-Z', '0' }
        @{ What = 'the custom format with -Z 9'; Name = 'x9.dump'; With = '-Fc', '-Z', '9' }
        @{ What = 'the tar format'; Name = 'x.tar'; With = @('-Ft') }
        @{ What = 'the directory format with -Z 0 -j 2'; Name = 'x0.dir'; With = '-Fd', '-Z', '0', '-j', '2' }
    ) {
        Assert-Restored $Name $With
    }

    It 'that are <What> are refused with <Id>, and nothing is changed' -ForEach @(
        @{ What = 'cut off plain SQL'; Id = 'BackupCorrupt'; Says = 'nothing was changed'; Make = { New-CutFile (New-Archive c.sql '-Fp') 0.6 } }
        @{ What = 'cut off plain SQL with gzip'; Id = 'BackupCorrupt'; Says = 'nothing was changed'; Make = { New-CutFile (New-Archive c.sql.gz '-Fp', '-Z', '6') 0.6 } }
        @{ What = 'cut off in the custom format'; Id = 'BackupCorrupt'; Says = 'nothing was changed'; Make = { New-CutFile (New-Archive c.dump '-Fc') 0.6 } }
        @{ What = 'cut off in the table of contents of the custom format'; Id = 'BackupCorrupt'; Says = 'nothing was changed'; Make = { New-CutFile (New-Archive h.dump '-Fc') 0.02 } }
        @{ What = 'cut off in the tar format'; Id = 'BackupCorrupt'; Says = 'nothing was changed'; Make = { New-CutFile (New-Archive c.tar '-Ft') 0.4 } }
        @{ What = 'a folder that lacks a file'; Id = 'BackupCorrupt'; Says = 'nothing was changed'; Make = { $made = New-Archive c.dir '-Fd'; Get-ChildItem $made -Filter *.dat.gz | Sort-Object Length | Select-Object -Last 1 | Remove-Item; $made } }
        @{ What = 'a folder without a table of contents'; Id = 'ArchiveNotRecognized'; Says = 'toc\.dat'; Make = { $made = New-Archive t.dir '-Fd'; Remove-Item (Join-Path $made toc.dat); $made } }
        @{ What = 'a text'; Id = 'ArchiveNotRecognized'; Says = 'pg_dump'; Make = { Set-Content (Join-Path $folder text.sql) 'SELECT 1;'; Join-Path $folder text.sql } }
        @{ What = 'an empty file'; Id = 'ArchiveNotRecognized'; Says = 'pg_dump'; Make = { [IO.File]::WriteAllBytes((Join-Path $folder empty.dump), @()); Join-Path $folder empty.dump } }
        @{ What = 'another program''s file'; Id = 'ArchiveNotRecognized'; Says = 'pg_dump'; Make = { (Get-Process -Id $PID).Path } }
        @{ What = 'of all databases (pg_dumpall)'; Id = 'ArchiveNotRecognized'; Says = 'pg_dumpall'; Make = { New-Archive all.sql @() -Program pg_dumpall -User postgres -Password $server.Password -What @() } }
        @{ What = 'nowhere'; Id = 'ArchiveNotFound'; Says = 'no file'; Make = { Join-Path $folder nowhere.dump } }
    ) {
        $archive = & $Make
        $before = Get-DataText
        $failed = @(Get-ErrorOf { Restore-AppDatabase notes -ArchivePath $archive -Force -WarningAction Ignore })
        $failed.Count | Should -Be 1
        $failed[0].FullyQualifiedErrorId | Should -Be "$Id,UpgradeModule.Commands.RestoreAppDatabaseCommand" -Because $failed[0].Exception.Message
        "$($failed[0].TargetObject)" | Should -Be $archive
        "$($failed[0].Exception.Message) $($failed[0].ErrorDetails.RecommendedAction)" | Should -Match $Says
        "$($failed[0].Exception.Message) $($failed[0].ErrorDetails.RecommendedAction)" | Should -Not -Match $database.Password
        Get-DataText | Should -Be $before
        Get-DatabaseName | Should -Be $database.Name
    }
}
