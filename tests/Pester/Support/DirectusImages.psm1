# Directus as container images, made here of Node.js and the npm package, laid out as the vendor's are: /directus/cli.js and its modules. And a registry for them.
# Import-Module (Join-Path $PSScriptRoot Support/DirectusImages.psm1)

Set-StrictMode -Version Latest

Import-Module (Join-Path $PSScriptRoot DirectusTesting.psm1)
Import-Module (Join-Path $PSScriptRoot SampleAppTesting.psm1)

$script:Repository = 'um-test/directus'

# Why Directus can't run in a container here; empty where it can.
function Get-DirectusImageMissing {
    if (-not $IsLinux) { return 'the containers of these tests are Linux ones, made of what runs here' }
    foreach ($program in 'docker', 'docker-registry', 'ldd') { if (-not (Get-Command $program -CommandType Application -ErrorAction Ignore)) { return "there is no $program on the PATH" } }
    if ((docker info --format '{{.OSType}}' 2>$null) -ne 'linux') { return 'no Docker engine answers' }
}

function Invoke-Docker {
    $said = docker @args 2>&1
    if ($LASTEXITCODE -ne 0) { throw "docker $($args -join ' ') ended with exit code ${LASTEXITCODE}: $($said -join [Environment]::NewLine)" }
    $said
}

function Invoke-Sh([string] $Line) {
    $said = sh -c $Line 2>&1
    if ($LASTEXITCODE -ne 0) { throw "'$Line' ended with exit code ${LASTEXITCODE}: $($said -join [Environment]::NewLine)" }
}

# Makes the image of a version where the engine hasn't it: it stays, as the packages in the cache do. Gives its name.
function Get-DirectusImage {
    param([Parameter(Mandatory)] [string] $Version)
    $image = "${script:Repository}:$Version"
    if (docker image ls --quiet $image) { return $image }
    $base = Get-NodeImage
    $name = "um-directus-make-$PID"
    $null = Invoke-Docker create --name $name $base node
    try {
        # What nothing loads only makes the image larger.
        $less = '*.map', '*.d.ts', '*.d.cts', '*.d.mts', '*.md', 'node_modules/sqlite3', 'node_modules/oracledb' | ForEach-Object { "--exclude='$_'" }
        $place = Join-Path (Get-DirectusCache) $Version
        Invoke-Sh "tar -c $less -C '$place' node_modules -C '$place/node_modules/directus' cli.js version.js package.json license | docker cp - ${name}:/directus"
        # The vendor's image migrates before it starts (bootstrap). This one doesn't: what migrates here is the definition's step alone.
        $null = Invoke-Docker commit --change 'USER 1000:1000' --change 'WORKDIR /directus' --change 'ENV NODE_ENV=production' --change 'EXPOSE 8055' --change 'CMD ["node", "/directus/cli.js", "start"]' $name $image
    }
    finally { $null = docker rm -f $name }
    $image
}

# The Node.js of this machine with the libraries that it needs, and nothing else.
function Get-NodeImage {
    $image = "um-test/node:$(node -p process.versions.node)"
    if (docker image ls --quiet $image) { return $image }
    $place = Join-Path ([IO.Path]::GetTempPath()) "um-directus-$([guid]::NewGuid().ToString('N').Substring(0, 8))"
    $node = node -p process.execPath
    # What Node.js needs, and what the packages' native parts need besides; those for other systems tell nothing.
    $native = @(Get-ChildItem (Get-DirectusCache) -Recurse -Filter *.node -File | Where-Object FullName -NotMatch 'musl|darwin|win32|freebsd|/obj\.target/').FullName
    $libraries = ldd $node @native 2>$null | ForEach-Object { if ($_ -match '(?:^|\s)(/(?:usr/)?lib\S+) \(0x') { $Matches[1] } } | Where-Object { $_ -notlike '*..*' } | Sort-Object -Unique
    try {
        foreach ($file in $libraries) {
            $null = New-Item -ItemType Directory (Join-Path $place (Split-Path $file)) -Force
            Copy-Item -LiteralPath $file (Join-Path $place $file)
        }
        foreach ($folder in 'usr/bin', 'tmp', 'etc', 'directus/uploads') { $null = New-Item -ItemType Directory (Join-Path $place $folder) -Force }
        Copy-Item -LiteralPath $node (Join-Path $place usr/bin/node)
        Set-Content -LiteralPath (Join-Path $place etc/passwd) 'root:x:0:0:root:/:/bin/false', 'node:x:1000:1000:node:/directus:/bin/false'
        Invoke-Sh "chmod 1777 '$place/tmp' '$place/directus/uploads' && tar -c --owner=0 --group=0 -C '$place' . | docker import --change 'ENV PATH=/usr/bin' - $image"
    }
    finally { Remove-Item -LiteralPath $place -Recurse -Force -ErrorAction Ignore }
    $image
}

# A registry on the loopback. Stop-Registry ends it and removes what it holds.
function Start-Registry {
    $port = Get-LoopbackPort
    $folder = Join-Path ([IO.Path]::GetTempPath()) "um-directus-registry-$port"
    $null = New-Item -ItemType Directory $folder
    Set-Content -LiteralPath (Join-Path $folder config.yml) "version: 0.1", 'log:', '  level: warn', 'storage:', '  filesystem:', "    rootdirectory: $folder/data", 'http:', "  addr: 127.0.0.1:$port"
    $process = Start-Process docker-registry serve, (Join-Path $folder config.yml) -PassThru -RedirectStandardOutput (Join-Path $folder log) -RedirectStandardError (Join-Path $folder err)
    foreach ($try in 1..200) {
        try { $null = Invoke-RestMethod "http://127.0.0.1:$port/v2/" -TimeoutSec 5; break } catch { if ($try -eq 200) { throw "The registry doesn't start: $_" } }
        Start-Sleep -Milliseconds 100
    }
    [pscustomobject]@{ Name = "127.0.0.1:$port"; Process = $process; Folder = $folder }
}

function Stop-Registry {
    param($Registry)
    if (-not $Registry) { return }
    $Registry.Process | Stop-Process -PassThru | Wait-Process -Timeout 30
    docker image ls --format '{{.Repository}}:{{.Tag}}' | Where-Object { $_.StartsWith("$($Registry.Name)/") } | ForEach-Object { $null = docker image rm $_ 2>&1 }
    Remove-Item -LiteralPath $Registry.Folder -Recurse -Force
}

# Puts a version into a registry, under the vendor's name.
function Publish-DirectusImage {
    param([Parameter(Mandatory)] $Registry, [Parameter(Mandatory)] [string] $Version)
    $name = "$($Registry.Name)/directus/directus:$Version"
    $null = Invoke-Docker tag (Get-DirectusImage $Version) $name
    $null = Invoke-Docker push --quiet $name
    $name
}

Export-ModuleMember -Function Get-DirectusImageMissing, Get-DirectusImage, Start-Registry, Stop-Registry, Publish-DirectusImage, Invoke-Docker
