BeforeAll {
    Import-Module (Join-Path $PSScriptRoot Support/UpgradeTesting.psm1) -Force
    Import-BuiltModule

    function Get-Shown([Parameter(ValueFromPipeline)] $Record, [int] $Width = 100) {
        process { ($Record | Out-String -Width $Width) -replace '\x1b\[[0-9;]*m' }
    }
}

Describe 'Views' {
    It 'a backup shows the day on which it was proven' {
        $backup = [UpgradeModule.AppBackup]@{ Id = 'notes-1'; Version = '1.0.0'; Size = 1; ProvenOn = [DateTimeOffset]'2026-11-21T12:00:00Z' }
        Get-Shown $backup | Should -Match '2026-11-21'
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

    It 'a table of runs shows every outcome whole, in 80 columns' {
        $run = [UpgradeModule.UpgradeRun]@{ RunId = '20261121T100000-abcdef'; Deployment = [UpgradeModule.AppDeployment]@{ Name = 'wiki' }; From = '1.0.0'; To = '2.0.0'; Outcome = 'Interrupted' }
        Get-Shown $run -Width 80 | Should -Match 'Interrupted'
    }

    It 'a release shows its day' {
        $release = [UpgradeModule.AppRelease]@{ App = 'metabase'; Version = '0.50.36'; Date = [DateOnly]'2025-05-05' }
        Get-Shown $release | Should -Match '2025-05-05'
    }

    It 'a table of deployments keeps each on one line in 80 columns' {
        $deployment = [UpgradeModule.AppDeployment]@{ Name = 'metabase-production'; App = 'metabase'; Edition = 'oss'; Version = '0.50.36'; Latest = '0.65.4'; Status = 'Running' }
        $lines = (Get-Shown $deployment -Width 80) -split '\r?\n' | Where-Object { $_.Trim() }
        $lines.Count | Should -Be 3
    }
}
