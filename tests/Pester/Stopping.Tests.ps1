BeforeDiscovery {
    Import-Module (Join-Path $PSScriptRoot Support/SampleAppTesting.psm1) -Force
    $script:ways = @(
        @{ Way = 'Ctrl+C in a terminal' }
        @{ Way = 'a host that stops the pipeline' }
    )
    $script:longWays = @(@{ Way = 'an interrupt without a terminal' })
    # Each way is tried by the same tests; some only in long runs.
    $script:tests = {
        BeforeEach { if ($missing[$Way]) { Set-ItResult -Skipped -Because $missing[$Way] } }

        It 'a backup ends within 2 s and leaves nothing behind' {
            if ($noPostgres) { Set-ItResult -Skipped -Because $noPostgres }
            $database = New-TestDatabase $server
            $app = New-SampleApp -Folder $folder -Database $database -Start
            $null = New-Item -ItemType Directory $app.Backups
            # A lock on a table that the dump has to read: it waits as long as a big table would take.
            $lock = Lock-Table $database notes
            $before = @(Get-World $app.Folder)
            $started = Start-Command $Way "Backup-AppDatabase '$($app.Name)'"
            try {
                $waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = '$($database.Name)' AND wait_event_type = 'Lock'"
                Wait-Until { (Invoke-TestSql $server $waiting) -gt 0 } 'the dump waits'
                $ended = Stop-Command $started
                $ended.Over | Should -BeLessThan $promptly
            }
            finally { Close-Command $started }
            Wait-Until { (Invoke-TestSql $server $waiting) -eq 0 } 'the dump is gone from the server' 5
            Get-Process pg_dump -ErrorAction Ignore | Where-Object { (Get-Content "/proc/$($_.Id)/cmdline" -ErrorAction Ignore) -match $database.Name } | Should -BeNullOrEmpty
            Compare-Object $before @(Get-World $app.Folder) | Where-Object InputObject -NotMatch '/ \d{4}-' | Should -BeNullOrEmpty
            @(Get-ChildItem -LiteralPath $app.Backups -Force) | Should -BeNullOrEmpty
            @(Get-AppBackup -Name $app.Name) | Should -BeNullOrEmpty
            $lock.Dispose()
            # Nothing is in the way of the next one.
            (Backup-AppDatabase $app.Name | Test-AppBackup).Valid | Should -BeTrue
            $null = Stop-AppService $app.Name
        }

        It 'a wait ends within 2 s, and the app that was started goes on starting' {
            $app = New-SampleApp -Folder $folder -Setting 'SAMPLEAPP_MIGRATION_DELAY_MS=3000'
            $started = Start-Command $Way "Start-AppService '$($app.Name)' | Wait-AppService"
            try {
                Wait-Until { (Get-HealthStatus $app) -eq 503 } 'the app migrates'
                $process = (Get-SampleProcess $app.Folder).Id
                $ended = Stop-Command $started
                $ended.Over | Should -BeLessThan $promptly
            }
            finally { Close-Command $started }
            (Get-SampleProcess $app.Folder).Id | Should -Be $process
            (Wait-AppService $app.Name).Health | Should -Be Healthy
            (Get-SampleProcess $app.Folder).Id | Should -Be $process
            $null = Stop-AppService $app.Name
        }

        It 'an upgrade says within 2 s that it heard, goes back to the last good version with every row, and says the state' {
            $app = New-SampleApp -Folder $folder -Start
            $id = Add-Note $app.Url
            Add-Content -LiteralPath $app.Environment 'SAMPLEAPP_MIGRATION_DELAY_MS=4000'
            $process = (Get-SampleProcess $app.Folder).Id
            $started = Start-Command $Way "Invoke-AppUpgrade '$($app.Name)' -ArtifactPath '$artifacts'"
            try {
                Wait-Until { (Get-HealthStatus $app) -eq 503 } 'the new version migrates'
                $ended = Stop-Command $started '[Ss]topping'
                $ended.Acknowledged | Should -BeLessThan $promptly
                if ($ended.Text) { $ended.Text | Should -Match '1\.0\.0 runs again' }
            }
            finally { Close-Command $started }
            Get-AnsweredVersion $app.Url | Should -Be 'v1.0.0'
            Get-NoteId $app.Url | Should -Contain $id
            $service = Get-AppService $app.Name
            $service.Health | Should -Be Healthy
            $service.ProcessId | Should -Not -Be $process
            @(Get-SampleProcess $app.Folder) | Should -HaveCount 1
            $run = Get-UpgradeRun -Name $app.Name
            $run.Outcome | Should -Be RolledBack
            $run.ErrorId | Should -Be UpgradeCancelled
            $run.Reached.Text | Should -Be '1.0.0'
            $run.Message | Should -Match '1\.0\.0 runs again'

            # And the same command goes all the way.
            Set-SampleSetting $app.Environment (Get-Content -LiteralPath $app.Environment | Where-Object { $_ -notlike '*DELAY*' })
            (Invoke-AppUpgrade $app.Name -ArtifactPath $artifacts).Outcome | Should -Be Succeeded
            Get-NoteId $app.Url | Should -Contain $id
            $null = Stop-AppService $app.Name
        }

        It 'an upgrade that has not touched the app leaves it as it is' {
            if ($noPostgres) { Set-ItResult -Skipped -Because $noPostgres }
            $database = New-TestDatabase $server
            $app = New-SampleApp -Folder $folder -Database $database -Start
            $lock = Lock-Table $database notes
            $process = (Get-SampleProcess $app.Folder).Id
            $started = Start-Command $Way "Invoke-AppUpgrade '$($app.Name)' -ArtifactPath '$artifacts'"
            try {
                Wait-Until { (Invoke-TestSql $server "SELECT count(*) FROM pg_stat_activity WHERE datname = '$($database.Name)' AND wait_event_type = 'Lock'") -gt 0 } 'something waits for the lock'
                $ended = Stop-Command $started '[Ss]topping'
                $ended.Acknowledged | Should -BeLessThan $promptly
            }
            finally { Close-Command $started }
            $lock.Dispose()
            (Get-SampleProcess $app.Folder).Id | Should -Be $process
            Get-AnsweredVersion $app.Url | Should -Be 'v1.0.0'
            @(Get-AppBackup -Name $app.Name) | Should -BeNullOrEmpty
            if (Test-Path -LiteralPath $app.Backups) { @(Get-ChildItem -LiteralPath $app.Backups -Force) | Should -BeNullOrEmpty }
            @(Invoke-TestSql $server "SELECT datname FROM pg_database WHERE datname LIKE '%$($database.Name)%'") | Should -Be $database.Name
            $null = Stop-AppService $app.Name
        }
    }
}

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot Support/UpgradeTesting.psm1) -Force
    Import-Module (Join-Path $PSScriptRoot Support/SampleAppTesting.psm1) -Force
    Import-BuiltModule
    $script:folder = New-TestFolder
    $script:storeBefore = $env:UPGRADEMODULE_STORE
    $env:UPGRADEMODULE_STORE = Join-Path $folder store.db
    $script:artifacts = Get-SampleArtifact
    $script:noPostgres = Get-PostgresMissing
    $script:server = $noPostgres ? $null : (Start-TestPostgres)
    $script:missing = @{
        'Ctrl+C in a terminal' = $IsLinux -and (Get-Command script -CommandType Application -ErrorAction Ignore) ? $null : 'there is no program script that gives a terminal'
        'an interrupt without a terminal' = $IsWindows ? 'there are no signals' : $null
        'a host that stops the pipeline' = $null
    }

    Add-Type -TypeDefinition @'
using System;
using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using System.Threading;
using System.Threading.Tasks;
/// <summary>A program with its ends in our hands; what it writes is kept as it comes.</summary>
public sealed class HeldProgram : IDisposable
{
    private readonly StringBuilder _text = new StringBuilder();
    public HeldProgram(string file, params string[] arguments)
    {
        var start = new ProcessStartInfo(file) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        Process = Process.Start(start);
        _ = Keep(Process.StandardOutput);
        _ = Keep(Process.StandardError);
    }
    public Process Process { get; }
    // Without colours and line ends: terminals break lines where they like.
    public string Text { get { lock (_text) return Regex.Replace(Regex.Replace(_text.ToString(), "\u001b\\[[0-9;?]*[A-Za-z]|\u001b\\][^\u0007]*\u0007|\u001b[=>]", ""), "\\s+", " "); } }
    public void Write(string text) { Process.StandardInput.Write(text); Process.StandardInput.Flush(); }
    public TimeSpan WaitFor(string pattern, TimeSpan atMost)
    {
        var watch = Stopwatch.StartNew();
        while (!Regex.IsMatch(Text, pattern))
        {
            if (watch.Elapsed > atMost) throw new TimeoutException("'" + pattern + "' was not said within " + atMost + ". It said: " + Text);
            Thread.Sleep(5);
        }
        return watch.Elapsed;
    }
    public void Dispose() { if (!Process.HasExited) Process.Kill(true); Process.Dispose(); }
    private async Task Keep(System.IO.StreamReader reader)
    {
        var buffer = new char[4096];
        int count;
        while ((count = await reader.ReadAsync(buffer, 0, buffer.Length).ConfigureAwait(false)) > 0) 
        {
            var said = new string(buffer, 0, count);
            lock (_text) _text.Append(said);
            // Programs ask a terminal where its cursor is, and wait for the answer.
            if (said.Contains("\u001b[6n", StringComparison.Ordinal)) Write("\u001b[1;1R");
        }
    }
}
'@

    # Who was started in the background of a shell ignores interrupts, and so do its children.
    $script:hearing = if ($IsLinux) { 'env --default-signal=INT,QUIT' }

    # Starts a command in another pwsh or in another runspace. It says BEGUN before and OVER after the command.
    function Start-Command([string] $Way, [string] $Command) {
        $text = "Import-Module '$(Get-BuiltManifest)'`n[Console]::WriteLine('BEGUN')`ntry { $Command | Out-Default } finally { [Console]::WriteLine('OVER') }`n'NOT STOPPED'"
        if ($Way -eq 'a host that stops the pipeline') {
            $shell = [powershell]::Create().AddScript("Import-Module '$(Get-BuiltManifest)'; $Command")
            return [pscustomobject]@{ Way = $Way; Shell = $shell; Handle = $shell.BeginInvoke(); Program = $null }
        }
        $file = Join-Path $folder "$([guid]::NewGuid().ToString('N')).ps1"
        Set-Content -LiteralPath $file $text
        $program = if ($Way -eq 'Ctrl+C in a terminal') { [HeldProgram]::new('script', [string[]]('-qfec', "stty cols 240; exec $hearing pwsh -NoProfile -File $file", '/dev/null')) }
        elseif ($hearing) { [HeldProgram]::new('env', [string[]]('--default-signal=INT,QUIT', 'pwsh', '-NoProfile', '-NonInteractive', '-File', $file)) }
        else { [HeldProgram]::new('pwsh', [string[]]('-NoProfile', '-NonInteractive', '-File', $file)) }
        $null = $program.WaitFor('BEGUN', [timespan]::FromSeconds(60))
        [pscustomobject]@{ Way = $Way; Shell = $null; Handle = $null; Program = $program }
    }

    # Asks it to stop. Gives how long it took until it was heard, and until it was over.
    function Stop-Command($Started, [string] $Heard = 'OVER') {
        $watch = [Diagnostics.Stopwatch]::StartNew()
        if ($Started.Shell) {
            $stopping = $Started.Shell.BeginStop($null, $null)
            while ($Started.Shell.InvocationStateInfo.State -eq 'Running') { Start-Sleep -Milliseconds 5; if ($watch.Elapsed.TotalSeconds -gt 10) { throw 'It was not heard.' } }
            $acknowledged = $watch.Elapsed
            if (-not $stopping.AsyncWaitHandle.WaitOne([timespan]::FromSeconds(60))) { throw 'It did not end.' }
            $Started.Shell.EndStop($stopping)
        }
        else {
            if ($Started.Way -eq 'Ctrl+C in a terminal') { $Started.Program.Write([string][char]3) } else { kill -INT $Started.Program.Process.Id }
            $acknowledged = $Started.Program.WaitFor($Heard, [timespan]::FromSeconds(10))
            $null = $Started.Program.WaitFor('OVER', [timespan]::FromSeconds(60))
            $over = $watch.Elapsed
            $Started.Program.Process.WaitForExit(10000) | Should -BeTrue -Because 'pwsh ends with its script'
            $Started.Program.Text | Should -Not -Match 'NOT STOPPED'
        }
        [pscustomobject]@{ Acknowledged = $acknowledged; Over = $over ?? $watch.Elapsed; Text = $Started.Program ? $Started.Program.Text : '' }
    }

    function Close-Command($Started) { if ($Started.Program) { $Started.Program.Dispose() } else { $Started.Shell.Dispose() } }

    # Holds a lock until it is disposed of.
    function Lock-Table($Database, [string] $Table) {
        $before = $env:PGPASSWORD
        $env:PGPASSWORD = $server.Password
        try { $holder = [HeldProgram]::new($server.Psql, [string[]]('-h', '127.0.0.1', '-p', $server.Port, '-U', 'postgres', '-d', $Database.Name, '-X')) } finally { $env:PGPASSWORD = $before }
        $holder.Write("BEGIN;`nLOCK TABLE $Table IN ACCESS EXCLUSIVE MODE;`n\echo LOCKED`n")
        $null = $holder.WaitFor('LOCKED', [timespan]::FromSeconds(20))
        $holder
    }

    function Wait-Until([scriptblock] $Condition, [string] $What, [int] $Seconds = 40) {
        $until = [datetime]::UtcNow.AddSeconds($Seconds)
        while (-not (& $Condition)) {
            if ([datetime]::UtcNow -gt $until) { throw "It did not come to this within $Seconds s: $What" }
            Start-Sleep -Milliseconds 20
        }
    }

    function Get-HealthStatus($App) { try { [int](Invoke-WebRequest "$($App.Url)/api/health" -SkipHttpErrorCheck -TimeoutSec 2).StatusCode } catch { 0 } }
    $script:promptly = [timespan]::FromSeconds(2)
}

AfterAll {
    Stop-SampleApps $folder
    Stop-TestPostgres $server
    $env:UPGRADEMODULE_STORE = $storeBefore
    Remove-Item -LiteralPath $folder -Recurse -Force
}

Describe 'Stopped by <Way>' -ForEach $ways $tests
Describe 'Stopped by <Way>' -Tag Long -ForEach $longWays $tests
