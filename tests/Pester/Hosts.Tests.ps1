BeforeAll {
    Import-Module (Join-Path $PSScriptRoot Support/UpgradeTesting.psm1) -Force
    Import-Module (Join-Path $PSScriptRoot Support/SampleAppTesting.psm1) -Force
    Import-BuiltModule
    $script:folder = New-TestFolder
    $script:storeBefore = $env:UPGRADEMODULE_STORE
    $env:UPGRADEMODULE_STORE = Join-Path $folder store.db
    function Get-ErrorId([scriptblock] $Script) {
        $ErrorActionPreference = 'Continue'
        $failed = @(& $Script 2>&1 | Where-Object { $_ -is [Management.Automation.ErrorRecord] })
        $failed | Should -HaveCount 1
        ($failed[0].FullyQualifiedErrorId -split ',')[0]
    }
}

AfterAll {
    Stop-SampleApps $folder
    $env:UPGRADEMODULE_STORE = $storeBefore
    Remove-Item -LiteralPath $folder -Recurse -Force
}

Describe 'Find-AppDeployment' {
    It 'finds a process by its file, gives it a name that is free, and what it gives can be registered' -Skip:(-not $IsLinux) {
        $app = New-SampleApp -Folder $folder -Name sampleapp -Start
        $null = Unregister-AppDeployment $app.Name
        $found = @(Find-AppDeployment (Get-SampleDefinition) -HostKind Process -WarningVariable told -WarningAction SilentlyContinue | Where-Object { $_.Settings.ArtifactPath -eq $app.Artifact })
        $found | Should -HaveCount 1
        $found[0].HostKind | Should -Be Process
        $found[0].Stored | Should -BeFalse
        "$told" | Should -Match '-EnvironmentFile'
        $registered = $found | Register-AppDeployment -EnvironmentFile $app.Deployment.Settings.EnvironmentFiles
        $registered.Version.Text | Should -Be '1.0.0'
        ($registered | Get-AppService).Status | Should -Be Running
        Find-AppDeployment (Get-SampleDefinition) -HostKind Process -WarningVariable told -WarningAction SilentlyContinue | Where-Object { $_.Settings.ArtifactPath -eq $app.Artifact } | Should -BeNullOrEmpty -Because 'it is registered now'
        $told | Where-Object Message -Like "*$($app.Artifact)*" | Should -BeNullOrEmpty -Because 'it is registered now'
    }

    It 'finds what was started under a name that is registered no more, by whatever name it comes back' -Skip:(-not $IsLinux) {
        $app = New-SampleApp -Folder $folder -Name formername -Start
        $null = Unregister-AppDeployment $app.Name
        $again = $app.Deployment | ForEach-Object { New-AppDeployment nextname (Get-SampleDefinition) -ArtifactPath $app.Artifact -Command $_.Settings.Command -EnvironmentFile $_.Settings.EnvironmentFiles } | Register-AppDeployment
        ($again | Get-AppService).Status | Should -Be Running
        ($again | Stop-AppService).Status | Should -Be Stopped
    }

    It 'tells of an engine that does not answer, and gives what the others have' {
        $found = @(Find-AppDeployment metabase -DockerHost tcp://127.0.0.1:1 -WarningVariable told -WarningAction SilentlyContinue -ErrorAction Stop)
        $found | Where-Object HostKind -EQ Docker | Should -BeNullOrEmpty
    }
}

Describe 'A deployment' {
    It 'runs in a container or as a unit, not both' {
        Get-ErrorId { New-AppDeployment both metabase -Container web -Unit web.service } | Should -Be DeploymentInvalid
    }

    It 'takes -DatabaseHost for -DatabaseServer' {
        (Get-Command Set-AppDeployment).ResolveParameter('DatabaseHost').Name | Should -Be DatabaseServer
    }

    It 'names only Java programs that are there' {
        $app = New-SampleApp -Folder $folder -Name java
        Get-ErrorId { Set-AppDeployment $app.Name -JavaPath @{ 11 = '/no/such/java' } } | Should -Be JavaNotFound
        $java = (Get-Process -Id $PID).Path
        (Set-AppDeployment $app.Name -JavaPath @{ 11 = $java }).Settings.JavaPath['11'] | Should -Be $java
        (Get-AppDeployment $app.Name -NoProbe).Settings.JavaPath['11'] | Should -Be $java
        (Set-AppDeployment $app.Name -JavaPath @{}).Settings.JavaPath.Count | Should -Be 0
    }
}

Describe 'Images' {
    It 'of what runs from a file there are none' {
        $app = New-SampleApp -Folder $folder -Name file
        Get-ErrorId { Update-AppImage $app.Name -Version 2.0.0 } | Should -Be HostKindNotSupported
    }

    It 'come from an engine: one that does not answer is told as what it is' {
        Get-ErrorId { Save-AppImage metabase 0.50.36 -DockerHost tcp://127.0.0.1:1 } | Should -Match '^ContainerEngine'
    }
}
