BeforeDiscovery {
    Import-Module (Join-Path $PSScriptRoot Support/DockerTesting.psm1) -Force
    $script:missing = Get-DockerMissing
}

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot Support/UpgradeTesting.psm1) -Force
    Import-Module (Join-Path $PSScriptRoot Support/SampleAppTesting.psm1) -Force
    Import-Module (Join-Path $PSScriptRoot Support/DockerTesting.psm1) -Force
}

Describe 'An app that runs in a container' -ForEach @{ Missing = $missing } {
    BeforeAll {
        if ($Missing) { return }
        Import-BuiltModule
        $script:folder = New-TestFolder
        $script:storeBefore = $env:UPGRADEMODULE_STORE
        $env:UPGRADEMODULE_STORE = Join-Path $folder store.db
        New-SampleImage
        $script:definition = New-ImageDefinition (Join-Path $folder sampleapp.json)
        $script:made = [Collections.Generic.List[string]]::new()

        # Runs 1.0.0 in a container of its own and registers it.
        function New-App {
            param([string[]] $Option = @())
            $name = "um-pester-$([guid]::NewGuid().ToString('N').Substring(0, 8))"
            $made.Add($name)
            $app = Start-SampleContainer $name $Option
            $null = Register-AppDeployment $name -App $definition -Container $name -BackupPath (Join-Path $folder backups) -ErrorAction Stop
            $null = Get-AppDeployment $name | Wait-AppService -Timeout 60 -ErrorAction Stop
            $app
        }
    }

    AfterAll {
        if ($Missing) { return }
        foreach ($name in $made) { Remove-SampleContainer $name }
        Remove-SampleImage
        $env:UPGRADEMODULE_STORE = $storeBefore
        Remove-Item -LiteralPath $folder -Recurse -Force
    }

    BeforeEach { if ($Missing) { Set-ItResult -Skipped -Because $Missing } }

    It 'completes the names of containers, and nothing where no engine answers' {
        function Complete([string] $Line) { [Management.Automation.CommandCompletion]::CompleteInput($Line, $Line.Length, $null).CompletionMatches.CompletionText }
        $app = New-App
        Complete "New-AppDeployment x -Container $($app.Name.Substring(0, 12))" | Should -Contain $app.Name
        Complete "Set-AppDeployment x -DatabaseContainer $($app.Name)" | Should -Be $app.Name
        Complete "New-AppDeployment x -DockerHost tcp://127.0.0.1:1 -Container $($app.Name)" | Should -BeNullOrEmpty
    }

    It 'goes from 1.0 by 1.1 to 2.0 in one line, with its anonymous volume and every note that it acknowledged, and is completed' {
        $app = New-App
        $before = Get-AppDeployment $app.Name
        $before.HostKind, $before.Url, $before.Version.Text, $before.Status | Should -Be 'Docker', $app.Url, '1.0.0', 'Running'
        $volume = (Get-ContainerFact $app.Name .Mounts | Where-Object Destination -EQ /data).Name
        $writer = Start-Writer $app.Url
        Wait-Writer $writer

        # -WhatIf changes nothing at all.
        $world = Get-ContainerName $app.Name
        $null = Get-AppDeployment $app.Name | Get-UpgradePath | Invoke-AppUpgrade -WhatIf
        Get-ContainerName $app.Name | Should -Be $world

        $result = Get-AppDeployment $app.Name | Get-UpgradePath | Invoke-AppUpgrade
        Wait-Writer $writer ($writer.State.Acknowledged.Count + 5)
        $written = Stop-Writer $writer
        $result.Outcome | Should -Be Succeeded -Because $result.Error
        @($result.Steps | Where-Object Id -EQ Swap | ForEach-Object { $_.Stop.Text }) | Should -Be '1.1.0', '2.0.0'
        Get-AnsweredVersion $app.Url | Should -Be 'v2.0.0'
        $written.Missing | Should -BeNullOrEmpty
        (Get-ContainerFact $app.Name .Mounts | Where-Object Destination -EQ /data).Name | Should -Be $volume
        Get-ContainerFact $app.Name .Config.Env | Should -Contain 'SAMPLEAPP_IMAGE_VERSION=2.0.0'
        (Get-ContainerFact $app.Name .HostConfig.RestartPolicy).Name | Should -Be unless-stopped
        @($result.Kept | Where-Object Kind -EQ Container) | Should -HaveCount 2
        foreach ($kept in $result.Kept | Where-Object Kind -EQ Container) {
            (Get-ContainerFact $kept.Location .State).Running | Should -BeFalse
            (Get-ContainerFact $kept.Location .HostConfig.RestartPolicy).Name | Should -Be no
        }

        ($result | Complete-UpgradeRun -Force).Completed | Should -BeTrue
        Get-ContainerName $app.Name | Should -Be @($app.Name)
        $now = Get-AppDeployment $app.Name
        $now.Version.Text, $now.VersionsAgree, $now.Status | Should -Be '2.0.0', $true, 'Running'
        @(Get-NoteId $app.Url).Count | Should -BeGreaterOrEqual $written.Acknowledged.Count
    }

    It 'is taken back when a migration fails half way, with every note that it acknowledged' {
        $app = New-App '--env', 'SAMPLEAPP_FAIL_MIGRATION=v2.00-002'
        $writer = Start-Writer $app.Url
        Wait-Writer $writer
        $result = Get-AppDeployment $app.Name | Get-UpgradePath | Invoke-AppUpgrade -ErrorVariable failed -ErrorAction SilentlyContinue -WarningAction SilentlyContinue
        Wait-Writer $writer ($writer.State.Acknowledged.Count + 5)
        $written = Stop-Writer $writer
        $result.Outcome, $result.Reached.Text | Should -Be 'RolledBack', '1.1.0'
        $failed | Should -HaveCount 1
        Get-AnsweredVersion $app.Url | Should -Be 'v1.1.0'
        $written.Missing | Should -BeNullOrEmpty
        Get-ContainerFact $app.Name .Config.Env | Should -Contain 'SAMPLEAPP_IMAGE_VERSION=1.1.0'
        (Get-ContainerFact $app.Name .HostConfig.RestartPolicy).Name | Should -Be unless-stopped
        ($result | Complete-UpgradeRun -Force).Completed | Should -BeTrue
        Get-ContainerName $app.Name | Should -Be @($app.Name)
    }

    It 'goes stage by stage' {
        $app = New-App
        $id = Add-Note $app.Url
        $deployment = Get-AppDeployment $app.Name
        ($deployment | Backup-AppDatabase | Test-AppBackup).Valid | Should -BeTrue
        $image = Save-AppImage $definition 1.1.0
        $image.Reference, $image.Version.Text, $image.Mutable | Should -Be 'um-pester/sampleapp:1.1.0', '1.1.0', $false
        $image.ImageId | Should -Match '^sha256:'

        $service = $deployment | Stop-AppService
        $service.Status | Should -Be Stopped
        (Get-ErrorOf { $service.Deployment | Update-AppArtifact -Version 1.1.0 }).FullyQualifiedErrorId | Should -BeLike 'HostKindNotSupported,*'
        $service = $service.Deployment | Update-AppImage -Version 1.1.0 -WarningAction SilentlyContinue | Start-AppService | Wait-AppService
        $service.Health, $service.Version.Text | Should -Be 'Healthy', '1.1.0'
        Get-NoteId $app.Url | Should -Contain $id
        Get-ContainerName $app.Name | Should -HaveCount 2 -Because 'the old container is kept'
    }

    It 'is found, and what is found can be registered as it is' {
        $app = New-App
        Unregister-AppDeployment $app.Name
        $found = Find-AppDeployment $definition -HostKind Docker | Where-Object Name -EQ $app.Name
        $found | Should -HaveCount 1
        $found.Version.Text, $found.Url, $found.Settings.Container, $found.Edition | Should -Be '1.0.0', $app.Url, $app.Name, 'standard'
        ($found | Register-AppDeployment).Database.Path | Should -Be /data/sampleapp.db
        (Get-AppDeployment $app.Name).Status | Should -Be Running
    }

    It 'is not registered where the container is not there' {
        { Register-AppDeployment nobody -App $definition -Container um-pester-nobody -ErrorAction Stop } | Should -Throw -ErrorId 'ContainerNotFound,*'
    }

    It 'is locked while an upgrade is at work, for everybody who uses the engine' {
        $app = New-App
        $null = Invoke-Docker create --name "$($app.Name).locked-by-upgrademodule" --label io.upgrademodule.lock.host=far-away --label io.upgrademodule.lock.user=alice --label io.upgrademodule.lock.purpose=upgrade um-pester/sampleapp:1.0.0
        (Get-AppDeployment $app.Name | Test-UpgradeReadiness).Blockers.Check | Should -Contain Locked
        { Stop-AppService $app.Name -ErrorAction Stop } | Should -Throw -ErrorId 'DeploymentLocked,*' -ExpectedMessage '*alice on far-away*docker rm*'
        Get-AnsweredVersion $app.Url | Should -Be 'v1.0.0'
    }
}
