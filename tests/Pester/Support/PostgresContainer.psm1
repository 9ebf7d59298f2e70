# A PostgreSQL server in a container of this machine's own programs, and a pwsh that has none of those programs: what an admin's PC is.
# Import-Module (Join-Path $PSScriptRoot Support/PostgresContainer.psm1)

Set-StrictMode -Version Latest

Import-Module (Join-Path $PSScriptRoot DockerTesting.psm1)
Import-Module (Join-Path $PSScriptRoot SampleAppTesting.psm1)

$script:Programs = 'postgres', 'initdb', 'psql', 'pg_dump', 'pg_restore'

# Why there can't be such a server, or no pwsh without PostgreSQL's programs; empty where there can.
function Get-PostgresContainerMissing {
    if ($missing = Get-DockerMissing) { return $missing }
    if ($missing = Get-PostgresMissing) { return $missing }
    foreach ($program in 'busybox', 'unshare', 'ldd') { if (-not (Get-Command $program -CommandType Application -ErrorAction Ignore)) { return "there is no program $program" } }
    if ((ldd (Get-Command busybox).Source 2>&1) -match '=>') { return 'busybox is not the static one (Debian: busybox-static)' }
    if ((id -u) -ne '0') { return 'only root can hide the programs of PostgreSQL from a process' }
}

# Where this machine's newest programs lie.
function Get-ProgramFolder { Get-ChildItem /usr/lib/postgresql/*/bin/pg_dump | Sort-Object { [int]($_.FullName -split '/')[4] } | Select-Object -Last 1 | ForEach-Object DirectoryName }

# Makes the image where the engine hasn't it: it stays for the next test. It takes what the official one takes: POSTGRES_PASSWORD. Gives its name.
function Get-PostgresImage {
    $bin = Get-ProgramFolder
    $version = (& $bin/pg_dump --version) -replace '^.*\(PostgreSQL\) (\S+).*$', '$1'
    $image = "um-test/pester-postgres:$version"
    if (docker image ls --quiet $image) { return $image }
    $major = $version -replace '\..*'
    $folder = Join-Path ([IO.Path]::GetTempPath()) "um-image-$([guid]::NewGuid().ToString('N').Substring(0, 8))"
    try {
        $own = @($script:Programs | ForEach-Object { "$bin/$_" }) + @((Get-ChildItem "$(Split-Path $bin)/lib/*.so" | Where-Object Name -NotLike 'llvm*').FullName)
        $libraries = ldd @own 2>$null | ForEach-Object { if ($_ -match '(?:^|\s)(/(?:usr/)?lib\S+) \(0x') { $Matches[1] } } | Sort-Object -Unique
        foreach ($name in 'stage/bin', 'stage/tmp', 'stage/etc', 'stage/var/lib/postgresql') { $null = New-Item -ItemType Directory (Join-Path $folder $name) -Force }
        Copy-Item -LiteralPath (Get-Command busybox).Source (Join-Path $folder stage/bin/busybox)
        foreach ($name in 'sh', 'ls', 'cat', 'kill', 'rm', 'mkdir', 'chmod', 'tar', 'mktemp', 'id', 'sleep') { $null = New-Item -ItemType SymbolicLink (Join-Path $folder stage/bin $name) -Target busybox }
        Set-Content -LiteralPath (Join-Path $folder stage/etc/passwd) 'root:x:0:0:root:/:/bin/sh', 'app:x:1000:1000:app:/tmp:/bin/sh'
        Set-Content -LiteralPath (Join-Path $folder stage/entrypoint.sh) -NoNewline @'
#!/bin/sh
set -e
echo "$POSTGRES_PASSWORD" >/tmp/password
initdb -D /var/lib/postgresql/data -U postgres --pwfile=/tmp/password --auth-local=trust --auth-host=scram-sha-256 -E UTF8 --locale=C -N >/dev/null
rm /tmp/password
echo 'host all all all scram-sha-256' >>/var/lib/postgresql/data/pg_hba.conf
exec postgres -D /var/lib/postgresql/data -c listen_addresses='*' -c unix_socket_directories=/tmp -c fsync=off
'@
        chmod 755 (Join-Path $folder stage/entrypoint.sh)
        chmod 1777 (Join-Path $folder stage/tmp)
        Set-Content -LiteralPath (Join-Path $folder list) (@($own) + @($libraries) + @("/usr/share/postgresql/$major", '/usr/share/zoneinfo/Etc' | Where-Object { Test-Path -LiteralPath $_ }))
        $said = sh -c "tar -cf '$folder/image.tar' --owner=0 --group=0 -C '$folder/stage' . && tar -rhf '$folder/image.tar' --owner=0 --group=0 -P --exclude=*/man -T '$folder/list' && docker import --change 'ENV PATH=/bin:$bin' --change 'ENV PGHOST=/tmp' --change 'USER 1000:1000' --change 'ENTRYPOINT [`"/entrypoint.sh`"]' '$folder/image.tar' $image" 2>&1
        if ($LASTEXITCODE -ne 0) { throw "The image can't be made: $($said -join [Environment]::NewLine)" }
    }
    finally { Remove-Item -LiteralPath $folder -Recurse -Force -ErrorAction Ignore }
    $image
}

# Runs a server that listens on a port of the loopback. Stop-PostgresContainer removes it.
function Start-PostgresContainer {
    $name = "um-pester-postgres-$([guid]::NewGuid().ToString('N').Substring(0, 8))"
    $password = [guid]::NewGuid().ToString('N')
    $port = Get-LoopbackPort
    $null = Invoke-Docker run --detach --name $name --publish "127.0.0.1:${port}:5432" --env "POSTGRES_PASSWORD=$password" --tmpfs '/var/lib/postgresql:uid=1000,gid=1000,mode=700' --init (Get-PostgresImage)
    $server = [pscustomobject]@{ Name = $name; Port = $port; Password = $password }
    foreach ($try in 1..300) {
        $said = docker exec $name psql -h 127.0.0.1 -U postgres -w -c 'SELECT 1' 2>&1
        if ("$said" -match 'no password supplied') { return $server }
        Start-Sleep -Milliseconds 100
    }
    Stop-PostgresContainer $server
    throw "The server doesn't start: $said"
}

function Stop-PostgresContainer {
    param($Server)
    if ($Server) { $null = docker rm --force --volumes $Server.Name 2>&1 }
}

# Runs SQL by the container's own psql and gives its rows as lines, columns parted by |.
function Invoke-ContainerSql {
    param([Parameter(Mandatory)] $Server, [Parameter(Mandatory)] [string] $Sql, [string] $Database = 'postgres')
    $lines = $Sql | docker exec --interactive $Server.Name psql -U postgres -d $Database -X -q -A -t -v ON_ERROR_STOP=1 -f - 2>&1
    if ($LASTEXITCODE -ne 0) { throw "psql: $($lines -join [Environment]::NewLine)" }
    $lines
}

# The words before a command line that hide every program of PostgreSQL that this machine has from it, by mounts that only that process sees.
function Get-PostgresHiding {
    $files = @('pg_dump', 'pg_restore', 'psql', 'postgres', 'initdb', 'pg_ctl' | ForEach-Object {
            (Get-Command $_ -All -CommandType Application -ErrorAction Ignore).Source
            (Get-ChildItem "/usr/lib/postgresql/*/bin/$_", "/usr/local/lib/postgresql/*/bin/$_", "/usr/pgsql-*/bin/$_" -ErrorAction Ignore).FullName
        } | Where-Object { $_ } | Sort-Object -Unique)
    $hide = ($files | ForEach-Object { "mount --bind /dev/null '$_' && " }) -join ''
    'unshare', '--mount', '--', 'sh', '-c', "$hide exec `"`$@`"", 'sh'
}

Export-ModuleMember -Function Get-PostgresContainerMissing, Get-PostgresImage, Start-PostgresContainer, Stop-PostgresContainer, Invoke-ContainerSql, Get-PostgresHiding
