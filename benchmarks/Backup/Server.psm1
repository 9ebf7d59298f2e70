# A PostgreSQL server of its own for measurements, and the CPU time that it takes.
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

function Get-ProcessStat([string] $Id) {
    try { $text = [IO.File]::ReadAllText("/proc/$Id/stat") } catch { return }
    # The name of the program may hold blanks and brackets: the fields are counted from behind it.
    $fields = $text.Substring($text.LastIndexOf(')') + 2).Split(' ')
    [pscustomobject]@{ Parent = [int]$fields[1]; Own = ([long]$fields[11] + [long]$fields[12]) / 100; Reaped = ([long]$fields[13] + [long]$fields[14]) / 100 }
}

function Invoke-Checked([string] $Program, [string[]] $ArgumentList) {
    $output = & $Program @ArgumentList 2>&1
    if ($LASTEXITCODE -ne 0) { throw "$Program ended with exit code ${LASTEXITCODE}: $(($output | Select-Object -Last 5) -join ' ')" }
}

function Invoke-AsServer([string[]] $Command) {
    # PostgreSQL's server refuses to run as root.
    if ((id -u) -eq '0') { $Command = @('setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups') + $Command }
    Invoke-Checked $Command[0] $Command[1..($Command.Count - 1)]
}

<# Starts a server in a folder. Passwords are asked for; nothing is tuned but for buffers and the size of the log, and nothing runs by itself meanwhile. #>
function Start-BenchServer([string] $Folder, [string] $Programs) {
    $listener = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 0)
    $listener.Start(); $port = $listener.LocalEndpoint.Port; $listener.Stop()
    $place = Join-Path $Folder 'server'
    $null = New-Item -ItemType Directory $place
    $password = [Guid]::NewGuid().ToString('N')
    [IO.File]::WriteAllText("$place/password", $password)
    if ((id -u) -eq '0') { chmod 711 $Folder; chown -R postgres $place }
    Invoke-AsServer "$Programs/initdb", '-D', "$place/data", '-U', 'postgres', "--pwfile=$place/password", '--auth=scram-sha-256', '-E', 'UTF8', '--locale=C'
    Add-Content "$place/data/postgresql.conf" "port = $port", "listen_addresses = '127.0.0.1'", "unix_socket_directories = ''", 'shared_buffers = 512MB', 'max_wal_size = 4GB', 'autovacuum = off'
    Invoke-AsServer "$Programs/pg_ctl", '-D', "$place/data", '-l', "$place/log", '-w', 'start'
    $env:PGHOST = '127.0.0.1'; $env:PGPORT = "$port"; $env:PGUSER = 'postgres'; $env:PGPASSWORD = $password
    [pscustomobject]@{ Port = $port; Data = "$place/data"; Programs = $Programs; Id = [int](Get-Content "$place/data/postmaster.pid" -TotalCount 1) }
}

function Stop-BenchServer($Server) {
    Invoke-AsServer "$($Server.Programs)/pg_ctl", '-D', $Server.Data, '-m', 'immediate', '-w', 'stop'
}

function Get-ServerChild($Server) {
    foreach ($folder in [IO.Directory]::GetDirectories('/proc')) {
        $id = [IO.Path]::GetFileName($folder)
        if ($id -match '^\d+$' -and ($stat = Get-ProcessStat $id) -and $stat.Parent -eq $Server.Id) {
            [pscustomobject]@{ Id = [int]$id; Cpu = $stat.Own; Title = (Get-Content "/proc/$id/cmdline" -Raw -ErrorAction Ignore) }
        }
    }
}

<# Waits until every session has ended, and gives the CPU seconds that the server has taken since it began. #>
function Get-ServerCpu($Server) {
    $until = [DateTime]::UtcNow.AddSeconds(5)
    do {
        $children = @(Get-ServerChild $Server)
        $busy = @($children | Where-Object { $_.Title -match '127\.0\.0\.1' })
        if ($busy) { Start-Sleep -Milliseconds 20 }
    } while ($busy -and [DateTime]::UtcNow -lt $until)
    $own = Get-ProcessStat $Server.Id
    $own.Own + $own.Reaped + ($children | Measure-Object Cpu -Sum).Sum
}

<# Runs something, and tells its wall time, and the CPU seconds of the programs that it started and of the server. #>
function Measure-Step($Server, [scriptblock] $Step) {
    $serverBefore = Get-ServerCpu $Server
    $clientBefore = (Get-ProcessStat $PID).Reaped
    $watch = [Diagnostics.Stopwatch]::StartNew()
    $output = & $Step
    $watch.Stop()
    $client = (Get-ProcessStat $PID).Reaped - $clientBefore
    [pscustomobject]@{ Wall = $watch.Elapsed.TotalSeconds; Client = $client; Server = (Get-ServerCpu $Server) - $serverBefore; Output = $output }
}

Export-ModuleMember -Function Start-BenchServer, Stop-BenchServer, Measure-Step, Invoke-Checked
