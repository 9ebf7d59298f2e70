# The sample app as the Pester suites install, use and look at it: on SQLite and on a throw-away PostgreSQL server.
# Import-Module (Join-Path $PSScriptRoot Support/SampleAppTesting.psm1)

Set-StrictMode -Version Latest

$script:Root = (Resolve-Path (Join-Path $PSScriptRoot ../../..)).Path
$script:Suffix = $IsWindows ? '.exe' : ''

function Get-SampleDefinition { Join-Path $script:Root tests/SampleApp/sampleapp.json }

function Get-SampleArtifact {
    param([string] $Version)
    $folder = Join-Path $script:Root output/sampleapp
    $path = $Version ? (Join-Path $folder "sampleapp-$Version$script:Suffix") : $folder
    if (-not (Test-Path -LiteralPath $path)) { throw "The sample app isn't built: there is no '$path'. Run dotnet build tests/SampleApp -t:PublishAll." }
    $path
}

# Why there can be no throw-away PostgreSQL server here; empty where there can.
function Get-PostgresMissing {
    if ($IsWindows) { return 'throw-away PostgreSQL servers are started on Linux and macOS only' }
    if (-not (Find-PostgresFolder)) { return 'the programs of a PostgreSQL server (initdb, pg_ctl) are not installed' }
    if ((id -u) -eq '0' -and -not (Get-UnprivilegedUser)) { return 'PostgreSQL refuses root, and there is no user postgres or nobody to run it as' }
}

function Find-PostgresFolder {
    $found = Get-Command initdb -CommandType Application -ErrorAction Ignore | Select-Object -First 1
    if ($found) { return Split-Path ((Get-Item -LiteralPath $found.Source).ResolveLinkTarget($true)?.FullName ?? $found.Source) }
    Get-ChildItem /usr/lib/postgresql/*/bin/initdb -ErrorAction Ignore | Sort-Object { [int]($_.FullName -split '/')[4] } | Select-Object -Last 1 | ForEach-Object DirectoryName
}

function Get-UnprivilegedUser { 'postgres', 'nobody' | Where-Object { id -u $_ 2>$null } | Select-Object -First 1 }

# A command line that runs a program as somebody whom PostgreSQL accepts.
function Invoke-AsServerUser {
    param([Parameter(Mandatory)] [string[]] $Command)
    $program, $rest = $Command
    if ((id -u) -eq '0') { $said = runuser -u (Get-UnprivilegedUser) -- $program @rest 2>&1 } else { $said = & $program @rest 2>&1 }
    if ($LASTEXITCODE -ne 0) { throw "$program ended with exit code ${LASTEXITCODE}: $($said -join [Environment]::NewLine)" }
}

# Starts a server on the loopback that wants passwords. Stop-TestPostgres ends it and removes its data.
function Start-TestPostgres {
    $bin = Find-PostgresFolder
    $folder = Join-Path ([IO.Path]::GetTempPath()) "pg-$([guid]::NewGuid().ToString('N').Substring(0, 8))"
    $null = New-Item -ItemType Directory $folder
    $password = [guid]::NewGuid().ToString('N')
    Set-Content -LiteralPath (Join-Path $folder pw) $password
    if ((id -u) -eq '0') { chown -R (Get-UnprivilegedUser) $folder }
    $data = Join-Path $folder data
    $port = Get-LoopbackPort
    Push-Location $folder
    try {
        Invoke-AsServerUser "$bin/initdb", '-D', $data, '-U', 'postgres', '-A', 'scram-sha-256', '--pwfile', "$folder/pw", '-E', 'UTF8', '--locale', 'C', '-N'
        # Without -l the server would keep this process's pipes open.
        Invoke-AsServerUser "$bin/pg_ctl", 'start', '-D', $data, '-w', '-t', '120', '-l', "$folder/log", '-o', "-p $port -k $folder -c listen_addresses=127.0.0.1 -c fsync=off"
    }
    finally { Pop-Location }
    Remove-Item -LiteralPath (Join-Path $folder pw) -Force
    $psql = Get-Command (Join-Path $bin psql), psql -CommandType Application -ErrorAction Ignore | Select-Object -First 1
    [pscustomobject]@{ Port = $port; Password = $password; Folder = $folder; Data = $data; Bin = $bin; Psql = $psql.Source }
}

function Stop-TestPostgres {
    param($Server)
    if (-not $Server) { return }
    Push-Location $Server.Folder
    try { Invoke-AsServerUser "$($Server.Bin)/pg_ctl", 'stop', '-D', $Server.Data, '-m', 'immediate', '-w' } finally { Pop-Location }
    Remove-Item -LiteralPath $Server.Folder -Recurse -Force
}

# Runs SQL as the superuser and gives its rows as lines, columns parted by |.
function Invoke-TestSql {
    param([Parameter(Mandatory)] $Server, [Parameter(Mandatory)] [string] $Sql, [string] $Database = 'postgres')
    $before = $env:PGPASSWORD
    $env:PGPASSWORD = $Server.Password
    try { $lines = $Sql | & $Server.Psql -h 127.0.0.1 -p $Server.Port -U postgres -d $Database -X -q -A -t -v ON_ERROR_STOP=1 -f - 2>&1 }
    finally { $env:PGPASSWORD = $before }
    if ($LASTEXITCODE -ne 0) { throw "psql: $($lines -join [Environment]::NewLine)" }
    $lines
}

# A role with a password and a database that it owns.
function New-TestDatabase {
    param([Parameter(Mandatory)] $Server, [string] $Name = "app_$([guid]::NewGuid().ToString('N').Substring(0, 8))", [string] $Password = [guid]::NewGuid().ToString('N'), [string] $Rights = 'CREATEDB')
    $null = Invoke-TestSql $Server "CREATE ROLE `"$Name`" LOGIN $Rights PASSWORD '$($Password -replace "'", "''")'"
    $null = Invoke-TestSql $Server "CREATE DATABASE `"$Name`" OWNER `"$Name`""
    [pscustomobject]@{ Server = $Server; Name = $Name; User = $Name; Password = $Password }
}

function Get-LoopbackPort {
    $listener = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 0)
    $listener.Start()
    try { $listener.LocalEndpoint.Port } finally { $listener.Stop() }
}

# Puts the sample app into a folder of its own with an environment file, and describes it as a deployment: stored, or not with -Unstored.
function New-SampleApp {
    param(
        [Parameter(Mandatory)] [string] $Folder,
        [string] $Name = "app$([guid]::NewGuid().ToString('N').Substring(0, 6))",
        [string] $Version = '1.0.0',
        # As New-TestDatabase gives it; SQLite without it.
        $Database,
        [string[]] $Setting = @(),
        [string] $Definition = (Get-SampleDefinition),
        # Further parameters of Register-AppDeployment or New-AppDeployment.
        [hashtable] $With = @{},
        [switch] $Unstored,
        [switch] $Start
    )
    $place = Join-Path $Folder $Name
    $null = New-Item -ItemType Directory $place -Force
    $installed = Join-Path $place "sampleapp$script:Suffix"
    Copy-Item -LiteralPath (Get-SampleArtifact $Version) $installed
    $port = Get-LoopbackPort
    $environment = Join-Path $place sampleapp.env
    $data = if ($Database) { 'SAMPLEAPP_DB_TYPE=postgres', 'SAMPLEAPP_DB_HOST=127.0.0.1', "SAMPLEAPP_DB_PORT=$($Database.Server.Port)", "SAMPLEAPP_DB_NAME=$($Database.Name)", "SAMPLEAPP_DB_USER=$($Database.User)", "SAMPLEAPP_DB_PASSWORD=$($Database.Password)" }
    else { "SAMPLEAPP_DATABASE=$(Join-Path $place notes.db)" }
    # What a test sets comes last, and the last line of a name counts.
    Set-SampleSetting $environment (@("SAMPLEAPP_PORT=$port") + $data + $Setting)
    $backups = Join-Path $place backups
    $described = @{
        Name = $Name; App = $Definition; ArtifactPath = $installed; Command = '{artifact}'; WorkingDirectory = $place; EnvironmentFile = $environment
        Url = "http://127.0.0.1:$port"; BackupPath = $backups; ErrorAction = 'Stop'
    }
    foreach ($key in $With.Keys) { $described[$key] = $With[$key] }
    $deployment = $Unstored ? (New-AppDeployment @described) : (Register-AppDeployment @described)
    if ($Start) { $null = $deployment | Start-AppService -ErrorAction Stop | Wait-AppService -ErrorAction Stop }
    [pscustomobject]@{ Name = $Name; Folder = $place; Artifact = $installed; Port = $port; Url = "http://127.0.0.1:$port"; Environment = $environment; Backups = $backups; Database = $Database; Deployment = $deployment }
}

# Rewrites the environment file, private to its owner.
function Set-SampleSetting {
    param([Parameter(Mandatory)] [string] $Path, [Parameter(Mandatory)] [string[]] $Line)
    Set-Content -LiteralPath $Path $Line
    if (-not $IsWindows) { chmod 600 $Path }
}

# Stops what still runs out of a folder: a test that failed leaves nobody behind.
function Stop-SampleApps {
    param([Parameter(Mandatory)] [string] $Folder)
    Get-SampleProcess $Folder | Stop-Process -Force -ErrorAction Ignore
}

# The processes whose program lies below a folder.
function Get-SampleProcess {
    param([Parameter(Mandatory)] [string] $Folder)
    $below = $Folder.TrimEnd([IO.Path]::DirectorySeparatorChar) + [IO.Path]::DirectorySeparatorChar
    Get-Process | Where-Object { $_.Path -and $_.Path.StartsWith($below, [StringComparison]::Ordinal) }
}

# The version that answers at an address; empty where nobody does.
function Get-AnsweredVersion {
    param([Parameter(Mandatory)] [string] $Url)
    try { (Invoke-RestMethod "$Url/api/properties" -TimeoutSec 5).version.tag } catch { '' }
}

function Add-Note {
    param([Parameter(Mandatory)] [string] $Url, [string] $Text = 'a note')
    [long](Invoke-RestMethod "$Url/api/notes" -Method Post -ContentType application/json -TimeoutSec 10 -Body (@{ author = 'tester'; text = $Text } | ConvertTo-Json)).id
}

function Get-NoteId {
    param([Parameter(Mandatory)] [string] $Url)
    [long[]]@((Invoke-RestMethod "$Url/api/notes?limit=1000000" -TimeoutSec 30).notes.id)
}

# A user who writes notes as fast as the app takes them, remembers which it acknowledged, and tries again while it is down.
function Start-Writer {
    param([Parameter(Mandatory)] [string] $Url)
    $state = [hashtable]::Synchronized(@{ Stop = $false; Acknowledged = [Collections.Generic.List[long]]::new() })
    $shell = [powershell]::Create().AddScript({
            param($Url, $State)
            $client = [Net.Http.HttpClient]::new()
            $client.Timeout = [timespan]::FromSeconds(5)
            $number = 0
            while (-not $State.Stop) {
                $number++
                try {
                    $body = [Net.Http.StringContent]::new("{`"author`":`"writer`",`"text`":`"note $number`"}", [Text.Encoding]::UTF8, 'application/json')
                    $answer = $client.PostAsync("$Url/api/notes", $body).GetAwaiter().GetResult()
                    if ($answer.StatusCode -eq 201) { $State.Acknowledged.Add([long]($answer.Content.ReadAsStringAsync().GetAwaiter().GetResult() | ConvertFrom-Json).id) }
                    else { Start-Sleep -Milliseconds 20 }
                    Start-Sleep -Milliseconds 2
                }
                catch { Start-Sleep -Milliseconds 20 }
            }
            $client.Dispose()
        }).AddArgument($Url).AddArgument($state)
    [pscustomobject]@{ State = $state; Shell = $shell; Handle = $shell.BeginInvoke(); Url = $Url }
}

# Waits until a writer has so many acknowledged notes.
function Wait-Writer {
    param([Parameter(Mandatory)] $Writer, [int] $Count = 20)
    $until = [datetime]::UtcNow.AddSeconds(60)
    while ($Writer.State.Acknowledged.Count -lt $Count) {
        if ([datetime]::UtcNow -gt $until) { throw "The writer has $($Writer.State.Acknowledged.Count) acknowledged notes after 60 s." }
        Start-Sleep -Milliseconds 50
    }
}

# Ends the writer. Gives the ids that were acknowledged, and those of them that the app no longer has.
function Stop-Writer {
    param([Parameter(Mandatory)] $Writer)
    $Writer.State.Stop = $true
    $null = $Writer.Shell.EndInvoke($Writer.Handle)
    $Writer.Shell.Dispose()
    $acknowledged = [long[]]$Writer.State.Acknowledged
    $present = [Collections.Generic.HashSet[long]]::new([long[]](Get-NoteId $Writer.Url))
    [pscustomobject]@{ Acknowledged = $acknowledged; Missing = @($acknowledged | Where-Object { -not $present.Contains($_) }) }
}

# Everything that an operation could change: files with contents, times and modes; databases of a server with their rows; processes out of the folders.
function Get-World {
    param([Parameter(Mandatory)] [string[]] $Path, $Server)
    foreach ($item in Get-ChildItem -LiteralPath $Path -Recurse -Force -ErrorAction Ignore | Sort-Object FullName) {
        if ($item.PSIsContainer) { '{0}/ {1:O} {2}' -f $item.FullName, $item.LastWriteTimeUtc, $item.UnixMode }
        # SQLite rewrites the index of its log even for readers; it holds no data.
        elseif ($item.Name -like '*-shm') { $item.FullName }
        else { '{0} {1} {2:O} {3}' -f $item.FullName, (Get-FileHash -LiteralPath $item.FullName).Hash, $item.LastWriteTimeUtc, $item.UnixMode }
    }
    foreach ($folder in $Path) { Get-SampleProcess $folder | Sort-Object Id | ForEach-Object { 'process {0} {1} {2:O}' -f $_.Id, $_.Path, $_.StartTime.ToUniversalTime() } }
    if ($Server) {
        Invoke-TestSql $Server 'SELECT ''role '' || rolname || rolcreatedb || coalesce(rolpassword, '''') FROM pg_authid ORDER BY rolname'
        foreach ($database in Invoke-TestSql $Server 'SELECT datname FROM pg_database WHERE datallowconn ORDER BY datname') {
            "database $database"
            Invoke-TestSql $Server -Database $database @'
SELECT format('%s.%s %s', n.nspname, c.relname, (xpath('/row/n/text()', query_to_xml(format('SELECT count(*) AS n FROM %I.%I', n.nspname, c.relname), false, true, '')))[1])
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1
'@ | ForEach-Object { "  $_" }
        }
    }
}

# Runs a command and gives its error records, one each, as they lie in the stream.
function Get-ErrorOf {
    param([Parameter(Mandatory)] [scriptblock] $Script)
    $ErrorActionPreference = 'Continue'
    try { & $Script 2>&1 3>$null 4>$null 5>$null 6>$null | Where-Object { $_ -is [Management.Automation.ErrorRecord] } } catch { $_ }
}

Export-ModuleMember -Function Get-SampleDefinition, Get-SampleArtifact, Get-PostgresMissing, Start-TestPostgres, Stop-TestPostgres, Invoke-TestSql, New-TestDatabase, Get-LoopbackPort,
    New-SampleApp, Set-SampleSetting, Stop-SampleApps, Get-SampleProcess, Get-AnsweredVersion, Add-Note, Get-NoteId, Start-Writer, Wait-Writer, Stop-Writer, Get-World, Get-ErrorOf
