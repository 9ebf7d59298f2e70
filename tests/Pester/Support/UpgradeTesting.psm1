# What the Pester suites share. Import-Module (Join-Path $PSScriptRoot Support/UpgradeTesting.psm1)

Set-StrictMode -Version Latest

$script:Root = (Resolve-Path (Join-Path $PSScriptRoot ../../..)).Path

function Get-RepositoryRoot { $script:Root }

# The manifest of the built module: the one that the build names, else the one in output/.
function Get-BuiltManifest {
    $folder = $env:UPGRADEMODULE_TEST_MODULE
    if (-not $folder) {
        $version = (Import-PowerShellDataFile (Join-Path $script:Root module/UpgradeModule.psd1)).ModuleVersion
        $folder = Join-Path $script:Root "output/UpgradeModule/$version"
    }
    $manifest = Join-Path $folder UpgradeModule.psd1
    if (-not (Test-Path -LiteralPath $manifest)) { throw "The module isn't built: there is no '$manifest'. Run ./build.ps1 Build." }
    $manifest
}

function Import-BuiltModule { Import-Module (Get-BuiltManifest) -Global }

# Runs a script in a new pwsh and gives what it writes as objects. $Manifest and $Argument stand for the built module and what is handed over.
function Invoke-Pwsh {
    param(
        [Parameter(Mandatory)] [scriptblock] $Script,
        [object] $Argument,
        # A command line that runs the one that follows it.
        [string[]] $By = @()
    )
    $file = New-TemporaryFile
    $data = New-TemporaryFile
    try {
        $Argument | Export-Clixml -LiteralPath $data -Depth 8
        @"
`$ErrorActionPreference = 'Stop'
`$Manifest = '$(Get-BuiltManifest)'
`$Argument = Import-Clixml -LiteralPath '$data'
`$result = @(& { $Script })
ConvertTo-Json -InputObject `$result -Depth 6 -Compress | Set-Content -LiteralPath '$data'
"@ | Set-Content -LiteralPath "$file.ps1"
        $program, $rest = $By + @('pwsh', '-NoProfile', '-NonInteractive', '-File', "$file.ps1")
        $said = & $program @rest 2>&1
        if ($LASTEXITCODE -ne 0) { throw "pwsh ended with exit code ${LASTEXITCODE}: $($said -join [Environment]::NewLine)" }
        Get-Content -LiteralPath $data -Raw | ConvertFrom-Json
    }
    finally { Remove-Item $file, "$file.ps1", $data -ErrorAction Ignore }
}

# A folder of its own, as a full path without links in it.
function New-TestFolder {
    $path = Join-Path ([IO.Path]::GetTempPath()) "upgrademodule-$([guid]::NewGuid().ToString('N').Substring(0, 12))"
    (New-Item -ItemType Directory -Path $path).FullName
}

function Get-FreePort {
    $listener = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 0)
    $listener.Start()
    try { $listener.LocalEndpoint.Port } finally { $listener.Stop() }
}

# Every file under some folders with its content's hash, to compare the world before and after.
function Get-WorldSnapshot {
    param([Parameter(Mandatory)] [string[]] $Path)
    Get-ChildItem -LiteralPath $Path -Recurse -Force -ErrorAction Ignore | Sort-Object FullName | ForEach-Object {
        if ($_.PSIsContainer) { "$($_.FullName)/" } else { '{0} {1}' -f $_.FullName, (Get-FileHash -LiteralPath $_.FullName).Hash }
    }
}

Export-ModuleMember -Function *
