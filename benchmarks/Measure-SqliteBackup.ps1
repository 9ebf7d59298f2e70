#requires -Version 7.4
<#
.SYNOPSIS
    Backup-AppDatabase of an SQLite file beside the sqlite3 program's .backup: wall and CPU seconds, against the bar.
.DESCRIPTION
    Makes a database of about 650 MB in a temporary folder with the sqlite3 program, runs both once a round, one after the other, and removes it all at the end.
    What is compared is compared within a round; the median of the rounds counts. Between two runs the copy is removed and what is still to be written is brought to disk.

    sqlite3 is the whole process: the copy, brought to disk. Ours is the cmdlet in a fresh pwsh (its first call, with the loading of the engine, and the next ones):
    the copy, its quick_check, the count of every table's rows, SHA-256, the manifest, all brought to disk. What starting pwsh and importing the module take is not in it.
    Needs Linux (CPU time is read from /proc), the program sqlite3 (Debian: sqlite3), and a built module (./build.ps1 Build).
.PARAMETER Rounds
    How many rounds are counted. One more warms the caches.
.PARAMETER Scale
    How many times 650 MB the database has.
.PARAMETER Compact
    Measures -Compact beside VACUUM INTO.
.PARAMETER Quick
    One round of a small database: shows that the script works, and nothing else.
.PARAMETER Module
    The module's manifest; the newest in output/ where empty.
.PARAMETER WorkingDirectory
    Where the temporary folder is made. It takes about three times the database.
.EXAMPLE
    pwsh -NoProfile benchmarks/Measure-SqliteBackup.ps1 -Rounds 5
#>
[CmdletBinding()]
param(
    [ValidateRange(1, 100)] [int] $Rounds = 5,
    [ValidateRange(1, 20)] [int] $Scale = 1,
    [switch] $Compact,
    [switch] $Quick,
    [string] $Module,
    [string] $WorkingDirectory = [IO.Path]::GetTempPath()
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
if (-not $IsLinux) { throw 'This reads the CPU time of processes from /proc: run it on Linux.' }
if (-not (Get-Command sqlite3 -CommandType Application -ErrorAction Ignore)) { throw 'The program sqlite3 is missing (Debian: apt-get install sqlite3).' }
$root = Split-Path $PSScriptRoot
if (-not $Module) {
    $Module = Get-ChildItem (Join-Path $root 'output/UpgradeModule') -Directory -ErrorAction Ignore | Sort-Object { [version]$_.Name } | Select-Object -Last 1 | ForEach-Object { Join-Path $_.FullName 'UpgradeModule.psd1' }
}
if (-not $Module) { throw 'There is no built module. Run ./build.ps1 Build first.' }
if ($Quick) { $Rounds = 1; Write-Host 'A small database: the figures mean nothing.' }
$rows = $Quick ? 20000 : 420000 * $Scale

# Fields 16 and 17 behind the name are the CPU time of children that have ended, in hundredths of a second.
function Get-ChildCpu {
    $fields = ((Get-Content -Raw /proc/self/stat) -replace '^.*\) ').Trim() -split ' '
    ([long]$fields[13] + [long]$fields[14]) / 100
}
function Get-Median([double[]] $Values) { $sorted = @($Values | Sort-Object); $sorted[[int][math]::Floor(($sorted.Count - 1) / 2)] }
function Format-Seconds([double[]] $Values) { '{0:0.00} s ({1})' -f (Get-Median $Values), (($Values | ForEach-Object { '{0:0.00}' -f $_ }) -join ' ') }

$work = Join-Path $WorkingDirectory "um-sqlite-bench-$PID"
$null = New-Item -ItemType Directory $work
try {
    $database = Join-Path $work 'app.db'
    Set-Content -LiteralPath (Join-Path $work 'metabase.jar') ''
    Write-Host "Making the database ($rows notes) …"
    @"
PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;
CREATE TABLE note (id INTEGER PRIMARY KEY, author INTEGER, created TEXT, title TEXT, body TEXT);
CREATE TABLE event (id INTEGER PRIMARY KEY, note INTEGER, kind TEXT, at REAL);
WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < $rows)
INSERT INTO note SELECT i, i % 977, datetime(1700000000 + i * 37, 'unixepoch'), 'Note ' || i || ' ' || hex(randomblob(8)), hex(randomblob(500)) || ' ' || i || hex(randomblob(120)) FROM n;
WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < $($rows * 3.5))
INSERT INTO event SELECT i, i % $rows, 'kind' || (i % 17), i * 0.37 FROM n;
CREATE INDEX event_note ON event (note);
CREATE INDEX note_author ON note (author, created);
PRAGMA wal_checkpoint(TRUNCATE);
"@ | sqlite3 $database | Out-Null
    $size = (Get-Item -LiteralPath $database).Length
    & sync

    $theirs, $theirCpu, $first, $firstCpu, $next, $nextCpu = 1..6 | ForEach-Object { , [Collections.Generic.List[double]]::new() }
    $copy = Join-Path $work 'copy.db'
    $runtime = $null
    foreach ($round in 0..$Rounds) {
        $cpu = Get-ChildCpu
        $watch = [Diagnostics.Stopwatch]::StartNew()
        if ($Compact) { sqlite3 $database "VACUUM INTO '$copy'" } else { sqlite3 $database ".backup '$copy'" }
        $watch.Stop()
        if ($LASTEXITCODE -ne 0) { throw 'sqlite3 made no copy.' }
        $spent = (Get-ChildCpu) - $cpu
        Remove-Item -LiteralPath $copy
        & sync
        $text = & (Get-Process -Id $PID).Path -NoProfile -NonInteractive -File (Join-Path $PSScriptRoot 'Backup/sqlite-child.ps1') -Module $Module -Work $work -Database $database -Calls 2 -Compact:$Compact
        if ($LASTEXITCODE -ne 0) { throw "Backup-AppDatabase failed: $text" }
        $ours = $text | Select-Object -Last 1 | ConvertFrom-Json
        $runtime = "PowerShell $($ours.PowerShell) on $($ours.Runtime)"
        if ($round -eq 0 -and -not $Quick) { continue }
        $theirs.Add($watch.Elapsed.TotalSeconds); $theirCpu.Add($spent)
        $first.Add($ours.Calls[0].Wall); $firstCpu.Add($ours.Calls[0].Cpu)
        $next.Add($ours.Calls[1].Wall); $nextCpu.Add($ours.Calls[1].Cpu)
        Write-Host ('round {0}: sqlite3 {1:0.00} s (cpu {2:0.00}), ours {3:0.00} s (cpu {4:0.00}), again {5:0.00} s (cpu {6:0.00})' -f $round, $theirs[-1], $spent, $first[-1], $firstCpu[-1], $next[-1], $nextCpu[-1])
    }

    $program = $Compact ? "sqlite3 VACUUM INTO" : 'sqlite3 .backup'
    $cmdlet = $Compact ? 'Backup-AppDatabase -Compact' : 'Backup-AppDatabase'
    [pscustomobject]@{ What = "$program, the copy alone"; Wall = Format-Seconds $theirs; Cpu = Format-Seconds $theirCpu; Ratio = 1.0; Bar = '' }
    $ratio = [math]::Round((Get-Median @(0..($theirs.Count - 1) | ForEach-Object { $first[$_] / $theirs[$_] })), 2)
    [pscustomobject]@{ What = "$cmdlet, first call of a session"; Wall = Format-Seconds $first; Cpu = Format-Seconds $firstCpu; Ratio = $ratio; Bar = $Compact ? '' : '<= 1.15, aim 1.0' }
    $ratio = [math]::Round((Get-Median @(0..($theirs.Count - 1) | ForEach-Object { $next[$_] / $theirs[$_] })), 2)
    [pscustomobject]@{ What = "$cmdlet, later call"; Wall = Format-Seconds $next; Cpu = Format-Seconds $nextCpu; Ratio = $ratio; Bar = $Compact ? '' : '<= 1.15, aim 1.0' }
    Write-Host ('{0:0} MB, {1}, sqlite3 {2}, {3} processors. Ratios are medians of those within a round.' -f ($size / 1MB), $runtime, ((sqlite3 --version) -split ' ')[0], [Environment]::ProcessorCount)
} finally {
    Remove-Item -LiteralPath $work -Recurse -Force
}
