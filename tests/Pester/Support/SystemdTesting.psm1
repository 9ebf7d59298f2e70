# A machine that systemd runs: a container with systemd as PID 1, in which the built module and the sample app are.
# Import-Module (Join-Path $PSScriptRoot Support/SystemdTesting.psm1)

Set-StrictMode -Version Latest

$script:Root = (Resolve-Path (Join-Path $PSScriptRoot ../../..)).Path
$script:Image = 'um-systemd-base:bookworm'

# Makes the image where it is missing. Gives the reason why there can be no such machine here; nothing where there can.
function Get-MachineMissing {
    if (-not $IsLinux) { return 'a container with systemd as PID 1 needs Linux' }
    if (-not (Get-Command docker -CommandType Application -ErrorAction Ignore)) { return 'there is no docker on the PATH, in which a machine with systemd could run' }
    if ((docker info --format '{{.OSType}}' 2>$null) -ne 'linux') { return 'no Docker engine answers, in which a machine with systemd could run' }
    if (-not (Test-Path -LiteralPath (Join-Path $PSHOME pwsh))) { return 'PowerShell has no folder of its own that could be lent to a machine' }
    $said = bash (Join-Path $PSScriptRoot Systemd/make-image.sh) $script:Image 2>&1
    if ($LASTEXITCODE -ne 0) { return "no image with systemd could be made: $($said | Select-Object -Last 1)" }
}

# Starts one and waits until systemd has booted. Stop-Machine removes it.
function Start-Machine {
    param([Parameter(Mandatory)] [string] $Manifest, [Parameter(Mandatory)] [string] $Artifacts)
    $name = "um-systemd-$([guid]::NewGuid().ToString('N').Substring(0, 8))"
    # Where the runtimes are: what is on the PATH may be a link, or a script.
    $dotnet = dotnet --list-runtimes | Select-String '^Microsoft\.AspNetCore\.App \S+ \[(.+)\]$' | Select-Object -Last 1 | ForEach-Object { Split-Path (Split-Path $_.Matches[0].Groups[1].Value) }
    $mounts = @{ "$PSHOME" = '/opt/test/pwsh'; $dotnet = '/opt/test/dotnet'; (Split-Path $Manifest) = '/opt/test/module'; $Artifacts = '/opt/test/sampleapp'; (Join-Path $script:Root tests/SampleApp) = '/opt/test/definition' }
    $volumes = foreach ($mount in $mounts.GetEnumerator()) { '-v', "$($mount.Key):$($mount.Value):ro" }
    $null = docker run -d --name $name --hostname $name --network none --stop-signal 'SIGRTMIN+3' --cap-add SYS_ADMIN --cap-add NET_ADMIN --security-opt seccomp=unconfined --tmpfs /run --tmpfs /run/lock --tmpfs /tmp:exec -v /sys/fs/cgroup:/sys/fs/cgroup:rw --cgroupns=host @volumes $script:Image
    if ($LASTEXITCODE -ne 0) { Stop-Machine $name; throw 'The machine could not be started.' }
    foreach ($try in 1..120) {
        $state = docker exec $name systemctl is-system-running 2>$null
        if ($state -in 'running', 'degraded') { break }
        Start-Sleep -Milliseconds 250
    }
    if ($state -notin 'running', 'degraded') { $log = docker logs $name 2>&1 | Select-Object -Last 5; Stop-Machine $name; throw "systemd did not boot: $state $log" }
    $null = Invoke-Shell $name 'mkdir -p /etc/dotnet && echo /opt/test/dotnet > /etc/dotnet/install_location && useradd --system --create-home notes && useradd --create-home guest && ln -s /opt/test/pwsh/pwsh /usr/local/bin/pwsh'
    $name
}

function Stop-Machine {
    param([string] $Machine)
    if ($Machine) { $null = docker rm -f -v $Machine 2>&1 }
}

# Runs a shell's line there as root and gives its lines.
function Invoke-Shell {
    param([Parameter(Mandatory)] [string] $Machine, [Parameter(Mandatory)] [string] $Line)
    $said = docker exec $Machine bash -c $Line 2>&1
    if ($LASTEXITCODE -ne 0) { throw "'$Line' ended with exit code ${LASTEXITCODE}: $($said -join [Environment]::NewLine)" }
    $said
}

# Asks an application that listens on the machine's loopback, by the shell alone, and gives what it answers as an object.
function Invoke-Http {
    param([Parameter(Mandatory)] [string] $Machine, [Parameter(Mandatory)] [int] $Port, [Parameter(Mandatory)] [string] $Path, [string] $Body)
    $request = $Body ? "POST $Path HTTP/1.0\r\nContent-Type: application/json\r\nContent-Length: $([Text.Encoding]::UTF8.GetByteCount($Body))\r\n\r\n$Body" : "GET $Path HTTP/1.0\r\n\r\n"
    $answer = (Invoke-Shell $Machine "exec 3<>/dev/tcp/127.0.0.1/$Port && printf '$($request.Replace('%', '%%').Replace("'", "'\''"))' >&3 && cat <&3") -join "`n"
    if ($answer -notmatch '^HTTP/1\.. 2') { throw "$Path is answered: $answer" }
    $answer.Substring($answer.IndexOf("`n`n") + 2) | ConvertFrom-Json
}

# Runs a script there in a new pwsh with the module, and gives what it writes as objects. $Argument stands for what is handed over.
function Invoke-InMachine {
    param([Parameter(Mandatory)] [string] $Machine, [Parameter(Mandatory)] [scriptblock] $Script, [object] $Argument, [string] $User = 'root')
    $handed = [Convert]::ToBase64String([Text.Encoding]::UTF8.GetBytes([Management.Automation.PSSerializer]::Serialize($Argument)))
    $text = @"
`$ErrorActionPreference = 'Stop'
`$ProgressPreference = 'SilentlyContinue'
`$env:UPGRADEMODULE_STORE = Join-Path `$HOME store/store.db
Import-Module /opt/test/module/UpgradeModule.psd1
`$Argument = [Management.Automation.PSSerializer]::Deserialize([Text.Encoding]::UTF8.GetString([Convert]::FromBase64String('$handed')))
`$result = @(& { $Script })
'<<<' + (ConvertTo-Json -InputObject `$result -Depth 6 -Compress -EnumsAsStrings -WarningAction Ignore)
"@
    $place = $User -eq 'root' ? '/root' : "/home/$User"
    $said = docker exec -u $User -e "HOME=$place" -w / -e DOTNET_ROOT=/opt/test/dotnet $Machine /opt/test/pwsh/pwsh -NoProfile -NonInteractive -EncodedCommand ([Convert]::ToBase64String([Text.Encoding]::Unicode.GetBytes($text))) 2>&1
    $answer = $said | Where-Object { "$_".StartsWith('<<<') } | Select-Object -Last 1
    if (-not $answer) { throw "The script ended with exit code ${LASTEXITCODE}: $($said -join [Environment]::NewLine)" }
    "$answer".Substring(3) | ConvertFrom-Json
}

Export-ModuleMember -Function *
