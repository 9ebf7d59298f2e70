BeforeDiscovery {
    Import-Module (Join-Path $PSScriptRoot Support/SystemdTesting.psm1) -Force
    $script:missing = Get-MachineMissing
}

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot Support/UpgradeTesting.psm1) -Force
    Import-Module (Join-Path $PSScriptRoot Support/SampleAppTesting.psm1) -Force
    Import-Module (Join-Path $PSScriptRoot Support/SystemdTesting.psm1) -Force
}

Describe 'An app that systemd runs' -ForEach @{ Missing = $missing } {
    BeforeAll {
        $script:machine = $null
        $script:refused = $Missing
        if ($Missing) { return }
        # An engine without the rights for it can't boot one.
        try { $script:machine = Start-Machine -Manifest (Get-BuiltManifest) -Artifacts (Get-SampleArtifact) }
        catch { $script:refused = "no machine could be started: $_"; return }
        $script:next = 8200

        # Puts the sample app into a folder of its own, run by a unit of its own as the user notes.
        function Install-Unit {
            param([string] $Version = '1.0.0', [string[]] $Setting = @(), [string[]] $Service = @(), [string] $Command, [switch] $Start, [switch] $Register, [hashtable] $With = @{}, [string] $Definition = '/opt/test/definition/sampleapp.json')
            $script:next++
            $name = "notes$next"
            $app = [pscustomobject]@{ Name = $name; Unit = "$name.service"; Folder = "/srv/$name"; Artifact = "/srv/$name/sampleapp"; Environment = "/etc/default/$name"; Port = $next; Url = "http://127.0.0.1:$next"; Definition = $Definition }
            $unit = '[Service]', 'User=notes', "EnvironmentFile=$($app.Environment)", "Environment=SAMPLEAPP_PORT=1 `"UNUSED=a b`"", "ExecStart=$($Command ? $Command.Replace('{artifact}', $app.Artifact) : $app.Artifact)", 'Restart=always', 'SuccessExitStatus=143', "WorkingDirectory=$($app.Folder)" + $Service
            $settings = "SAMPLEAPP_PORT=$next", "SAMPLEAPP_DATABASE=`"$($app.Folder)/notes.db`"" + $Setting
            $files = @{ "/etc/systemd/system/$($app.Unit)" = $unit; $app.Environment = $settings }
            foreach ($file in $files.GetEnumerator()) { $null = Invoke-Shell $machine "printf '%s\n' $(($file.Value | ForEach-Object { "'$($_ -replace "'", "'\''")'" }) -join ' ') > $($file.Key)" }
            $null = Invoke-Shell $machine "mkdir $($app.Folder) && cp /opt/test/sampleapp/sampleapp-$Version $($app.Artifact) && chown -R notes:notes $($app.Folder) && chmod 750 $($app.Artifact) && chmod 600 $($app.Environment) && systemctl daemon-reload$($Start ? " && systemctl start $name" : '')"
            if ($Register) {
                $null = Invoke-InMachine $machine -Argument @{ App = $app; With = $With } {
                    $app = $Argument.App
                    $with = $Argument.With
                    $null = Register-AppDeployment $app.Name $app.Definition -Unit $app.Unit @with
                    if ((Get-AppDeployment $app.Name).Status -ne 'Stopped') { $null = Get-AppDeployment $app.Name | Wait-AppService -Timeout 60 }
                }
            }
            $app
        }

        # Every row that people see, as text.
        function Get-Row($App) {
            (Invoke-Http $machine $App.Port '/api/users').users | ForEach-Object { "user $($_.id) $($_.name)" }
            (Invoke-Http $machine $App.Port '/api/notes?limit=100000').notes | ForEach-Object { "note $($_.id) $($_.author) $($_.text) $($_.created)" }
        }

        function Add-UnitNote($App, [int] $Count = 5) {
            foreach ($i in 1..$Count) { $null = Invoke-Http $machine $App.Port '/api/notes' (@{ text = "note $i of a test, 100% 'quoted'" } | ConvertTo-Json -Compress) }
        }

        function Get-Property($App, [string] $Name) { Invoke-Shell $machine "systemctl show $($App.Unit) --value -p $Name" }

        function Invoke-Upgrade($App, [hashtable] $With = @{}) {
            Invoke-InMachine $machine -Argument @{ Name = $App.Name; With = $With } {
                $with = $Argument.With
                Get-AppDeployment $Argument.Name | Get-UpgradePath | Invoke-AppUpgrade -ArtifactPath /opt/test/sampleapp -ErrorAction SilentlyContinue -WarningVariable warnings @with |
                    Select-Object RunId, Outcome, ErrorId, Error, @{ n = 'Reached'; e = { "$($_.Reached)" } }, @{ n = 'Steps'; e = { @($_.Steps | ForEach-Object { "$($_.Id) $($_.Status)" }) } }, @{ n = 'Warnings'; e = { @($warnings | ForEach-Object { "$_" }) } }
            }
        }
    }

    AfterAll { if ($machine) { Stop-Machine $machine } }

    BeforeEach { if ($refused) { Set-ItResult -Skipped -Because $refused } }

    It 'is upgraded over both stops, with owner, group and mode of its file kept and every row' {
        $app = Install-Unit -Start -Register
        Add-UnitNote $app
        $before = Get-Row $app
        @($before -like 'note *').Count | Should -BeGreaterOrEqual 5
        $result = Invoke-Upgrade $app
        $result.Outcome | Should -Be Succeeded -Because $result.Error
        $result.Reached | Should -Be '2.0.0'
        Get-Row $app | Should -Be $before
        Invoke-Shell $machine "stat -c '%U:%G %a' $($app.Artifact)" | Should -Be 'notes:notes 750'
        Invoke-Shell $machine "stat -c %a $($app.Folder)/.upgrademodule/$($app.Name)" | Should -Be '700'
        Get-Property $app ActiveState | Should -Be active
        Get-Property $app NRestarts | Should -Be 0
        $now = Invoke-InMachine $machine -Argument $app.Name { Get-AppDeployment $Argument | Select-Object Status, VersionsAgree, @{ n = 'Version'; e = { "$($_.Version)" } } }
        $now.Version, $now.Status, $now.VersionsAgree | Should -Be '2.0.0', 'Running', $true
    }

    It 'is told with its process, its settings by file and unit, and its database' {
        $app = Install-Unit -Start -Register
        $seen = Invoke-InMachine $machine -Argument $app.Name {
            $deployment = Get-AppDeployment $Argument
            $service = $deployment | Get-AppService
            @{ Process = $service.ProcessId; Url = $deployment.Url; Database = $deployment.Database.Path; Artifact = $deployment.Settings.ArtifactPath; Directory = $deployment.Settings.WorkingDirectory; Health = $service.Health; Age = ([datetime]::UtcNow - $service.StartedOn.UtcDateTime).TotalSeconds }
        }
        $seen.Process | Should -Be (Get-Property $app MainPID)
        $seen.Url, $seen.Database, $seen.Artifact, $seen.Directory, $seen.Health | Should -Be $app.Url, "$($app.Folder)/notes.db", $app.Artifact, $app.Folder, 'Healthy'
        $seen.Age | Should -BeLessThan 120
        $seen.Age | Should -BeGreaterOrEqual 0
    }

    It 'goes back, data and file, when the new version fails, and is not left in a crash loop' {
        $app = Install-Unit -Start -Register -Setting 'SAMPLEAPP_FAIL_MIGRATION=v2.00-002'
        Add-UnitNote $app
        $before = Get-Row $app
        $result = Invoke-Upgrade $app
        $result.Outcome | Should -Be RolledBack
        $result.Reached | Should -Be '1.1.0'
        $result.ErrorId | Should -BeIn ServiceCrashed, ServiceStartFailed
        $result.Error | Should -Match 'exit code 1|crash loop'
        Get-Row $app | Should -Be $before
        Get-Property $app ActiveState | Should -Be active
        Get-Property $app NRestarts | Should -Be 0
        # What was put back belongs to whom it belonged before: the old version can write again.
        Invoke-Shell $machine "find $($app.Folder) -maxdepth 1 -type f ! -user notes" | Should -BeNullOrEmpty
        Add-UnitNote $app 1
        @(Get-Row $app).Count | Should -Be (@($before).Count + 1)
        Invoke-Shell $machine "su -s /bin/sh notes -c '$($app.Artifact) --version'" | Should -Be 'SampleApp 1.1.0'
        Invoke-Shell $machine "stat -c '%U:%G %a' $($app.Artifact)" | Should -Be 'notes:notes 750'
    }

    It 'has its crash loop recognised and stopped by a start, with its last lines and no secret' {
        $app = Install-Unit -Register -Setting 'SAMPLEAPP_FAIL_MIGRATION=v1.00-001', 'SAMPLEAPP_DB_PASSWORD=planted-password-1122334455'
        $seen = Invoke-InMachine $machine -Argument $app.Name {
            try { $null = Get-AppDeployment $Argument | Start-AppService -ErrorAction Stop }
            catch { @{ Id = $_.FullyQualifiedErrorId; Message = "$_ $($_.Exception.Message)" } }
        }
        if (-not $seen) {
            # It lived for the moment that a start looks at; then the wait sees it.
            $seen = Invoke-InMachine $machine -Argument $app.Name {
                try { $null = Get-AppDeployment $Argument | Wait-AppService -ErrorAction Stop } catch { @{ Id = $_.FullyQualifiedErrorId; Message = "$_ $($_.Exception.Detail)" } }
                $null = Get-AppDeployment $Argument | Stop-AppService
            }
        }
        $seen.Id | Should -Match '^Service(StartFailed|Crashed),'
        $seen.Message | Should -Match 'Initialization FAILED|again and again'
        $seen.Message | Should -Not -Match 'planted-password'
        Get-Property $app ActiveState | Should -Be inactive
    }

    It 'tells a crash loop that somebody else left' {
        $app = Install-Unit -Register -Setting 'SAMPLEAPP_FAIL_MIGRATION=v1.00-001' -Service 'RestartSec=60'
        $null = Invoke-Shell $machine "systemctl start $($app.Unit); for i in `$(seq 100); do [ `"`$(systemctl show $($app.Unit) --value -p SubState)`" = auto-restart ] && break; sleep 0.1; done"
        $seen = Invoke-InMachine $machine -Argument $app.Name {
            $deployment = Get-AppDeployment $Argument
            $deployment | Get-AppService | Select-Object Status, ExitCode, ProcessId
            ($deployment | Test-UpgradeReadiness -ArtifactPath /opt/test/sampleapp).Blockers | Where-Object Check -EQ ServiceHealthy | ForEach-Object Message
            $deployment | Stop-AppService | ForEach-Object { "$($_.Status)" }
        }
        $seen[0].Status, $seen[0].ExitCode | Should -Be 'Restarting', 1
        $seen[1] | Should -Match 'crash loop'
        $seen[2] | Should -Be 'Stopped'
        Get-Property $app ActiveState | Should -Be inactive
    }

    It 'has its migrate command run once as its own user, with its own settings' {
        $definition = Get-Content -LiteralPath (Get-SampleDefinition) -Raw | ConvertFrom-Json -AsHashtable
        $definition.migrations.upCommand = '{artifact}', 'migrate up'
        $text = [Convert]::ToBase64String([Text.Encoding]::UTF8.GetBytes(($definition | ConvertTo-Json -Depth 20)))
        $null = Invoke-Shell $machine "mkdir -p /srv/definitions && echo $text | base64 -d > /srv/definitions/migrate.json"
        $good = Install-Unit -Start -Register -Definition /srv/definitions/migrate.json -Service 'UMask=0027'
        $bad = Install-Unit -Start -Register -Definition /srv/definitions/migrate.json -Setting 'SAMPLEAPP_FAIL_MIGRATION=v2.00-002'
        Add-UnitNote $good
        $before = Get-Row $good
        $result = Invoke-Upgrade $good
        $result.Outcome | Should -Be Succeeded -Because $result.Error
        @($result.Steps -eq 'Migrate Done') | Should -HaveCount 2
        Get-Row $good | Should -Be $before
        Invoke-Shell $machine "find $($good.Folder) -maxdepth 1 -type f ! -user notes" | Should -BeNullOrEmpty

        $before = Get-Row $bad
        $result = Invoke-Upgrade $bad
        $result.Outcome, $result.Reached | Should -Be 'RolledBack', '1.1.0'
        $result.Steps | Should -Contain 'Migrate Failed'
        Get-Row $bad | Should -Be $before
        Get-Property $bad NRestarts | Should -Be 0
    }

    It 'has its upgrade rehearsed by a clone that runs as its user, writes nothing of it and leaves nothing' {
        $app = Install-Unit -Start -Register
        Add-UnitNote $app
        $rows = Get-Row $app
        # Only the clone tries to write to what is the live service's: that one has been started before.
        $null = Invoke-Shell $machine "echo SAMPLEAPP_WRITES=$($app.Folder)/notes.db,/var/tmp/of-the-clone >> $($app.Environment); sync"
        # Backup, proof and rehearsal read the running application's file and its log, and bring nothing of the log into the file: what lies there stays as it is. The
        # application does so itself at its thousandth page, which these few notes are far from, and where it closes its last connection, which its pool keeps.
        $before = Invoke-Shell $machine "sha256sum $($app.Folder)/notes.db $($app.Folder)/notes.db-wal $($app.Artifact); systemctl show $($app.Unit) --value -p MainPID,ActiveEnterTimestamp"
        $result = Invoke-InMachine $machine -Argument @{ Name = $app.Name } {
            $null = Get-AppDeployment $Argument.Name | Backup-AppDatabase -Destination /srv/backups | Test-AppBackup
            $seen = [System.Collections.Generic.List[string]]::new()
            Test-AppUpgrade $Argument.Name -ArtifactPath /opt/test/sampleapp -Verbose 4>&1 | ForEach-Object { if ($_ -is [Management.Automation.VerboseRecord]) { $seen.Add("$_") } else { $_ } } |
                Select-Object Healthy, Isolated, Problems, @{ n = 'Stops'; e = { @($_.Stops | ForEach-Object { "$($_.To)" }) } }, @{ n = 'Seconds'; e = { $_.PredictedDowntime.TotalSeconds } }, @{ n = 'Deployment'; e = { "$($_.Deployment.HostKind)" } }
        }
        $result.Healthy | Should -BeTrue -Because ($result.Problems -join ' ')
        $result.Isolated | Should -BeTrue
        $result.Stops | Should -Be '1.1.0', '2.0.0'
        $result.Seconds | Should -BeGreaterThan 0
        $result.Deployment | Should -Be Systemd
        Invoke-Shell $machine "sha256sum $($app.Folder)/notes.db $($app.Folder)/notes.db-wal $($app.Artifact); systemctl show $($app.Unit) --value -p MainPID,ActiveEnterTimestamp" | Should -Be $before
        Get-Row $app | Should -Be $rows
        Invoke-Shell $machine "ls /var/tmp | grep of-the-clone || echo none" | Should -Be none
        Invoke-Shell $machine "ls -d $($app.Folder)/.upgrademodule/um-rehearsal-* /tmp/um-* 2>/dev/null || echo none" | Should -Be none
        Invoke-Shell $machine 'grep -lsz UPGRADEMODULE_REHEARSAL= /proc/[0-9]*/environ || echo none' | Should -Be none
    }

    It 'is found, as a deployment that can be registered as it is' {
        $app = Install-Unit -Start
        $found = Invoke-InMachine $machine -Argument $app {
            $one = Find-AppDeployment -App /opt/test/definition/sampleapp.json -WarningAction SilentlyContinue | Where-Object { $_.Settings.ArtifactPath -eq $Argument.Artifact }
            $one | Select-Object Name, App, HostKind, Url, Status, @{ n = 'Version'; e = { "$($_.Version)" } }, @{ n = 'Artifact'; e = { $_.Settings.ArtifactPath } }, @{ n = 'Files'; e = { $_.Settings.EnvironmentFiles -join ' ' } }
            $one | Register-AppDeployment | ForEach-Object { "$($_.Name) $($_.Database.Path)" }
        }
        $found[0].Name, $found[0].App, $found[0].HostKind, $found[0].Url, $found[0].Version, $found[0].Artifact, $found[0].Files, $found[0].Status | Should -Be $app.Name, 'sampleapp', 'Systemd', $app.Url, '1.0.0', $app.Artifact, '', 'Running'
        $found | Should -HaveCount 2
        $found[1] | Should -Be "$($app.Name) $($app.Folder)/notes.db"
    }

    Context 'run by java' {
        BeforeAll {
            if ($refused) { return }
            # Stand-ins: they tell a version as java does, and run what is given with -jar.
            foreach ($major in 11, 21) {
                $null = Invoke-Shell $machine @"
mkdir -p '/opt/java $major/bin' && cat > '/opt/java $major/bin/java' <<'END'
#!/bin/bash
if [ "`$1" = -version ]; then echo 'openjdk version "$major.0.4"' >&2; exit; fi
export STANDIN_JAVA=$major
while [ "`$1" != -jar ]; do shift; done
shift; exec "`$@"
END
chmod 755 '/opt/java $major/bin/java'
"@
            }
            $definition = Get-Content -LiteralPath (Get-SampleDefinition) -Raw | ConvertFrom-Json -AsHashtable
            $definition.requirements = @(@{ name = 'java'; kind = 'runtime'; from = '0'; minimum = '11' }, @{ name = 'java'; kind = 'runtime'; from = '2.0.0'; minimum = '21' })
            $text = [Convert]::ToBase64String([Text.Encoding]::UTF8.GetBytes(($definition | ConvertTo-Json -Depth 20)))
            $null = Invoke-Shell $machine "mkdir -p /srv/definitions && echo $text | base64 -d > /srv/definitions/java.json"
            $script:command = '"/opt/java 11/bin/java" "-Da=b  c" -Dq=it\''s "-Dx=\"quoted\" \\ 100%%" -Du=ä $UNUSED ${UNUSED} -jar {artifact}'
            function Get-Java($App) { Invoke-Shell $machine "tr '\0' '\n' < /proc/`$(systemctl show $($App.Unit) --value -p MainPID)/environ | sed -n 's/^STANDIN_JAVA=//p'" }
            function Get-ExecStart($App) { Invoke-Shell $machine "busctl get-property org.freedesktop.systemd1 /org/freedesktop/systemd1/unit/$($App.Name)_2eservice org.freedesktop.systemd1.Service ExecStartEx | sed 's/ [0-9]* [0-9]* [0-9]* [0-9]* [0-9]* [0-9]* [0-9]*`$//'" }
            $script:java = @{ Definition = '/srv/definitions/java.json'; Command = $command; Start = $true; Register = $true; With = @{ JavaPath = @{ 11 = '/opt/java 11/bin/java'; 21 = '/opt/java 21/bin/java' } } }
        }

        It 'runs each version on its own Java, by a drop-in with the same arguments, which stays when the run is completed' {
            $app = Install-Unit @java
            $before = Get-ExecStart $app
            Get-Java $app | Should -Be 11
            $result = Invoke-Upgrade $app
            $result.Outcome | Should -Be Succeeded -Because $result.Error
            Get-Java $app | Should -Be 21
            Get-ExecStart $app | Should -Be $before.Replace('/opt/java 11/', '/opt/java 21/')
            Get-Property $app DropInPaths | Should -Be "/etc/systemd/system/$($app.Unit).d/zz-upgrademodule-java.conf"
            Get-Property $app NeedDaemonReload | Should -Be no
            $null = Invoke-InMachine $machine -Argument $app.Name { Get-UpgradeRun $Argument | Complete-UpgradeRun -Force | ForEach-Object RunId }
            Get-Java $app | Should -Be 21
            Invoke-Shell $machine "find $($app.Folder)/.upgrademodule -path '*kept*' -type f" | Should -BeNullOrEmpty
            Invoke-Shell $machine "systemctl restart $($app.Unit)"
            Get-Java $app | Should -Be 21
        }

        It 'takes the drop-in back with the version' {
            $app = Install-Unit @java -Setting 'SAMPLEAPP_FAIL_MIGRATION=v2.00-002'
            $before = Get-ExecStart $app
            $result = Invoke-Upgrade $app
            $result.Outcome | Should -Be RolledBack
            $result.Reached | Should -Be '1.1.0'
            Get-Java $app | Should -Be 11
            Get-ExecStart $app | Should -Be $before
            Invoke-Shell $machine "ls -d /etc/systemd/system/$($app.Unit).d 2>/dev/null || true" | Should -BeNullOrEmpty
        }
    }

    It 'tells an ordinary user which right is missing, and what to do' {
        $app = Install-Unit -Start
        $seen = foreach ($user in 'notes', 'guest') {
            Invoke-InMachine $machine -User $user -Argument $app {
                # What root registered, as it would come from another session: this user can't even read its settings.
                $deployment = [UpgradeModule.AppDeployment]@{ Name = 'mine'; App = $Argument.Definition; HostKind = 'Systemd'; Settings = [UpgradeModule.AppHostSettings]@{ Unit = $Argument.Unit } }
                try { $null = $deployment | Stop-AppService -ErrorAction Stop } catch { @{ Id = $_.FullyQualifiedErrorId; Message = "$_ $($_.ErrorDetails.RecommendedAction)"; Category = "$($_.CategoryInfo.Category)" } }
            }
        }
        $seen | Should -HaveCount 2
        $seen.Id | ForEach-Object { $_ | Should -Match '^PermissionMissing,' }
        $seen.Category | Should -Be 'PermissionDenied', 'PermissionDenied'
        $seen[0].Message | Should -Match 'org\.freedesktop\.systemd1\.manage-units.*sudo pwsh'
        $seen[1].Message | Should -Match 'takes root.*sudo pwsh'
        Get-Property $app ActiveState | Should -Be active
    }

    It 'tells masked, missing and broken units apart' {
        $app = Install-Unit
        $null = Invoke-Shell $machine "cp /etc/systemd/system/$($app.Unit) /etc/systemd/system/broken.service && sed -i 's/^ExecStart=.*//' /etc/systemd/system/broken.service && mv /etc/systemd/system/$($app.Unit) /root && systemctl daemon-reload && systemctl mask $($app.Unit)"
        $seen = Invoke-InMachine $machine -Argument $app {
            foreach ($unit in $Argument.Unit, 'nowhere', 'broken') {
                $settings = [UpgradeModule.AppHostSettings]@{ Unit = $unit; ArtifactPath = $Argument.Artifact }
                try { $null = [UpgradeModule.AppDeployment]@{ Name = 'x'; App = $Argument.Definition; HostKind = 'Systemd'; Settings = $settings } | Start-AppService -ErrorAction Stop } catch { $_.FullyQualifiedErrorId.Split(',')[0] }
            }
        }
        $seen | Should -Be 'UnitMasked', 'UnitNotFound', 'UnitInvalid'
    }

    It 'is waited for when its stop takes long, and told when systemd had to kill it' {
        $slow = Install-Unit -Start -Register -Setting 'SAMPLEAPP_STOP_DELAY_MS=3000'
        $stubborn = Install-Unit -Start -Register -Setting 'SAMPLEAPP_IGNORE_STOP=1' -Service 'TimeoutStopSec=2'
        $seen = Invoke-InMachine $machine -Argument @($slow.Name, $stubborn.Name) {
            foreach ($name in $Argument) {
                $took = [Diagnostics.Stopwatch]::StartNew()
                $service = Get-AppDeployment $name | Stop-AppService -WarningVariable warnings -WarningAction SilentlyContinue
                @{ Status = "$($service.Status)"; Seconds = $took.Elapsed.TotalSeconds; Warnings = "$warnings"; ExitCode = $service.ExitCode }
            }
        }
        $seen[0].Status, $seen[0].Warnings | Should -Be 'Stopped', ''
        $seen[0].Seconds | Should -BeGreaterThan 2.5
        $seen[1].Status, $seen[1].ExitCode | Should -Be 'Stopped', 137
        $seen[1].Warnings | Should -Match 'TimeoutStopSec'
        Get-Property $stubborn ActiveState | Should -Be inactive
    }

    It 'can be upgraded by somebody else no sooner than its lock is given back' {
        $app = Install-Unit -Start -Register
        $null = Invoke-Shell $machine "mkdir -p $($app.Folder)/.upgrademodule/$($app.Name)"
        $null = docker exec -d $machine flock -x "$($app.Folder)/.upgrademodule/$($app.Name)/lock" sleep 30
        Start-Sleep -Milliseconds 300
        $seen = Invoke-InMachine $machine -Argument $app.Name { try { $null = Get-AppDeployment $Argument | Stop-AppService -ErrorAction Stop } catch { $_.FullyQualifiedErrorId } }
        $seen | Should -Match '^DeploymentLocked,'
        Get-Property $app ActiveState | Should -Be active
    }
}
