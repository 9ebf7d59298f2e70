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
