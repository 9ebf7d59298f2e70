BeforeDiscovery {
    Import-Module (Join-Path $PSScriptRoot Support/SampleAppTesting.psm1) -Force
    $script:missing = Get-PostgresMissing
    $script:ways = @(
        @{ Way = 'in the address of the database' }
        @{ Way = 'by reference to a file and to an environment variable' }
    )
    $script:longWays = @{ Way = 'in the environment file' }, @{ Way = 'as credentials on the command line' }
    # Each way is tried by the same tests; some only in long runs.
    $script:tests = {
        BeforeAll {
            if ($missing) { return }
            $script:secret = New-Secret
            $script:maintenance = New-Secret
            # Only the maintenance role may create databases, so that its log-in is really used.
            $script:database = New-TestDatabase $server -Password $secret -Rights ''
            $script:admin = "admin_$($database.Name)"
            $null = Invoke-TestSql $server "CREATE ROLE `"$admin`" LOGIN SUPERUSER PASSWORD '$($maintenance -replace "'", "''")'"
            $name = 'app_' + ($Way -split ' ')[-1]
            $script:arguments = @{ Artifacts = $artifacts; Deep = @{} }
            $plain = 'SAMPLEAPP_DB_TYPE=postgres', 'SAMPLEAPP_DB_HOST=127.0.0.1', "SAMPLEAPP_DB_PORT=$($server.Port)", "SAMPLEAPP_DB_NAME=$($database.Name)", "SAMPLEAPP_DB_USER=$($database.User)"
            $app = New-SampleApp -Folder $folder -Name $name -Unstored
            $given.Add($app.Environment)
            $lines = @("SAMPLEAPP_PORT=$($app.Port)")
            $with = @{ Name = $name; App = (Get-SampleDefinition); ArtifactPath = $app.Artifact; Command = '{artifact}'; WorkingDirectory = $app.Folder; EnvironmentFile = $app.Environment; Url = $app.Url; BackupPath = $app.Backups }
            $quoted = 'SAMPLEAPP_DB_PASSWORD="' + ($secret -replace '(["\\`$])', '\$1') + '"'
            $arguments.Deep.MaintenanceCredential = [pscredential]::new($admin, (ConvertTo-SecureString $maintenance -AsPlainText -Force))
            switch ($Way) {
                'in the environment file' { $lines += $plain + $quoted }
                'in the address of the database' { $lines += "SAMPLEAPP_DATABASE=postgres://$($database.User):$([Uri]::EscapeDataString($secret))@127.0.0.1:$($server.Port)/$($database.Name)" }
                'as credentials on the command line' {
                    $lines += $plain + $quoted
                    $arguments.Deep.Credential = [pscredential]::new($database.User, (ConvertTo-SecureString $secret -AsPlainText -Force))
                }
                default {
                    $lines += $plain
                    $file = Join-Path $app.Folder password.txt
                    Set-SampleSetting $file $secret
                    $given.Add($file)
                    $env:UPGRADEMODULE_TEST_ADMIN = $maintenance
                    $with += @{ EnvironmentReference = @{ SAMPLEAPP_DB_PASSWORD = "file:$file" }; DatabaseEngine = 'Postgres'; DatabaseServer = '127.0.0.1'; DatabasePort = $server.Port; DatabaseName = $database.Name
                        DatabaseUser = $database.User; DatabaseSecret = "file:$file"; MaintenanceUser = $admin; MaintenanceSecret = 'env:UPGRADEMODULE_TEST_ADMIN' }
                    $arguments.Deep = @{}
                }
            }
            Set-SampleSetting $app.Environment $lines
            $arguments += @{ With = $with; Environment = $app.Environment; Name = $name }
            $script:app = $app
        }

        AfterAll { $env:UPGRADEMODULE_TEST_ADMIN = $null }

        It 'is in nothing that comes out of an upgrade, a failed one, a restore and all between' {
            if ($missing) { Set-ItResult -Skipped -Because $missing }
            $heard = Invoke-Talkative -Argument $arguments {
                param($Argument)
                $with, $deep, $name = $Argument.With, $Argument.Deep, $Argument.Name
                Register-AppDeployment @with
                Start-AppService $name | Wait-AppService
                Get-AppDeployment $name
                Test-UpgradeReadiness $name -ArtifactPath $Argument.Artifacts @deep
                # By pg_dump, whose command line is watched, and by the module itself, which the upgrade does as well.
                $null = Backup-AppDatabase $name -Engine PgDump @deep
                $backup = Backup-AppDatabase $name @deep
                $backup
                $backup | Test-AppBackup @deep
                $first = Invoke-AppUpgrade $name -To 1.1.0 -ArtifactPath $Argument.Artifacts @deep
                $first
                Add-Content -LiteralPath $Argument.Environment 'SAMPLEAPP_FAIL_MIGRATION=v2.00-002'
                $second = Invoke-AppUpgrade $name -To 2.0.0 -ArtifactPath $Argument.Artifacts @deep
                $second
                Stop-AppService $name
                $backup | Restore-AppDatabase -Force @deep
                Get-UpgradeRun -Name $name
                $first | Complete-UpgradeRun -Force @deep
                Get-AppBackup -Name $name
                Get-AppDeployment $name
            }
            # It all really happened.
            $outcomes = $heard.Output | Where-Object { $_ -is [UpgradeModule.UpgradeResult] } | ForEach-Object { "$($_.Outcome)" }
            $outcomes | Should -Be 'Succeeded', 'RolledBack' -Because (@($heard.Errors | ForEach-Object { "$_" }) -join "`n")
            $heard.Output | Where-Object { $_ -is [UpgradeModule.BackupTestResult] } | ForEach-Object Valid | Should -Be $true -Because (@($heard.Errors | ForEach-Object { "$_" }) -join "`n")
            $heard.Output | Where-Object { $_ -is [UpgradeModule.RestoreResult] } | Should -HaveCount 1 -Because (@($heard.Errors | ForEach-Object { "$_" }) -join "`n")
            $heard.Errors | Should -Not -BeNullOrEmpty
            $heard.Said.Count | Should -BeGreaterThan 10
            Assert-Quiet $heard
            Assert-NoSecretInFiles $folder $given
        }

        It 'is in no error when it is wrong, nor when the server is not there' {
            if ($missing) { Set-ItResult -Skipped -Because $missing }
            $wrong = New-Secret
            $heard = Invoke-Talkative -Argument @{ Name = $arguments.Name; Deep = $arguments.Deep; Artifacts = $artifacts; NoPort = Get-LoopbackPort
                Wrong = @{ Credential = [pscredential]::new($database.User, (ConvertTo-SecureString $wrong -AsPlainText -Force)) } } {
                param($Argument)
                $wrong, $deep, $name = $Argument.Wrong, $Argument.Deep, $Argument.Name
                Backup-AppDatabase $name @wrong
                Test-UpgradeReadiness $name -ArtifactPath $Argument.Artifacts @wrong
                Invoke-AppUpgrade $name -ArtifactPath $Argument.Artifacts @wrong
                $nowhere = Get-AppDeployment $name -NoProbe | Set-AppDeployment -DatabasePort $Argument.NoPort -DatabaseServer 127.0.0.1 -DatabaseEngine Postgres
                $nowhere
                Backup-AppDatabase $name @deep
                Get-AppDeployment $name
            }
            $heard.Errors.Count | Should -BeGreaterThan 2
            Assert-Quiet $heard
            Assert-NoSecretInFiles $folder $given
        }

        It 'is in no command line of any process' {
            if ($missing) { Set-ItResult -Skipped -Because $missing }
            $seen = $watch.Seen
            $seen -match 'pg_dump' | Should -Not -BeNullOrEmpty -Because 'the watch sees the programs that the module runs'
            Assert-NoSecret $seen 'a command line'
        }
    }
}

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot Support/UpgradeTesting.psm1) -Force
    Import-Module (Join-Path $PSScriptRoot Support/SampleAppTesting.psm1) -Force
    Import-BuiltModule
    $script:missing = Get-PostgresMissing
    if ($missing) { return }

    Add-Type -TypeDefinition @'
using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
/// <summary>Looks all the time at the command lines of all processes.</summary>
public sealed class CommandLineWatch : IDisposable
{
    private readonly HashSet<string> _seen = new HashSet<string>();
    private readonly Thread _thread;
    private volatile bool _over;
    public CommandLineWatch() { _thread = new Thread(Look) { IsBackground = true }; _thread.Start(); }
    public string[] Seen { get { lock (_seen) { var all = new string[_seen.Count]; _seen.CopyTo(all); return all; } } }
    public void Dispose() { _over = true; _thread.Join(); }
    private void Look()
    {
        while (!_over)
        {
            foreach (var folder in Directory.EnumerateDirectories("/proc"))
            {
                if (!char.IsAsciiDigit(Path.GetFileName(folder)[0])) continue;
                try { var text = File.ReadAllText(folder + "/cmdline"); if (text.Length > 0) lock (_seen) _seen.Add(text.Replace('\0', ' ')); }
                catch (IOException) { }
                catch (UnauthorizedAccessException) { }
            }
            Thread.Sleep(4);
        }
    }
}
'@

    $script:folder = New-TestFolder
    $script:storeBefore = $env:UPGRADEMODULE_STORE
    $env:UPGRADEMODULE_STORE = Join-Path $folder store.db
    $script:server = Start-TestPostgres
    $script:artifacts = Get-SampleArtifact
    $script:watch = [CommandLineWatch]::new()
    # The files that an administrator wrote a password into, of all the ways: their folders lie beside each other.
    $script:given = [Collections.Generic.List[string]]::new()

    # A password that breaks where it is pasted unescaped. Its core survives every way of escaping.
    $script:cores = [Collections.Generic.List[string]]::new()
    function New-Secret {
        $core = [guid]::NewGuid().ToString('N')
        $cores.Add($core)
        "s @/:?#%é'`"\$core&=`$x"
    }

    # Runs a script in a runspace of its own, talkative, and gives everything that came out of it in any way.
    function Invoke-Talkative {
        param([scriptblock] $Script, [hashtable] $Argument)
        $shell = [powershell]::Create()
        try {
            $null = $shell.AddScript("Import-Module '$(Get-BuiltManifest)'").Invoke()
            $shell.Commands.Clear()
            $null = $shell.AddScript("param(`$Argument) `$VerbosePreference = `$DebugPreference = `$InformationPreference = 'Continue'; & { $Script } `$Argument").AddArgument($Argument)
            $output = @($shell.Invoke())
            [pscustomobject]@{
                Output = $output
                Errors = @($shell.Streams.Error) + @($shell.Runspace.SessionStateProxy.GetVariable('Error'))
                Said = @($shell.Streams.Warning) + @($shell.Streams.Verbose) + @($shell.Streams.Debug) + @($shell.Streams.Information) + @($shell.Streams.Progress)
            }
        }
        finally { $shell.Dispose() }
    }

    # Every text that a person or a program could get out of a record.
    function Get-RecordText($Record) {
        $Record | Out-String -Width 500
        $Record | Format-List * -Force | Out-String -Width 2000
        $Record | Format-Custom * -Depth 5 -Force | Out-String -Width 2000
        $Record | ConvertTo-Json -Depth 9 -WarningAction Ignore
        [Management.Automation.PSSerializer]::Serialize($Record, 9)
    }

    function Get-ErrorText($ErrorRecord) {
        $ErrorRecord | Out-String -Width 500
        $ErrorRecord | Format-List * -Force | Out-String -Width 2000
        Get-Error -InputObject $ErrorRecord | Out-String -Width 2000
        if ($ErrorRecord -isnot [Management.Automation.ErrorRecord]) { return "$ErrorRecord" }
        $ErrorRecord.ErrorDetails | Format-List * -Force | Out-String -Width 2000
        $ErrorRecord.TargetObject | Out-String -Width 500
        $ErrorRecord.InvocationInfo | Format-List * -Force | Out-String -Width 2000
        $ErrorRecord.InvocationInfo.BoundParameters | Format-List * -Force | Out-String -Width 2000
        [Management.Automation.PSSerializer]::Serialize($ErrorRecord, 5)
        for ($exception = $ErrorRecord.Exception; $exception; $exception = $exception.InnerException) {
            $exception.ToString()
            $exception | Format-List * -Force | Out-String -Width 2000
            $exception.Data.Keys | ForEach-Object { "$_ $($exception.Data[$_])" }
        }
    }

    function Assert-NoSecret($Text, [string] $Where) {
        $all = @($Text) -join "`n"
        foreach ($core in $cores) {
            $at = $all.IndexOf($core, [StringComparison]::OrdinalIgnoreCase)
            $around = $at -lt 0 ? '' : $all.Substring([Math]::Max(0, $at - 200), [Math]::Min(400, $all.Length - [Math]::Max(0, $at - 200)))
            $at | Should -Be -1 -Because "a password is in $Where`: $around"
        }
    }

    function Assert-Quiet($Heard) {
        Assert-NoSecret ($Heard.Output | ForEach-Object { Get-RecordText $_ }) 'the output'
        Assert-NoSecret ($Heard.Errors | ForEach-Object { Get-ErrorText $_ }) 'an error'
        Assert-NoSecret ($Heard.Said | ForEach-Object { "$_"; $_ | Format-List * -Force | Out-String -Width 2000 }) 'a stream'
    }

    # All files below a folder but those that were given the password by the administrator.
    function Assert-NoSecretInFiles($Path, [string[]] $Given) {
        $files = Get-ChildItem -LiteralPath $Path -Recurse -File -Force | Where-Object { $_.FullName -notin $Given -and $_.Name -notlike 'sampleapp*' -or $_.Name -like '*.log' }
        $files.Count | Should -BeGreaterThan 5
        foreach ($file in $files) {
            $bytes = [IO.File]::ReadAllBytes($file.FullName)
            Assert-NoSecret ([Text.Encoding]::Latin1.GetString($bytes)) $file.FullName
            Assert-NoSecret ([Text.Encoding]::Unicode.GetString($bytes)) $file.FullName
        }
    }
}

AfterAll {
    if ($missing) { return }
    $watch.Dispose()
    Stop-SampleApps $folder
    Stop-TestPostgres $server
    $env:UPGRADEMODULE_STORE = $storeBefore
    Remove-Item -LiteralPath $folder -Recurse -Force
}

Describe 'A password that was given <Way>' -ForEach $ways $tests
Describe 'A password that was given <Way>' -Tag Long -ForEach $longWays $tests

Describe 'A password that was typed where a reference belongs' {
    It 'is not repeated, and not stored' {
        if ($missing) { Set-ItResult -Skipped -Because $missing }
        $typed = New-Secret
        $app = New-SampleApp -Folder $folder -Name typed
        $heard = Invoke-Talkative -Argument @{ Name = $app.Name; Typed = $typed } {
            param($Argument)
            Set-AppDeployment $Argument.Name -DatabaseEngine Postgres -DatabaseServer 127.0.0.1 -DatabaseSecret $Argument.Typed
            Set-AppDeployment $Argument.Name -EnvironmentReference @{ SAMPLEAPP_DB_PASSWORD = $Argument.Typed }
        }
        $heard.Errors | ForEach-Object FullyQualifiedErrorId | Should -Contain 'SecretReferenceInvalid,UpgradeModule.Commands.SetAppDeploymentCommand'
        # PowerShell itself keeps what was bound with the record; the module's own words and files don't have it.
        Assert-NoSecret ($heard.Errors | ForEach-Object { "$_"; $_.Exception.ToString(); $_.ErrorDetails | Out-String; $_.TargetObject | Out-String; [Management.Automation.PSSerializer]::Serialize($_.Exception, 5) }) 'an error'
        Assert-NoSecret ($heard.Said | ForEach-Object { "$_" }) 'a stream'
        Assert-NoSecret ($heard.Output | ForEach-Object { Get-RecordText $_ }) 'the output'
        Assert-NoSecretInFiles $folder @(Get-ChildItem $folder -Recurse -File -Include *.env, password.txt | ForEach-Object FullName)
    }
}
