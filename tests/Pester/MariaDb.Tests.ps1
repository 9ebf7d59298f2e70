# The stages of an upgrade's data on a real MariaDB, through the cmdlets: backup, proof, restore, what readiness says of the server. The server is one of the test's
# own, by a user that is not root, on the loopback; the application's definition is Metabase's, and its tables are a few of Metabase's.

BeforeDiscovery {
    $missing = @('mariadbd', 'mariadb-install-db', 'mariadb', 'mariadb-dump' | Where-Object { -not (Get-Command $_ -CommandType Application -ErrorAction Ignore) -and -not (Test-Path "/usr/sbin/$_") })
    $noMariaDb = $IsWindows -or $missing.Count -gt 0
}

Describe 'A MariaDB database' -Skip:$noMariaDb {
    BeforeAll {
        Import-Module (Join-Path $PSScriptRoot Support/UpgradeTesting.psm1) -Force
        Import-BuiltModule
        $script:folder = New-TestFolder
        $script:before = $env:UPGRADEMODULE_STORE
        $env:UPGRADEMODULE_STORE = Join-Path $folder store.db
        $script:data = Join-Path ([IO.Path]::GetTempPath()) "um-mariadb-$([guid]::NewGuid().ToString('N').Substring(0, 8))"
        $null = New-Item -ItemType Directory $data
        $as = @()
        if ((id -u) -eq '0') {
            chown nobody $data
            $as = 'setpriv', '--reuid=nobody', '--regid=nogroup', '--clear-groups'
        }
        $program, $rest = $as + @('mariadb-install-db', '--no-defaults', "--datadir=$data/db", '--auth-root-authentication-method=normal', '--skip-test-db')
        $null = & $program @rest 2>&1
        $script:port = Get-FreePort
        $mariadbd = (Get-Command mariadbd, /usr/sbin/mariadbd -CommandType Application -ErrorAction Ignore | Select-Object -First 1).Source
        $program, $rest = $as + @($mariadbd, '--no-defaults', "--datadir=$data/db", "--socket=$data/s", "--pid-file=$data/pid", '--bind-address=127.0.0.1', "--port=$port", '--innodb-buffer-pool-size=32M', '--character-set-server=utf8mb4')
        $script:server = Start-Process $program $rest -PassThru -RedirectStandardOutput "$folder/out.log" -RedirectStandardError "$folder/err.log"
        function script:Invoke-Sql([string] $Sql) {
            $answer = $Sql | mariadb --no-defaults -uroot '-h127.0.0.1' "-P$port" --batch --skip-column-names 2>&1
            if ($LASTEXITCODE -ne 0) { throw "$answer" }
            $answer
        }
        for ($try = 0; $try -lt 300; $try++) { try { $null = Invoke-Sql 'SELECT 1'; break } catch { Start-Sleep -Milliseconds 200 } }
        $null = Invoke-Sql @'
CREATE DATABASE mb; CREATE USER mb@'%' IDENTIFIED BY 'planted-s3cret'; GRANT ALL ON `mb%`.* TO mb@'%'; USE mb;
CREATE TABLE core_user (id INT PRIMARY KEY, type VARCHAR(20)); INSERT INTO core_user VALUES (1, 'personal'), (2, 'personal'), (3, 'internal');
CREATE TABLE report_card (id INT PRIMARY KEY, collection_id INT, name TEXT); INSERT INTO report_card VALUES (1, NULL, 'ä'), (2, NULL, NULL);
CREATE TABLE collection (id INT PRIMARY KEY, type VARCHAR(20)); CREATE DEFINER=mb@'%' VIEW v_users AS SELECT id FROM core_user;
CREATE DEFINER=mb@'%' TRIGGER keep BEFORE DELETE ON core_user FOR EACH ROW SET @kept = OLD.id;
'@
        $jar = Join-Path $folder metabase.jar
        Add-Type -AssemblyName System.IO.Compression
        $file = [IO.Compression.ZipFile]::Open($jar, 'Create')
        $entry = [IO.StreamWriter]::new($file.CreateEntry('version.properties').Open())
        $entry.Write("tag=v0.50.36`n")
        $entry.Dispose()
        $file.Dispose()
        $settings = Join-Path $folder metabase.env
        'MB_DB_TYPE=mysql', 'MB_DB_HOST=127.0.0.1', "MB_DB_PORT=$port", 'MB_DB_DBNAME=mb', 'MB_DB_USER=mb', 'MB_DB_PASS=planted-s3cret' | Set-Content -LiteralPath $settings
        chmod 600 $settings
        $script:app = Register-AppDeployment mb -App metabase -ArtifactPath $jar -EnvironmentFile $settings -Command pwsh -BackupPath (Join-Path $folder backups) -ErrorAction Stop
    }

    AfterAll {
        if ($server -and -not $server.HasExited) { kill -TERM $server.Id; $server.WaitForExit(20000) | Out-Null }
        if ($data) { Remove-Item -LiteralPath $data -Recurse -Force -ErrorAction Ignore }
        $env:UPGRADEMODULE_STORE = $script:before
        Remove-Item -LiteralPath $script:folder -Recurse -Force
    }

    It 'is read from the settings of the application' {
        $app.Database.Engine | Should -Be MySql
        "$($app.Database)" | Should -BeLike "mysql://mb@127.0.0.1:$port/mb"
    }

    It 'is backed up, proven by a restore, and put back with what was there kept' {
        $backup = Backup-AppDatabase mb -ErrorAction Stop
        $backup.Engine | Should -Be MySql
        $backup.EngineVersion | Should -Match MariaDB
        $backup.Tables | Should -Be 3
        $backup.Rows | Should -Be 5
        $backup.ProvenOn | Should -BeNullOrEmpty
        ($backup.Invariants | Where-Object Name -EQ users).Value | Should -Be 2
        Get-ChildItem -LiteralPath $backup.Path -Recurse -File | Select-String planted-s3cret | Should -BeNullOrEmpty
        $test = $backup | Test-AppBackup -ErrorAction Stop
        $test.Valid | Should -BeTrue -Because ($test.Problems -join '; ')
        $test.TablesCompared | Should -Be 3
        (Get-AppBackup -Name mb | Select-Object -First 1).ProvenOn | Should -Not -BeNullOrEmpty
        $null = Invoke-Sql 'DELETE FROM mb.report_card; DROP TABLE mb.collection; CREATE TABLE mb.later (id INT)'
        $restored = Restore-AppDatabase mb -Backup $backup -Force -Confirm:$false -ErrorAction Stop
        $restored.Rows | Should -Be 5
        Invoke-Sql 'SELECT COUNT(*) FROM mb.report_card' | Should -Be 2
        Invoke-Sql "SELECT COUNT(*) FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = 'mb'" | Should -Be 1
        Invoke-Sql "SHOW TABLES FROM ``$($restored.KeptAs)``" | Should -Contain later
        Invoke-Sql 'SHOW TABLES FROM mb' | Should -Not -Contain later
    }

    It 'gives readiness its version' {
        $readiness = Test-UpgradeReadiness mb -To 0.50.36 -ErrorAction SilentlyContinue
        $readiness.Blockers | Where-Object Check -In DatabaseReachable, DatabaseRights, EngineVersion | Should -BeNullOrEmpty
    }

    It 'tells a wrong password as one, without it' {
        $wrong = [pscredential]::new('mb', (ConvertTo-SecureString other-s3cret -AsPlainText -Force))
        $failure = $null
        Backup-AppDatabase mb -Credential $wrong -ErrorVariable failure -ErrorAction SilentlyContinue
        $failure[0].FullyQualifiedErrorId | Should -BeLike 'DatabaseLoginFailed,*'
        $failure[0] | Format-List * -Force | Out-String | Should -Not -Match 's3cret'
    }
}
