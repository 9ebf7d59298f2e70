# The stand-in for Metabase (tests/MetabaseStandIn) on a real H2, as the Pester suites install, use and look at it: as a JAR, and in a container.
# Import-Module (Join-Path $PSScriptRoot Support/MetabaseTesting.psm1)

Set-StrictMode -Version Latest

Import-Module (Join-Path $PSScriptRoot DockerTesting.psm1)
Import-Module (Join-Path $PSScriptRoot SampleAppTesting.psm1)

$script:Root = (Resolve-Path (Join-Path $PSScriptRoot ../../..)).Path
$script:Source = Join-Path $script:Root tests/MetabaseStandIn
# H2 2.1.214, of the file format that Metabase has from 46 on.
$script:H2 = '/usr/share/java/h2-2.1.214.jar'
# What of this machine a container needs to run its Java.
$script:Mounts = '/usr', '/bin', '/lib', '/lib64', '/etc/java-17-openjdk'

# Why the stand-in can't be made and run here; empty where it can.
function Get-MetabaseMissing {
    foreach ($program in 'java', 'javac') { if (-not (Get-Command $program -CommandType Application -ErrorAction Ignore)) { return "there is no $program (Debian: openjdk-17-jdk-headless)" } }
    if (-not (Test-Path -LiteralPath $script:H2)) { return "there is no '$script:H2' (Debian: libh2-java)" }
}

# Compiles the stand-in, once for all that ask; the folder's name is the sources' hash, as the engine's tests have it.
function Get-StandInClass {
    $files = [string[]]@((Get-ChildItem (Join-Path $script:Source java) -Filter *.java).FullName)
    [Array]::Sort($files, [StringComparer]::Ordinal)
    $hash = [Security.Cryptography.IncrementalHash]::CreateHash('SHA256')
    foreach ($file in $files) { $hash.AppendData([IO.File]::ReadAllBytes($file)) }
    $folder = Join-Path $script:Root output/metabase-standin ([Convert]::ToHexString($hash.GetHashAndReset()).Substring(0, 12))
    if (-not (Test-Path -LiteralPath $folder)) {
        $making = "$folder.$([guid]::NewGuid().ToString('N').Substring(0, 6))"
        $null = New-Item -ItemType Directory $making
        $said = javac --release 11 -encoding UTF-8 -d $making @files 2>&1
        if ($LASTEXITCODE -ne 0) { throw "javac: $($said -join [Environment]::NewLine)" }
        try { [IO.Directory]::Move($making, $folder) } catch { Remove-Item -LiteralPath $making -Recurse; if (-not (Test-Path -LiteralPath $folder)) { throw } }
    }
    $folder
}

# Makes the JAR of a version with H2 in it.
function New-MetabaseJar {
    param([Parameter(Mandatory)] [string] $Version, [Parameter(Mandatory)] [string] $Path)
    Copy-Item -LiteralPath $script:H2 $Path
    $jar = [IO.Compression.ZipFile]::Open($Path, 'Update')
    try {
        foreach ($entry in @($jar.Entries | Where-Object FullName -Match '^META-INF/(?!services/)')) { $entry.Delete() }
        $texts = @{ 'META-INF/MANIFEST.MF' = "Manifest-Version: 1.0`r`nMain-Class: Main`r`n`r`n"; 'version.properties' = "tag=v$Version`nhash=57a4d14`ndate=2024-07-12`n" }
        foreach ($text in $texts.GetEnumerator()) {
            $writer = [IO.StreamWriter]::new($jar.CreateEntry($text.Key).Open())
            try { $writer.Write($text.Value) } finally { $writer.Dispose() }
        }
        foreach ($file in @(Get-ChildItem (Get-StandInClass) -Filter *.class) + (Get-Item (Join-Path $script:Source changelog.sql))) { $null = [IO.Compression.ZipFileExtensions]::CreateEntryFromFile($jar, $file.FullName, $file.Name) }
    }
    finally { $jar.Dispose() }
}

# Makes the H2 file of a version with people and questions in it, in a folder: metabase.db.mv.db.
function New-MetabaseData {
    param([Parameter(Mandatory)] [string] $Jar, [Parameter(Mandatory)] [string] $Folder)
    Push-Location -LiteralPath $Folder
    try {
        $said = java '-Dfile.encoding=UTF-8' -jar $Jar migrate up 2>&1
        if ($LASTEXITCODE -ne 0) { throw "migrate up: $($said -join [Environment]::NewLine)" }
    }
    finally { Pop-Location }
    $null = Invoke-H2 (Join-Path $Folder metabase.db.mv.db) @'
INSERT INTO core_user (email, first_name, last_name, password, date_joined, is_superuser, is_active) SELECT 'Person' || X || '@example.com', 'Ann', 'Müller ' || X, 'x', CURRENT_TIMESTAMP, X = 1, TRUE FROM SYSTEM_RANGE(1, 12);
INSERT INTO metabase_database (created_at, updated_at, name, details, engine) VALUES (CURRENT_TIMESTAMP, CURRENT_TIMESTAMP, 'Sales', '{}', 'postgres');
INSERT INTO collection (name, slug) SELECT 'Team ' || X || ' ✓', 'team_' || X FROM SYSTEM_RANGE(1, 5);
INSERT INTO report_card (created_at, updated_at, name, display, dataset_query, visualization_settings, creator_id, database_id) SELECT CURRENT_TIMESTAMP, CURRENT_TIMESTAMP, 'Question ' || X, 'table', '{"n": ' || X || '}', '{}', 1, 1 FROM SYSTEM_RANGE(1, 300);
INSERT INTO report_dashboard (created_at, updated_at, name, description, creator_id, parameters) SELECT CURRENT_TIMESTAMP, CURRENT_TIMESTAMP, 'Board ' || X, REPEAT('ü', X), 1, '[]' FROM SYSTEM_RANGE(1, 20);
'@
}

# Runs statements on a file that nobody has open, and gives what they say.
function Invoke-H2 {
    param([Parameter(Mandatory)] [string] $File, [Parameter(Mandatory)] [string] $Sql)
    $said = java '-Dfile.encoding=UTF-8' -cp $script:H2 org.h2.tools.Shell -url "jdbc:h2:file:$($File -replace '\.mv\.db$');NON_KEYWORDS=KEY,VALUE" -user '' -password '' -sql $Sql 2>&1
    if ($LASTEXITCODE -ne 0 -or "$said" -match 'Error:') { throw "H2: $($said -join [Environment]::NewLine)" }
    $said
}

# Everything that people have made, a line each, by columns that every version has, of a file that nobody has open. H2 writes to what it opens, so it is given a copy.
function Get-MetabaseRow {
    param([Parameter(Mandatory)] [string] $File)
    $copy = Join-Path ([IO.Path]::GetTempPath()) "um-copy-$([guid]::NewGuid().ToString('N').Substring(0, 8)).mv.db"
    Copy-Item -LiteralPath $File $copy
    try {
        Invoke-H2 $copy @'
SELECT 'user ' || id || ' ' || LOWER(email) || ' ' || last_name AS t FROM core_user WHERE email <> 'internal@metabase.com'
UNION ALL SELECT 'question ' || id || ' ' || name || ' ' || dataset_query FROM report_card
UNION ALL SELECT 'dashboard ' || id || ' ' || name || ' ' || description FROM report_dashboard
UNION ALL SELECT 'collection ' || id || ' ' || name || ' ' || slug FROM collection ORDER BY 1
'@ | Where-Object { $_ -match '^(user|question|dashboard|collection) ' } | ForEach-Object TrimEnd
    }
    finally { Remove-Item -LiteralPath $copy, ($copy -replace '\.mv\.db$', '.trace.db') -Force -ErrorAction Ignore }
}

# Asks a question of the running application to be kept, and gives its id.
function Add-Question {
    param([Parameter(Mandatory)] [string] $Url, [Parameter(Mandatory)] [string] $Name)
    [long](Invoke-RestMethod "$Url/api/card" -Method Post -Body $Name -ContentType text/plain -TimeoutSec 10).id
}

function Get-QuestionId {
    param([Parameter(Mandatory)] [string] $Url)
    [long[]]@(Invoke-RestMethod "$Url/api/card" -TimeoutSec 10 | ForEach-Object { $_ })
}

# The version that answers at an address; empty where nobody does.
function Get-MetabaseVersion {
    param([Parameter(Mandatory)] [string] $Url)
    try { (Invoke-RestMethod "$Url/api/session/properties" -TimeoutSec 5).version.tag } catch { '' }
}

# Why it can't run in a container here; empty where it can.
function Get-MetabaseImageMissing {
    if ($missing = Get-DockerMissing) { return $missing }
    if ($missing = Get-MetabaseMissing) { return $missing }
    if (-not (Test-Path /etc/java-17-openjdk)) { return 'the containers of these tests run this machine''s own Java, that of Debian''s openjdk-17' }
}

# Makes the image of a JAR, under Metabase's name in a registry that isn't there. Gives its reference.
function New-MetabaseImage {
    param([Parameter(Mandatory)] [string] $Jar, [Parameter(Mandatory)] [string] $Version)
    $folder = Join-Path ([IO.Path]::GetTempPath()) "um-image-$([guid]::NewGuid().ToString('N').Substring(0, 8))"
    $null = New-Item -ItemType Directory (Join-Path $folder data), (Join-Path $folder tmp)
    $image = "127.0.0.1:1/metabase/metabase:v$Version"
    $before = $env:DOCKER_BUILDKIT
    try {
        Copy-Item -LiteralPath $Jar (Join-Path $folder metabase.jar)
        Set-Content -LiteralPath (Join-Path $folder Dockerfile) @"
FROM scratch
COPY metabase.jar /app/metabase.jar
COPY data /metabase.db
COPY tmp /tmp
WORKDIR /app
ENV PATH=/usr/bin:/bin LC_ALL=C.UTF-8 MB_JETTY_HOST=0.0.0.0 MB_DB_FILE=/metabase.db/metabase.db
EXPOSE 3000
ENTRYPOINT ["$((Get-Item -LiteralPath (Get-Command java).Source).ResolveLinkTarget($true).FullName)", "-jar", "/app/metabase.jar"]
"@
        $env:DOCKER_BUILDKIT = '0'
        $null = Invoke-Docker build --quiet --tag $image $folder
    }
    finally {
        $env:DOCKER_BUILDKIT = $before
        Remove-Item -LiteralPath $folder -Recurse -Force
    }
    $image
}

# Makes a container of an image whose H2 file is a copy of one that is here. Gives its name and address; it isn't started.
function New-MetabaseContainer {
    param([Parameter(Mandatory)] [string] $Image, [Parameter(Mandatory)] [string] $File, [string[]] $Option = @())
    $name = "um-pester-metabase-$([guid]::NewGuid().ToString('N').Substring(0, 8))"
    $port = Get-LoopbackPort
    $mounts = $script:Mounts | Where-Object { Test-Path -LiteralPath $_ } | ForEach-Object { '--volume', "${_}:${_}:ro" }
    $null = Invoke-Docker create --name $name --publish "127.0.0.1:${port}:3000" @mounts @Option $Image
    $null = Invoke-Docker cp $File "${name}:/metabase.db/metabase.db.mv.db"
    [pscustomobject]@{ Name = $name; Url = "http://127.0.0.1:$port" }
}

# The SHA-256 of the container's H2 file.
function Get-ContainerFileHash {
    param([Parameter(Mandatory)] [string] $Container, [string] $File = '/metabase.db/metabase.db.mv.db')
    $place = Join-Path ([IO.Path]::GetTempPath()) "um-copy-$([guid]::NewGuid().ToString('N').Substring(0, 8))"
    try {
        $null = Invoke-Docker cp "${Container}:$File" $place
        (Get-FileHash -LiteralPath $place).Hash
    }
    finally { Remove-Item -LiteralPath $place -Force -ErrorAction Ignore }
}

Export-ModuleMember -Function Get-MetabaseMissing, Get-MetabaseImageMissing, New-MetabaseJar, New-MetabaseData, Invoke-H2, Get-MetabaseRow, Add-Question, Get-QuestionId, Get-MetabaseVersion,
    New-MetabaseImage, New-MetabaseContainer, Get-ContainerFileHash
