# Directus 10.13.4 to 11.3.5 on PostgreSQL, by samples/apps/directus.json alone: an application that nobody here wrote, with a migrate step of its own and a
# health answer that is 200 even where it isn't migrated. Fetching it from npm takes minutes, so that happens with -Long only; what is in the cache runs always.

BeforeDiscovery {
    Import-Module (Join-Path $PSScriptRoot Support/SampleAppTesting.psm1) -Force
    Import-Module (Join-Path $PSScriptRoot Support/DirectusTesting.psm1) -Force
    Import-Module (Join-Path $PSScriptRoot Support/DirectusImages.psm1) -Force
    $script:missing = (Get-PostgresMissing) ?? (Get-DirectusMissing -Install:([bool]$env:UPGRADEMODULE_TEST_LONG))
}

Describe 'Directus as a process' -ForEach @{ Missing = $missing } {
    BeforeAll {
        Import-Module (Join-Path $PSScriptRoot Support/UpgradeTesting.psm1) -Force
        Import-Module (Join-Path $PSScriptRoot Support/SampleAppTesting.psm1) -Force
        Import-Module (Join-Path $PSScriptRoot Support/DirectusTesting.psm1) -Force
        $script:folder = $null
        $script:server = $null
        if ($Missing) { return }
        Import-BuiltModule
        $script:folder = New-TestFolder
        $script:storeBefore = $env:UPGRADEMODULE_STORE
        $env:UPGRADEMODULE_STORE = Join-Path $folder store.db
        $script:artifacts = Join-Path $folder artifacts
        $null = New-Item -ItemType Directory $artifacts
        '10.13.4', '11.3.5' | ForEach-Object { New-DirectusArtifact $_ (Join-Path $artifacts "directus-$_.mjs") }
        $script:server = Start-TestPostgres
        $script:count = 0

        # An instance of 10.13.4 that runs, described as a deployment by the shipped definition or another.
        function New-Instance([string] $Definition = (Get-DirectusDefinition)) {
            $name = "directus$(($script:count++))"
            $place = Join-Path $folder $name
            $null = New-Item -ItemType Directory $place
            Set-Content -LiteralPath (Join-Path $place package.json) '{ "name": "instance", "private": true }'
            Copy-Item -LiteralPath (Join-Path $artifacts directus-10.13.4.mjs) (Join-Path $place directus.mjs)
            $database = New-DirectusDatabase $server $folder
            $port = Get-LoopbackPort
            Set-SampleSetting (Join-Path $place directus.env) (Get-DirectusSetting $database $port)
            $described = @{
                Name = $name; App = $Definition; ArtifactPath = Join-Path $place directus.mjs; WorkingDirectory = $place; EnvironmentFile = Join-Path $place directus.env
                Url = "http://127.0.0.1:$port"; BackupPath = Join-Path $place backups; ErrorAction = 'Stop'
            }
            $service = Register-AppDeployment @described | Start-AppService -ErrorAction Stop | Wait-AppService -ErrorAction Stop
            $service.Health | Should -Be Healthy
            [pscustomobject]@{ Name = $name; Url = $described.Url; Database = $database; Place = $place }
        }
        function Invoke-Upgrade($App, [hashtable] $With = @{}) {
            Get-AppDeployment $App.Name | Get-UpgradePath -To 11.3.5 | Invoke-AppUpgrade -ArtifactPath $artifacts -WarningAction SilentlyContinue @With
        }
    }

    AfterAll {
        if (-not $folder) { return }
        Get-AppDeployment -NoProbe | Stop-AppService -ErrorAction Continue | Out-Null
        Stop-TestPostgres $server
        $env:UPGRADEMODULE_STORE = $storeBefore
        Remove-Item -LiteralPath $folder -Recurse -Force
    }

    BeforeEach { if ($Missing) { Set-ItResult -Skipped -Because $Missing } }

    It 'is upgraded with its migrate step, once somebody has confirmed what only a person can see to' {
        $app = New-Instance
        Add-DirectusArticle $app.Url 'written by an editor'
        $before = Get-DirectusView $app.Url
        $before.Version | Should -Be '10.13.4'
        $before.Titles | Should -HaveCount 26

        $paused = Invoke-Upgrade $app
        $paused.Outcome | Should -Be Paused
        $paused.Downtime | Should -Be ([timespan]::Zero)
        $paused.PausedAt.Id | Should -Be policies

        $result = Invoke-Upgrade $app @{ ConfirmedStep = 'policies' }
        $result.Outcome | Should -Be Succeeded -Because $result.Error
        $result.Steps.Id | Should -Contain Migrate
        $result.Backup.ProvenOn | Should -Not -BeNullOrEmpty
        $result.InvariantsAfter.Name | Should -Be users, roles, collections, files, items
        ($result.InvariantsAfter | Where-Object Name -EQ items).Value | Should -Be 26
        Invoke-TestSql $server 'SELECT max(version) FROM directus_migrations' -Database $app.Database.Name | Should -Be '20240924B'

        $after = Get-DirectusView $app.Url
        $after.Version | Should -Be '11.3.5'
        $after.Users | Should -Be $before.Users
        $after.Titles | Should -Be $before.Titles
        $after.PublicFields | Should -Be $before.PublicFields
        Add-DirectusArticle $app.Url 'written by an editor of 11'
        $now = Get-AppDeployment $app.Name
        $now.Version.Text | Should -Be '11.3.5'
        $now.VersionsAgree | Should -BeTrue
    }

    It 'is migrated down one migration a call until the older list is reached, and keeps what was written since' {
        $app = New-Instance
        Add-DirectusArticle $app.Url 'before the upgrade'
        $before = Get-DirectusView $app.Url
        (Invoke-Upgrade $app @{ ConfirmedStep = 'policies' }).Outcome | Should -Be Succeeded
        Add-DirectusArticle $app.Url 'written with 11'
        (Get-AppMigration $app.Name | Where-Object Rollback -EQ Reversible).Id | Should -Be 20240817A, 20240909A, 20240909B, 20240924A, 20240924B

        # Directus's own way back of its policies opens what roles may to everybody: nobody goes there by chance.
        Invoke-MigrateDown $app.Name -To 10.13.4 -Confirm:$false -ErrorAction SilentlyContinue -ErrorVariable refused
        $refused[0].FullyQualifiedErrorId | Should -BeLike 'MigrateDownRefused,*'
        $refused[0].Exception.Message | Should -BeLike '*permissions of every role to the public*'

        $result = Invoke-MigrateDown $app.Name -To 10.13.4 -Force -WarningAction SilentlyContinue -WarningVariable warned
        $result.Outcome | Should -Be Succeeded -Because $result.Error
        $warned | Should -BeLike '*permissions of every role to the public*'
        ($result.Steps | Where-Object Id -EQ MigrateDown).Message | Should -BeLike '*6 calls*'
        $result.Kind | Should -Be MigrateDown
        Invoke-TestSql $server 'SELECT max(version) FROM directus_migrations' -Database $app.Database.Name | Should -Be '20240716A'
        $now = Get-AppDeployment $app.Name
        $now.Version.Text | Should -Be '10.13.4'
        $now.VersionsAgree | Should -BeTrue
        (Get-AppService $app.Name).Health | Should -Be Healthy
        Invoke-TestSql $server 'SELECT title FROM articles ORDER BY id' -Database $app.Database.Name | Should -Be ($before.Titles + 'written with 11')
        Invoke-TestSql $server 'SELECT count(*) FROM directus_permissions WHERE role IS NOT NULL' -Database $app.Database.Name | Should -Be '0' -Because 'that is why it is refused without -Force'
    }

    It 'is taken back when a migration fails half way, and goes on once the cause is gone' -Tag Long {
        $app = New-Instance
        Add-DirectusArticle $app.Url 'the last before the upgrade'
        $before = Get-DirectusView $app.Url
        # The third of six migrations makes this table: two have run by then.
        $null = Invoke-TestSql $server "SET ROLE `"$($app.Database.User)`"; CREATE TABLE directus_comments (in_the_way integer)" -Database $app.Database.Name

        $result = Invoke-Upgrade $app @{ ConfirmedStep = 'policies'; ErrorAction = 'SilentlyContinue' }
        $result.Outcome | Should -Be RolledBack
        $result.Reached.Text | Should -Be '10.13.4'
        $result.ErrorId | Should -Be CommandFailed
        ($result.Steps | Where-Object Id -EQ Migrate).Status | Should -Be Failed
        Invoke-TestSql $server 'SELECT max(version) FROM directus_migrations' -Database $app.Database.Name | Should -Be '20240716A'
        $back = Get-DirectusView $app.Url
        $back.Version | Should -Be '10.13.4'
        $back.Titles | Should -Be $before.Titles
        (Get-AppService $app.Name).Health | Should -Be Healthy

        $null = Invoke-TestSql $server 'DROP TABLE directus_comments' -Database $app.Database.Name
        $result = Invoke-Upgrade $app @{ ConfirmedStep = 'policies' }
        $result.Outcome | Should -Be Succeeded -Because $result.Error
        (Get-DirectusView $app.Url).Titles | Should -Be $before.Titles
    }

    It 'is not taken for upgraded where its migrate step is left out, although its health answers 200: <What> tells' -Tag Long -ForEach @(
        @{ What = 'a log line'; Tells = 'not migrated'; Change = { $_.migrations.Remove('upCommand') } }
        @{ What = 'a deep probe'; Tells = '/server/specs/oas: 500'; Change = { $_.migrations.Remove('upCommand'); $_.logs = @() } }
        @{ What = 'the migration that the version needs'; Tells = 'needs the migration 20240924B'; Change = { $_.migrations.Remove('upCommand'); $_.logs = @(); $_.health.deep = @(); $_.health.Remove('version'); $_.health.Remove('versionPattern') } }
    ) {
        $app = New-Instance (New-DirectusDefinition (Join-Path $folder "left-out-$count.json") $Change)
        $before = Get-DirectusView $app.Url
        $result = Invoke-Upgrade $app @{ ConfirmedStep = 'policies'; Timeout = [timespan]::FromSeconds(20); ErrorAction = 'SilentlyContinue' }
        $result.Outcome | Should -Be RolledBack
        $result.Error | Should -Match ([regex]::Escape($Tells))
        $result.Steps.Id | Should -Not -Contain Migrate
        $back = Get-DirectusView $app.Url
        $back.Version | Should -Be '10.13.4'
        $back.Titles | Should -Be $before.Titles
    }
}

Describe 'Directus in a container' -Tag Long -ForEach @{ Missing = $missing ?? (Get-DirectusImageMissing) } {
    BeforeAll {
        Import-Module (Join-Path $PSScriptRoot Support/UpgradeTesting.psm1) -Force
        Import-Module (Join-Path $PSScriptRoot Support/SampleAppTesting.psm1) -Force
        Import-Module (Join-Path $PSScriptRoot Support/DirectusTesting.psm1) -Force
        Import-Module (Join-Path $PSScriptRoot Support/DirectusImages.psm1) -Force
        $script:folder = $null
        $script:server = $null
        $script:registry = $null
        $script:containers = @()
        if ($Missing) { return }
        Import-BuiltModule
        $script:folder = New-TestFolder
        $script:storeBefore = $env:UPGRADEMODULE_STORE
        $env:UPGRADEMODULE_STORE = Join-Path $folder store.db
        $script:registry = Start-Registry
        $script:installed = Publish-DirectusImage $registry 10.13.4
        $null = Publish-DirectusImage $registry 11.3.5
        $script:server = Start-TestPostgres

        # A container of 10.13.4 that runs on the machine's network, so that it reaches the server on the loopback.
        function New-Instance([string] $Definition = (Get-DirectusDefinition)) {
            $name = "um-directus-$([guid]::NewGuid().ToString('N').Substring(0, 8))"
            $script:containers += $name
            $database = New-DirectusDatabase $server $folder
            $port = Get-LoopbackPort
            $settings = Join-Path $folder "$name.env"
            Set-SampleSetting $settings (Get-DirectusSetting $database $port)
            $null = Invoke-Docker run --detach --name $name --network host --env-file $settings --volume "${name}-uploads:/directus/uploads" --label keep=me --restart unless-stopped $installed
            $described = @{ Name = $name; App = $Definition; Container = $name; Url = "http://127.0.0.1:$port"; BackupPath = Join-Path $folder backups; ErrorAction = 'Stop' }
            $service = Register-AppDeployment @described | Wait-AppService -ErrorAction Stop
            $service.HostKind | Should -Be Docker
            $service.Health | Should -Be Healthy
            [pscustomobject]@{ Name = $name; Url = $described.Url; Database = $database }
        }
        function Invoke-Upgrade($App, [hashtable] $With = @{}) {
            Get-AppDeployment $App.Name | Get-UpgradePath -To 11.3.5 | Invoke-AppUpgrade -Registry $registry.Name -ConfirmedStep policies -WarningAction SilentlyContinue @With
        }
        function Get-Inspect([string] $Name, [string] $Format) { docker inspect --format $Format $Name }
    }

    AfterAll {
        if (-not $folder) { return }
        foreach ($name in $containers) {
            docker ps --all --quiet --filter "name=$name" | ForEach-Object { $null = docker rm --force --volumes $_ }
            $null = docker volume rm "$name-uploads" 2>&1
        }
        Stop-TestPostgres $server
        Stop-Registry $registry
        $env:UPGRADEMODULE_STORE = $storeBefore
        Remove-Item -LiteralPath $folder -Recurse -Force
    }

    BeforeEach { if ($Missing) { Set-ItResult -Skipped -Because $Missing } }

    It 'is upgraded by digest, its migrate step run in a container of its own' {
        $app = New-Instance
        Add-DirectusArticle $app.Url 'written by an editor'
        $before = Get-DirectusView $app.Url
        $before.Version | Should -Be '10.13.4'

        $result = Invoke-Upgrade $app
        $result.Outcome | Should -Be Succeeded -Because $result.Error
        ($result.Steps | Where-Object Id -EQ Migrate).Status | Should -Be Done
        ($result.InvariantsAfter | Where-Object Name -EQ items).Value | Should -Be 26
        Invoke-TestSql $server 'SELECT max(version) FROM directus_migrations' -Database $app.Database.Name | Should -Be '20240924B'
        $after = Get-DirectusView $app.Url
        $after.Version | Should -Be '11.3.5'
        $after.Titles | Should -Be $before.Titles
        $after.Users | Should -Be $before.Users
        Add-DirectusArticle $app.Url 'written by an editor of 11'
        Get-Inspect $app.Name '{{.Config.Labels.keep}} {{.HostConfig.RestartPolicy.Name}} {{.HostConfig.NetworkMode}} {{(index .Mounts 0).Name}}' | Should -Be "me unless-stopped host $($app.Name)-uploads"
        @(docker ps --quiet --filter "name=$($app.Name)") | Should -HaveCount 1 -Because 'neither the old container nor that of the migrate step runs on'
        (Get-AppDeployment $app.Name).VersionsAgree | Should -BeTrue
    }

    It 'is taken back, container and data, when a migration fails half way' {
        $app = New-Instance
        $before = Get-DirectusView $app.Url
        $null = Invoke-TestSql $server "SET ROLE `"$($app.Database.User)`"; CREATE TABLE directus_comments (in_the_way integer)" -Database $app.Database.Name
        $id = Get-Inspect $app.Name '{{.Id}}'

        $result = Invoke-Upgrade $app @{ ErrorAction = 'SilentlyContinue' }
        $result.Outcome | Should -Be RolledBack
        $result.ErrorId | Should -Be CommandFailed
        Get-Inspect $app.Name '{{.Id}} {{.State.Running}} {{.HostConfig.RestartPolicy.Name}}' | Should -Be "$id true unless-stopped"
        Invoke-TestSql $server 'SELECT max(version) FROM directus_migrations' -Database $app.Database.Name | Should -Be '20240716A'
        $back = Get-DirectusView $app.Url
        $back.Version | Should -Be '10.13.4'
        $back.Titles | Should -Be $before.Titles
    }

    It 'is not taken for upgraded where its migrate step is left out, although its health answers 200' {
        $app = New-Instance (New-DirectusDefinition (Join-Path $folder left-out.json) { $_.migrations.Remove('upCommand') })
        $result = Invoke-Upgrade $app @{ Timeout = [timespan]::FromSeconds(20); ErrorAction = 'SilentlyContinue' }
        $result.Outcome | Should -Be RolledBack
        $result.Error | Should -Match 'not migrated'
        (Get-DirectusView $app.Url).Version | Should -Be '10.13.4'
    }
}
