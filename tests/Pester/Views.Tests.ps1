BeforeAll {
    Import-Module (Join-Path $PSScriptRoot Support/UpgradeTesting.psm1) -Force
    Import-BuiltModule
    $null = Get-AppDefinition metabase   # the views come with the first cmdlet

    function Get-Shown([Parameter(ValueFromPipeline)] $Record, [int] $Width = 100) {
        process { ($Record | Out-String -Width $Width) -replace '\x1b\[[0-9;]*m' }
    }
}

Describe 'Views' {
    It 'a backup shows the day on which it was proven' {
        $backup = [UpgradeModule.AppBackup]@{ Id = 'notes-1'; Version = '1.0.0'; Size = 1; ProvenOn = [DateTimeOffset]'2026-11-21T12:00:00Z' }
        Get-Shown $backup | Should -Match '2026-11-21'
    }

    It 'a backup shows its age' {
        Get-Shown ([UpgradeModule.AppBackup]@{ Id = 'notes-1'; Version = '1.0.0'; Size = 1; Created = [DateTimeOffset]::UtcNow.AddHours(-50) }) | Should -Match '\b2 d\b'
    }

    It 'a backup that none proved shows no day' {
        $backup = [UpgradeModule.AppBackup]@{ Id = 'notes-1'; Version = '1.0.0'; Size = 1; Created = [DateTimeOffset]'2025-01-02T12:00:00Z' }
        Get-Shown $backup | Should -Not -Match '2026'
    }

    It 'a run shows its outcome, whichever it is: <_>' -ForEach Succeeded, RolledBack, Paused, Interrupted, Failed {
        $run = [UpgradeModule.UpgradeRun]@{ RunId = '1'; From = '1.0.0'; To = '2.0.0'; Outcome = $_ }
        Get-Shown $run | Should -Match $_
    }

    It 'knows every outcome that there is' {
        [Enum]::GetNames([UpgradeModule.UpgradeOutcome]) | Should -Be Succeeded, RolledBack, Paused, Interrupted, Failed
    }

    It 'a run that goes on shows that it does' {
        Get-Shown ([UpgradeModule.UpgradeRun]@{ RunId = '1'; From = '1.0.0'; To = '2.0.0' }) | Should -Match 'running'
    }

    It 'a path and a readiness result fit a window of <_> columns, with whole words' -ForEach 60, 80, 100 {
        $deployment = [UpgradeModule.AppDeployment]@{ Name = 'wiki'; App = 'metabase'; Edition = 'oss'; Version = '0.37.4' }
        $path = $deployment | Get-UpgradePath -To 0.65.4
        $readiness = [UpgradeModule.ReadinessResult]@{ Deployment = $deployment; Ready = $true; Path = $path; Checks = [string[]](1..20 | ForEach-Object { "CheckOfNumber$_" }) }
        foreach ($text in [UpgradeModule.Display.Show]::Path($path, $_), [UpgradeModule.Display.Show]::Readiness($readiness, $_)) {
            $lines = $text -split '\r?\n'
            ($lines | Measure-Object Length -Maximum).Maximum | Should -BeLessThan $_
        }
        [UpgradeModule.Display.Show]::Path($path, $_) | Should -Match '(?m)^ {4,}needs java 21\+'
        $words = [UpgradeModule.Display.Show]::Readiness($readiness, $_) -split '\s+' -replace ',$'
        1..20 | ForEach-Object { $words | Should -Contain "CheckOfNumber$_" }
        Get-Shown $path | Should -Match 'needs java 8\+'
    }

    It 'a deployment shows its command line, and no types, in a list of everything' {
        $settings = [UpgradeModule.AppHostSettings]@{ Command = 'java'; Arguments = [string[]]('-Xmx1g', '-jar', '{artifact}'); ArtifactPath = '/srv/metabase.jar' }
        $deployment = [UpgradeModule.AppDeployment]@{ Name = 'wiki'; App = 'metabase'; Settings = $settings }
        $shown = ($deployment | Format-List * | Out-String -Width 200) -replace '\x1b\[[0-9;]*m'
        $shown | Should -Match 'Settings\s+: java -Xmx1g -jar \{artifact\}'
        $shown | Should -Not -Match 'System\.Collections'
    }

    It 'a table of runs shows every outcome and version whole, in 80 columns' {
        $run = [UpgradeModule.UpgradeRun]@{ RunId = '20261121-100000-abcdef'; Deployment = [UpgradeModule.AppDeployment]@{ Name = 'wiki' }; From = '0.49.25.2'; To = '1.50.36.10'; Outcome = 'Interrupted'; Downtime = '00:00:17' }
        $lines = (Get-Shown $run -Width 79) -split '\r?\n' | Where-Object { $_.Trim() }
        $lines.Count | Should -Be 3
        $lines[2] | Should -Match '0\.49\.25\.2 .*1\.50\.36\.10 .*Interrupted .*17'
    }

    It 'a release shows its day' {
        $release = [UpgradeModule.AppRelease]@{ App = 'metabase'; Version = '0.50.36'; Date = [DateOnly]'2025-05-05' }
        Get-Shown $release | Should -Match '2025-05-05'
    }

    It 'a table of deployments keeps each on one line in a window of 80 columns, the last of which PowerShell leaves empty' {
        $deployment = [UpgradeModule.AppDeployment]@{ Name = 'metabase-production'; App = 'metabase'; Edition = 'oss'; Version = '0.50.36'; Latest = '0.65.4'; Status = 'Running'; Database = [UpgradeModule.DatabaseTarget]@{ Engine = 'Postgres' } }
        $lines = (Get-Shown $deployment -Width 79) -split '\r?\n' | Where-Object { $_.Trim() }
        $lines.Count | Should -Be 3
        $lines[0] | Should -Match 'Database'
    }

    It 'a result is a list, labels aligned, wrapped at whole words in a window of <_> columns' -ForEach 60, 80, 100 {
        $step = [UpgradeModule.UpgradeStep]@{ Id = 'move'; Title = 'Move off H2'; Instructions = "Run:`n`n    java -jar metabase.jar load-from-h2`n`n$('Then look at every dashboard. ' * 5)" }
        $result = [UpgradeModule.UpgradeResult]@{
            RunId = 'run-1'; Deployment = [UpgradeModule.AppDeployment]@{ Name = 'wiki'; App = 'metabase' }; From = '1.0.0'; To = '2.0.0'; Reached = '1.1.0'; Outcome = 'Paused'
            PausedAt = $step; Error = 'word ' * 40; ErrorId = 'Some'; Kept = [UpgradeModule.KeptItem[]]@(@{ Kind = 'Artifact' }, @{ Kind = 'Artifact'; Dropped = $true })
        }
        $lines = [UpgradeModule.Display.Show]::Details($result, $_)
        ($lines | Measure-Object Length -Maximum).Maximum | Should -BeLessThan $_
        $lines | Where-Object { $_ -and $_ -notmatch '^(\w+ *:| {11} {2})' } | Should -BeNullOrEmpty
        $lines | Where-Object { $_ -match '^\w' } | ForEach-Object { $_.IndexOf(':') } | Sort-Object -Unique | Should -Be 11
        $lines | Should -Contain 'Version    : 1.0.0 -> 1.1.0 (wanted: 2.0.0)'
        $lines -match '^Kept       : 1 thing for the way back; Complete-UpgradeRun' | Should -HaveCount 1
        $lines | Should -Contain '                 java -jar metabase.jar load-from-h2'
        $lines -join ' ' -replace '\s+', ' ' | Should -Match 'word word \[Some\] RunId : run-1$'
    }

    It 'a result shows what there is, and no label without need' {
        $shown = Get-Shown ([UpgradeModule.BackupTestResult]@{ Valid = $true; ChecksumOnly = $true; FilesChecked = 3 })
        $shown | Should -Match '(?m)^Checked  : 3 files'
        $shown | Should -Not -Match 'Compared|RestoredTo|ProvenOn|Problems'
        $shown = Get-Shown ([UpgradeModule.BackupTestResult]@{ TablesCompared = 2; RowsCompared = 7; Problems = [string[]]('one', 'two') })
        $shown | Should -Match '(?m)^Compared : 2 tables, 7 rows'
        $shown | Should -Match '(?m)^Problems : one\r?\n {11}two'
        Get-Shown ([UpgradeModule.BackupTestResult]@{ Valid = $true; Backup = [UpgradeModule.AppBackup]@{ Id = 'notes-1' }; TablesHashed = 3 }) | Should -Match '(?m)^Compared : no counts, as the backup has none, 3 tables row by row'
        Get-Shown ([UpgradeModule.RestoreResult]@{ Tables = 2; Rows = 7; KeptAs = 'before' }) | Should -Match '(?m)^KeptAs     : before'
        Get-Shown ([UpgradeModule.DefinitionTestResult]@{ Name = 'notes'; Valid = $true }) | Should -Match '(?m)^Valid : True'
    }

    It 'a result that went through Clixml shows the same, and a list of everything shows everything' {
        $result = [UpgradeModule.UpgradeResult]@{ RunId = 'run-1'; Deployment = [UpgradeModule.AppDeployment]@{ Name = 'wiki'; App = 'metabase' }; From = '1.0.0'; To = '2.0.0'; Reached = '2.0.0'; Outcome = 'Succeeded'; Downtime = '00:00:02' }
        Get-Shown ([Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize($result))) | Should -Be (Get-Shown $result)
        $all = $result | Format-List * | Out-String
        foreach ($property in [UpgradeModule.UpgradeResult].GetProperties().Name) { $all | Should -Match "(?m)^(\e\[[\d;]*m)?$property +:" }
    }
}
