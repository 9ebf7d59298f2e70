# A PostgreSQL server whose programs are in its container alone: the pwsh of these tests sees none on this machine.

BeforeDiscovery {
    Import-Module (Join-Path $PSScriptRoot Support/PostgresContainer.psm1) -Force
    $script:missing = Get-PostgresContainerMissing
}

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot Support/UpgradeTesting.psm1) -Force
    Import-Module (Join-Path $PSScriptRoot Support/SampleAppTesting.psm1) -Force
    Import-Module (Join-Path $PSScriptRoot Support/PostgresContainer.psm1) -Force
}

Describe 'A PostgreSQL in a container, on a machine without its programs' -ForEach @{ Missing = $missing } {
    BeforeAll {
        if ($Missing) { return }
        $script:folder = New-TestFolder
        $script:server = Start-PostgresContainer
        $script:hiding = Get-PostgresHiding
        $null = Invoke-ContainerSql $server "CREATE ROLE notes LOGIN CREATEDB PASSWORD 'planted-s3cret'"
        # Everything that two backups must have the same: rows with odd letters, what only pg_dump writes, a sequence's state.
        $script:content = @'
SELECT 'rows ' || count(*) || ' ' || md5(string_agg(id || ':' || text, ',' ORDER BY id)) FROM notes; SELECT 'pins ' || count(*) || ' ' || sum(note) FROM pins;
SELECT 'next ' || last_value FROM notes_id_seq; SELECT 'operator ' || oprname FROM pg_operator WHERE oprnamespace = 'public'::regnamespace; SELECT 'dictionary ' || dictname FROM pg_ts_dict WHERE dictnamespace = 'public'::regnamespace;
'@

        # A database with rows and the settings of an application that has it.
        function New-Database([string] $Name, [string] $More = '') {
            $null = Invoke-ContainerSql $server "CREATE DATABASE $Name OWNER notes"
            $null = Invoke-ContainerSql $server -Database $Name "SET ROLE notes; CREATE TABLE notes (id serial PRIMARY KEY, text text); INSERT INTO notes (text) SELECT 'ä✓' || i || E'\t\\' FROM generate_series(1, 2000) i; CREATE TABLE pins (note int REFERENCES notes); INSERT INTO pins SELECT id FROM notes WHERE id % 3 = 0; $More"
            $artifact = Join-Path $folder "$Name.bin"
            Set-Content -LiteralPath $artifact -Value x
            chmod +x $artifact
            $settings = Join-Path $folder "$Name.env"
            Set-SampleSetting $settings 'SAMPLEAPP_PORT=1', 'SAMPLEAPP_DB_TYPE=postgres', 'SAMPLEAPP_DB_HOST=127.0.0.1', "SAMPLEAPP_DB_PORT=$($server.Port)", "SAMPLEAPP_DB_NAME=$Name", 'SAMPLEAPP_DB_USER=notes', 'SAMPLEAPP_DB_PASSWORD=planted-s3cret'
            @{ Name = $Name; App = Get-SampleDefinition; ArtifactPath = $artifact; Command = $artifact; EnvironmentFile = $settings; BackupPath = Join-Path $folder "$Name-backups" }
        }

        # What an admin does there, in a pwsh that finds no program of PostgreSQL on this machine.
        function Invoke-There([scriptblock] $Script, [hashtable] $With) {
            $start = "Import-Module `$Manifest; `$env:UPGRADEMODULE_STORE = '$folder/store.db'; Import-Module '$PSScriptRoot/Support/PostgresContainer.psm1'`n"
            Invoke-Pwsh -By $hiding -Script ([scriptblock]::Create($start + $Script)) -Argument ($With + @{ Server = $server; Content = $content })
        }
    }

    AfterAll {
        if ($Missing) { return }
        Stop-PostgresContainer $server
        Remove-Item -LiteralPath $folder -Recurse -Force
    }

    BeforeEach { if ($Missing) { Set-ItResult -Skipped -Because $Missing } }

    It 'is backed up by the pg_dump of the container that publishes its port, proven, listed, and restored row by row' -Tag Long {
        $seen = Invoke-There -With @{ App = New-Database plain } {
            $app = $Argument.App
            $null = Register-AppDeployment @app -WarningAction Ignore
            $here = foreach ($name in 'pg_dump', 'pg_restore') { try { & $name --version } catch { } }
            $before = Invoke-ContainerSql $Argument.Server $Argument.Content -Database plain
            $backup = Backup-AppDatabase plain -Engine PgDump -Verbose -WarningVariable warned 4>&1
            $said = $backup | Where-Object { $_ -is [Management.Automation.VerboseRecord] }
            $backup = $backup | Where-Object { $_ -is [UpgradeModule.AppBackup] }
            $test = $backup | Test-AppBackup
            $null = Invoke-ContainerSql $Argument.Server "DELETE FROM pins; UPDATE notes SET text = 'lost'; DELETE FROM notes WHERE id > 7" -Database plain
            $restored = $backup | Restore-AppDatabase -Force
            @{
                Here = @($here); Said = "$said"; Warned = "$warned"; Backup = $backup.Id; Test = $test; Rows = $restored.Rows
                Manifest = Get-Content (Join-Path $backup.Path manifest.json) -Raw | ConvertFrom-Json
                Listed = (Get-AppBackup plain | Format-Table | Out-String -Width 100) -replace '\x1b\[[0-9;]*m'
                Same = -not (Compare-Object $before (Invoke-ContainerSql $Argument.Server $Argument.Content -Database plain))
                Kept = Invoke-ContainerSql $Argument.Server "SELECT count(*) || ' ' || max(text) FROM notes" -Database $restored.KeptAs
                Left = @(Invoke-ContainerSql $Argument.Server 'SELECT datname FROM pg_database WHERE datname LIKE ''%\_um\_%''')
            }
        }
        $seen.Here | Should -BeNullOrEmpty
        $seen.Said | Should -Match "runs in the container '$($server.Name)'; its programs are taken from there"
        $seen.Warned | Should -BeNullOrEmpty
        $seen.Manifest.format | Should -Be 'pg_dump-custom'
        $seen.Manifest.tools.pg_dump | Should -Match "^\d+\.\d+ in the container '$($server.Name)'$"
        $seen.Test.Valid, $seen.Test.TablesCompared, $seen.Test.RowsCompared | Should -Be $true, 2, 2666
        $seen.Listed | Should -Match "$($seen.Backup) .*Postgres .* KB 20\d\d-\d\d-\d\d"
        $seen.Rows | Should -Be 2666
        $seen.Same | Should -BeTrue
        $seen.Kept | Should -Be '7 lost'
        $seen.Left | Should -HaveCount 1 -Because 'the copy of the proof is dropped, and what was there is kept'
    }

    It 'that has what the module does not write is refused by name, and taken by the pg_dump of the named container' {
        $more = 'CREATE OPERATOR public.=== (LEFTARG = int, RIGHTARG = int, FUNCTION = int4eq); CREATE TEXT SEARCH DICTIONARY public.ours (TEMPLATE = simple)'
        $seen = Invoke-There -With @{ App = New-Database odd $more } {
            $app = $Argument.App
            # An address that doesn't tell of the container.
            $null = Register-AppDeployment @app -WarningAction Ignore -DatabaseContainer nobody
            $failures = foreach ($engine in @{ Engine = 'Managed' }, @{}) {
                $failure = $null
                Backup-AppDatabase odd @engine -ErrorVariable failure -ErrorAction SilentlyContinue -WarningAction Ignore
                @{ Id = $failure[0].FullyQualifiedErrorId; Target = $failure[0].TargetObject; Text = "$($failure[0].ErrorDetails)"; Remedy = $failure[0].ErrorDetails.RecommendedAction; Category = "$($failure[0].CategoryInfo.Category)"; Seen = @(Get-ChildItem $app.BackupPath -Force -ErrorAction Ignore).Count }
            }
            $null = Set-AppDeployment odd -DatabaseContainer $Argument.Server.Name -WarningAction Ignore
            $before = Invoke-ContainerSql $Argument.Server $Argument.Content -Database odd
            $backup = Backup-AppDatabase odd -WarningVariable warned -WarningAction SilentlyContinue
            $test = $backup | Test-AppBackup
            $deep = $null
            $null = $backup | Test-AppBackup -Deep -ErrorVariable deep -ErrorAction SilentlyContinue
            $null = Invoke-ContainerSql $Argument.Server "DELETE FROM pins; DELETE FROM notes; DROP OPERATOR public.=== (int, int); DROP TEXT SEARCH DICTIONARY public.ours" -Database odd
            $restored = $backup | Restore-AppDatabase -Force
            @{
                Failures = $failures; Warned = @("$warned"); Test = $test; Proven = $null -ne (Get-AppBackup odd).ProvenOn; Deep = $deep[0].FullyQualifiedErrorId, $deep[0].ErrorDetails.RecommendedAction; Rows = $restored.Rows; Before = $before
                After = Invoke-ContainerSql $Argument.Server $Argument.Content -Database odd
            }
        }
        foreach ($failure in $seen.Failures) {
            $failure.Id, $failure.Category, $failure.Seen | Should -Be 'BackupNotCovered,UpgradeModule.Commands.BackupAppDatabaseCommand', 'NotImplemented', 0
            $failure.Target | Should -BeLike 'postgres://notes@*/odd'
            $failure.Text | Should -BeLike '*operator public.===(integer,integer), text search dictionary public.ours.'
            $failure.Remedy | Should -BeLike 'Nothing was written.*'
        }
        $seen.Failures[0].Remedy | Should -BeLike '*-Engine PgDump*Set-AppDeployment -DatabaseContainer*'
        $seen.Failures[1].Remedy | Should -BeLike "*there is no pg_dump on this machine*There is no container 'nobody'*"
        # One warning, and it doesn't advise what is done anyway.
        $seen.Warned | Should -BeLike '*operator public.===(integer,integer), text search dictionary public.ours. So pg_dump writes this backup*'
        $seen.Warned | Should -Not -Match 'Nothing was written|-Engine'
        $seen.Test.Valid, $seen.Test.TablesCompared, $seen.Test.RowsCompared, $seen.Proven | Should -Be $true, 2, 2666, $true
        $seen.Deep[0] | Should -BeLike 'DeepTestNotSupported,*'
        $seen.Deep[1] | Should -BeLike 'Test it without -Deep*'
        $seen.Rows | Should -Be 2666
        $seen.Before | Should -Contain 'operator ==='
        $seen.Before | Should -Contain 'dictionary ours'
        $seen.After | Should -Be $seen.Before
    }
}
