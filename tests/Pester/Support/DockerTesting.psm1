# The sample app in containers: images without a registry and without a builder's network, on the engine of this machine.
# Import-Module (Join-Path $PSScriptRoot Support/DockerTesting.psm1)

Set-StrictMode -Version Latest

$script:Root = (Resolve-Path (Join-Path $PSScriptRoot ../../..)).Path
$script:Repository = 'um-pester/sampleapp'

# Why no containers can be run here; empty where they can.
function Get-DockerMissing {
    if (-not $IsLinux) { return 'the containers of these tests run this machine''s own .NET, on Linux' }
    if (-not (Get-Command docker -CommandType Application -ErrorAction Ignore)) { return 'the program docker is not installed' }
    $null = docker version --format '{{.Server.Version}}' 2>&1
    if ($LASTEXITCODE -ne 0) { return 'no Docker engine answers' }
}

function Invoke-Docker {
    $said = docker @args 2>&1
    if ($LASTEXITCODE -ne 0) { throw "docker $args ended with exit code ${LASTEXITCODE}: $($said -join [Environment]::NewLine)" }
    $said
}

# Where this machine's .NET runtime lies: containers have it as a mount.
function Get-DotNetRoot { (dotnet --list-runtimes | Where-Object { $_ -like 'Microsoft.NETCore.App*' } | Select-Object -Last 1) -replace '^.*\[(.*)/shared/.*\]$', '$1' }

# Makes the images of three versions, each with its program, a variable and a volume for its data.
function New-SampleImage {
    foreach ($version in '1.0.0', '1.1.0', '2.0.0') {
        $folder = Join-Path ([IO.Path]::GetTempPath()) "um-image-$([guid]::NewGuid().ToString('N').Substring(0, 8))"
        $null = New-Item -ItemType Directory $folder
        try {
            Copy-Item -LiteralPath (Join-Path $script:Root "output/sampleapp/sampleapp-$version") (Join-Path $folder sampleapp)
            Set-Content -LiteralPath (Join-Path $folder Dockerfile) @"
FROM scratch
COPY sampleapp /app/sampleapp
ENV SAMPLEAPP_LISTEN=any SAMPLEAPP_IMAGE_VERSION=$version DOTNET_BUNDLE_EXTRACT_BASE_DIR=/tmp/.net DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1
EXPOSE 8090
VOLUME /data
WORKDIR /data
ENTRYPOINT ["/app/sampleapp"]
"@
            $before = $env:DOCKER_BUILDKIT
            $env:DOCKER_BUILDKIT = '0'
            try { $null = Invoke-Docker build --quiet --tag "${script:Repository}:$version" $folder } finally { $env:DOCKER_BUILDKIT = $before }
        }
        finally { Remove-Item -LiteralPath $folder -Recurse -Force }
    }
}

function Remove-SampleImage { foreach ($version in '1.0.0', '1.1.0', '2.0.0') { $null = docker rmi --force "${script:Repository}:$version" 2>&1 } }

# The sample app's definition with its images.
function New-ImageDefinition {
    param([Parameter(Mandatory)] [string] $Path)
    $definition = Get-Content -LiteralPath (Join-Path $script:Root tests/SampleApp/sampleapp.json) -Raw | ConvertFrom-Json -AsHashtable
    $definition.image = @{ repositories = @{ standard = $script:Repository }; tag = '{version}'; mutableTags = @('^latest$'); artifact = '/app/sampleapp' }
    $definition | ConvertTo-Json -Depth 20 | Set-Content -LiteralPath $Path
    $Path
}

# Runs 1.0.0 in a container with its data in an anonymous volume.
function Start-SampleContainer {
    param([Parameter(Mandatory)] [string] $Name, [string[]] $Option = @())
    $listener = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 0)
    $listener.Start()
    $port = $listener.LocalEndpoint.Port
    $listener.Stop()
    $root = Get-DotNetRoot
    $mounts = @('/usr', '/lib', '/lib64', $root | Sort-Object -Unique | Where-Object { Test-Path -LiteralPath $_ } | ForEach-Object { '--volume', "${_}:${_}:ro" })
    $null = Invoke-Docker run --detach --name $Name --publish "127.0.0.1:${port}:8090" --restart unless-stopped --tmpfs /tmp:exec --env "DOTNET_ROOT=$root" --env DOTNET_ROLL_FORWARD=Major @mounts @Option "${script:Repository}:1.0.0"
    [pscustomobject]@{ Name = $Name; Port = $port; Url = "http://127.0.0.1:$port" }
}

# All containers whose names begin so, with their volumes.
function Remove-SampleContainer {
    param([Parameter(Mandatory)] [string] $Name)
    foreach ($container in Get-ContainerName $Name) { $null = docker rm --force --volumes $container 2>&1 }
}

function Get-ContainerName {
    param([Parameter(Mandatory)] [string] $Name)
    @(Invoke-Docker ps --all --format '{{.Names}}' | Where-Object { $_ -eq $Name -or $_.StartsWith("$Name.") } | Sort-Object)
}

# A container, a member of its inspection: '.Config.Image'.
function Get-ContainerFact {
    param([Parameter(Mandatory)] [string] $Name, [Parameter(Mandatory)] [string] $Member)
    Invoke-Docker inspect --format "{{json $Member}}" $Name | ConvertFrom-Json
}

Export-ModuleMember -Function *
