#requires -Version 7.4
<#
.SYNOPSIS
    Backup and restore of PostgreSQL beside pg_dump and pg_restore: wall, CPU seconds, size and memory, against the bars.
.DESCRIPTION
    Starts a PostgreSQL server of its own in a temporary folder with a database of about 1 GB, runs every variant once a round, one after the other, and
    removes it all at the end. What is compared is compared within a round, so that a machine whose speed drifts treats all alike; the median of the rounds counts.

    Ours run through Backup-AppDatabase and Restore-AppDatabase, each in a fresh pwsh. "wall" and "client" are the cmdlet's own, with the loading of the engine;
    "whole" is the process with PowerShell's start and the module's import. Of the programs both are the whole process. "server" is the CPU of
    all processes of the server. Needs Linux (it reads /proc), PostgreSQL's server and programs, and a built module (./build.ps1 Build).
.PARAMETER Rounds
    How many rounds are counted. One more, of a COPY, warms the caches.
.PARAMETER Generator
    A script of psql that makes the database; the one beside this script where empty.
.PARAMETER Scale
    How many times 1 GB the database has, where the script knows the variable scale.
.PARAMETER Only
    The variants to run: Copy, Gzip, Brotli, None, Fc, Fd, Restore, PgRestore. All but None where empty. Figures whose variants don't run are left out.
.PARAMETER Quick
    One round of a small database: shows that the script works, and nothing else.
.PARAMETER Module
    The module's manifest; the newest in output/ where empty.
.PARAMETER Programs
    The folder of PostgreSQL's programs; the newest of this machine where empty.
.PARAMETER WorkingDirectory
    Where the temporary folder is made. It takes about five times the database.
.EXAMPLE
    pwsh -NoProfile benchmarks/Measure-Backup.ps1 -Rounds 5
.EXAMPLE
    pwsh -NoProfile benchmarks/Measure-Backup.ps1 -Rounds 1 -Scale 8 -Only Gzip, Brotli, Restore

    Shows the memory that a database of 8 GB takes.
#>
[CmdletBinding()]
param(
    [ValidateRange(1, 100)] [int] $Rounds = 5,
    [string] $Generator = (Join-Path $PSScriptRoot 'Backup/database.sql'),
    [ValidateRange(1, 100)] [int] $Scale = 1,
    [string[]] $Only = @('Copy', 'Gzip', 'Brotli', 'Fc', 'Fd', 'Restore', 'PgRestore'),
    [switch] $Quick,
    [string] $Module,
    [string] $Programs,
    [string] $WorkingDirectory = [IO.Path]::GetTempPath()
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
if (-not $IsLinux) { throw 'This reads the CPU time of processes from /proc: run it on Linux.' }
Import-Module (Join-Path $PSScriptRoot 'Backup/Server.psm1') -Force
$root = Split-Path $PSScriptRoot
if (-not $Module) {
    $Module = Get-ChildItem (Join-Path $root 'output/UpgradeModule') -Directory -ErrorAction Ignore | Sort-Object { [version]$_.Name } | Select-Object -Last 1 | ForEach-Object { Join-Path $_.FullName 'UpgradeModule.psd1' }
}
if (-not $Module) { throw 'There is no built module. Run ./build.ps1 Build first.' }
if (-not $Programs) {
    $Programs = Get-ChildItem /usr/lib/postgresql/*/bin/initdb -ErrorAction Ignore | Sort-Object { [int]($_.FullName -split '/')[4] } | Select-Object -Last 1 | ForEach-Object DirectoryName
    if (-not $Programs) { $Programs = Split-Path (Get-Command initdb -CommandType Application).Source }
}
# pwsh -File hands a list on as one text.
$Only = @($Only -split '\s*,\s*')
if ($odd = $Only | Where-Object { $_ -notin 'Copy', 'Gzip', 'Brotli', 'None', 'Fc', 'Fd', 'Restore', 'PgRestore' }) { throw "There is no variant '$odd'." }
if ($Quick) { $Rounds = 1; Write-Host 'A small database: the figures mean nothing.' }

$pwsh = (Get-Process -Id $PID).Path
$child = Join-Path $PSScriptRoot 'Backup/child.ps1'
$work = Join-Path $WorkingDirectory "measure-backup-$PID"
$null = New-Item -ItemType Directory $work
$null = New-Item -ItemType Directory (Join-Path $work 'backups')
$null = New-Item -ItemType File (Join-Path $work 'metabase.jar')
$server = $null

function Invoke-Sql([string] $Database, [string] $Sql) { Invoke-Checked "$Programs/psql" '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $Database, '-c', $Sql }

function Invoke-Child([string[]] $ArgumentList) {
    $text = & $pwsh -NoProfile -NoLogo -File $child @ArgumentList
    if ($LASTEXITCODE -ne 0) { throw 'The session that was measured failed.' }
    $text | Select-Object -Last 1 | ConvertFrom-Json
}

function New-Target {
    Invoke-Sql postgres 'DROP DATABASE IF EXISTS target'
    Invoke-Sql postgres 'CREATE DATABASE target TEMPLATE template0'
}

# Every figure of a variant: of ours the cmdlet's own wall and CPU beside the whole process's.
function Measure-Variant([string] $Name) {
    $step = switch ($Name) {
        'Copy' { { Invoke-Checked "$Programs/psql" '-X', '-q', '-d', 'bench', '-o', '/dev/null', '-f', "$work/copy.sql" } }
        'Fc' { { Invoke-Checked "$Programs/pg_dump" '-Fc', '-f', "$work/fc", 'bench' } }
        'Fd' { { Invoke-Checked "$Programs/pg_dump" '-Fd', '-j2', '-Z1', '-f', "$work/fd", 'bench' } }
        'PgRestore' { New-Target; { Invoke-Checked "$Programs/pg_restore" '-j2', '-d', 'target', "$work/fd" } }
        'Restore' { New-Target; { Invoke-Child '-Module', $Module, '-Work', $work, '-Port', $server.Port, '-Database', 'target', '-Backup', $script:backup } }
        default { { Invoke-Child '-Module', $Module, '-Work', $work, '-Port', $server.Port, '-Database', 'bench', '-Compression', $Name } }
    }
    # What earlier steps left to be written must not be paid by this one.
    Invoke-Sql postgres 'CHECKPOINT'
    sync
    $seen = Measure-Step $server $step
    $own = $seen.Output
    $figure = [ordered]@{ Variant = $Name; Wall = $seen.Wall; Client = $seen.Client; Server = $seen.Server; Whole = $seen.Wall; WholeClient = $seen.Client; Size = 0; Peak = 0; Analyze = 0; Rows = 0 }
    if ($own) { $figure.Wall = $own.Wall; $figure.Client = $own.Cpu; $figure.Peak = $own.Peak; $figure.Rows = $own.Rows }
    switch ($Name) {
        'Fc' { $figure.Size = (Get-Item "$work/fc").Length; Remove-Item "$work/fc" }
        'Fd' { $figure.Size = (Get-ChildItem "$work/fd" | Measure-Object Length -Sum).Sum }
        { $_ -in 'Gzip', 'Brotli', 'None' } {
            $figure.Size = $own.Size
            if ($_ -eq 'Gzip') { $script:backup = $own.Path } else { Remove-Item $own.Path -Recurse }
        }
        'PgRestore' { $figure.Analyze = (Measure-Step $server { Invoke-Checked "$Programs/vacuumdb" '-Z', '-j2', '-q', 'target' }).Wall }
        'Restore' {
            & "$Programs/psql" -X -A -t -d postgres -c "SELECT datname FROM pg_database WHERE datname LIKE 'target\_%'" | ForEach-Object { Invoke-Sql postgres "DROP DATABASE `"$_`"" }
        }
    }
    [pscustomobject]$figure
}

function Get-Median([double[]] $Values) {
    $sorted = @($Values | Sort-Object)
    $half = [Math]::Floor($sorted.Count / 2)
    $sorted.Count % 2 ? $sorted[$half] : ($sorted[$half - 1] + $sorted[$half]) / 2
}

# The median over the rounds of a quotient within each.
function Get-Ratio([string] $Of, [string] $By, [scriptblock] $Value, [scriptblock] $Base = $Value) {
    $each = foreach ($round in $seenRounds) { if ($round.Contains($Of) -and $round.Contains($By)) { ($round[$Of] | ForEach-Object $Value) / ($round[$By] | ForEach-Object $Base) } }
    if ($each) { Get-Median $each }
}

function New-Bar([string] $What, $Value, [double] $Must, [double] $Aim, [string] $Unit = '') {
    if ($null -eq $Value) { return }
    [pscustomobject]@{ Figure = $What; Value = ('{0:0.00}{1}' -f $Value, $Unit); Must = "$Must$Unit"; Aim = "$Aim$Unit"; Result = ($Value -le $Aim) ? 'aim met' : ($Value -le $Must) ? 'must met' : 'missed' }
}

try {
    $server = Start-BenchServer $work $Programs
    Invoke-Sql postgres 'CREATE DATABASE bench TEMPLATE template0'
    $size = $Quick ? '0.02' : "$Scale"
    Write-Host "Making the database (scale $size) ..."
    Invoke-Checked "$Programs/psql" '-X', '-q', '-d', 'bench', '-v', "scale=$size", '-f', $Generator
    Invoke-Sql bench 'VACUUM ANALYZE'
    $bytes = [long](& "$Programs/psql" -X -A -t -d bench -c "SELECT pg_database_size('bench')")
    & "$Programs/psql" -X -A -t -d bench -c "SELECT format('COPY %I.%I TO STDOUT;', schemaname, tablename) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')" | Set-Content "$work/copy.sql"
    $null = Measure-Variant Copy
    $bare = Invoke-Child @()
    # A round that restores needs what is restored.
    $order = @('Copy', 'Gzip', 'Fd', 'Brotli', 'None', 'Fc', 'Restore', 'PgRestore' | Where-Object { $_ -in $Only -or ($_ -eq 'Gzip' -and 'Restore' -in $Only) -or ($_ -eq 'Fd' -and 'PgRestore' -in $Only) })
    $seenRounds = foreach ($round in 1..$Rounds) {
        $figures = @{}
        foreach ($name in $order) {
            $figures[$name] = Measure-Variant $name
            Write-Host ("round {0} {1,-9} wall {2,6:0.00} s  client {3,6:0.00} s  server {4,6:0.00} s" -f $round, $name, $figures[$name].Wall, $figures[$name].Client, $figures[$name].Server)
        }
        Get-ChildItem (Join-Path $work 'backups') -Directory | Remove-Item -Recurse
        if (Test-Path "$work/fd") { Remove-Item "$work/fd" -Recurse }
        $figures
    }

    $version = & "$Programs/postgres" --version
    Write-Host ("`n{0} on {1}, {2}; {3} CPUs; database {4:0} MB; {5} rounds" -f "PowerShell $($bare.PowerShell)", $bare.Runtime, $version, [Environment]::ProcessorCount, ($bytes / 1MB), $Rounds)
    Write-Host 'Medians. Ours: the cmdlet alone in a fresh session; whole = with PowerShell''s start and the import. MiB over = peak memory over an empty session''s.'
    $order | ForEach-Object {
        $name = $_
        $all = @($seenRounds | ForEach-Object { $_[$name] })
        $peak = Get-Median $all.Peak
        [pscustomobject]@{
            Variant = $name; 'wall s' = '{0:0.00}' -f (Get-Median $all.Wall); 'min-max' = '{0:0.00}-{1:0.00}' -f ($all.Wall | Measure-Object -Minimum).Minimum, ($all.Wall | Measure-Object -Maximum).Maximum
            'whole s' = '{0:0.00}' -f (Get-Median $all.Whole); 'client s' = '{0:0.00}' -f (Get-Median $all.Client); 'whole client s' = '{0:0.00}' -f (Get-Median $all.WholeClient); 'server s' = '{0:0.00}' -f (Get-Median $all.Server)
            'size MB' = '{0:0.0}' -f ((Get-Median $all.Size) / 1e6); 'MiB over' = $peak ? '{0:0}' -f (($peak - $bare.Peak) / 1MB) : ''
        }
    } | Format-Table -AutoSize | Out-String -Width 200 | Write-Host

    Write-Host 'Against the bars: medians of the quotients within each round.'
    $wall = { $_.Wall }
    $memory = foreach ($name in 'Gzip', 'Brotli', 'Restore') { if ($name -in $order) { Get-Median @($seenRounds | ForEach-Object { ($_[$name].Peak - $bare.Peak) / 1MB }) } }
    @(
        New-Bar 'backup wall / pg_dump -Fc' (Get-Ratio Gzip Fc $wall) 0.40 0.25
        New-Bar 'backup wall / pg_dump -Fd -j2 -Z1' (Get-Ratio Gzip Fd $wall) 1.15 0.80
        New-Bar 'client CPU / pg_dump -Fc' (Get-Ratio Gzip Fc { $_.Client }) 0.45 0.25
        New-Bar 'Brotli wall / pg_dump -Fd -j2 -Z1' (Get-Ratio Brotli Fd $wall) 1.0 0.70
        New-Bar 'size / pg_dump -Fc, gzip' (Get-Ratio Gzip Fc { $_.Size }) 1.02 1.0
        New-Bar 'size / pg_dump -Fc, Brotli' (Get-Ratio Brotli Fc { $_.Size }) 1.02 0.95
        New-Bar 'backup wall / COPY to nowhere' (Get-Ratio Gzip Copy $wall) 2.5 1.3
        New-Bar 'restore wall (with ANALYZE) / pg_restore -j2' (Get-Ratio Restore PgRestore $wall) 1.25 0.85
        New-Bar 'restore wall / pg_restore -j2 and vacuumdb -Z -j2' (Get-Ratio Restore PgRestore $wall { $_.Wall + $_.Analyze }) 1.25 0.85
        if ($memory) { New-Bar 'memory over an empty pwsh, the most of them' ($memory | Measure-Object -Maximum).Maximum 200 100 ' MB' }
    ) | Format-Table -AutoSize | Out-String -Width 200 | Write-Host
}
finally {
    if ($server) { Stop-BenchServer $server }
    Remove-Item $work -Recurse -Force -ErrorAction Ignore
}
