# Directus as the Pester suites get, install, use and look at it: a real application from npm that nobody here wrote.
# Import-Module (Join-Path $PSScriptRoot Support/DirectusTesting.psm1)

Set-StrictMode -Version Latest

$script:Root = (Resolve-Path (Join-Path $PSScriptRoot ../../..)).Path
$script:Admin = @{ email = 'admin@example.com'; password = 'admin-of-the-test' }

function Get-DirectusDefinition { Join-Path $script:Root samples/apps/directus.json }

# Outside of the repository, so that it outlives clean builds: getting both versions takes minutes.
function Get-DirectusCache {
    $base = $env:UPGRADEMODULE_TEST_CACHE ? $env:UPGRADEMODULE_TEST_CACHE : (Join-Path ($env:XDG_CACHE_HOME ? $env:XDG_CACHE_HOME : (Join-Path $HOME .cache)) upgrademodule-tests)
    Join-Path $base directus "node$(node -p process.versions.modules)"
}

# Why Directus can't run here; empty where it can. Without -Install, only what is in the cache counts.
function Get-DirectusMissing {
    param([string[]] $Version = @('10.13.4', '11.3.5'), [switch] $Install)
    if ($IsWindows) { return 'Directus is tried on Linux and macOS only' }
    foreach ($program in 'node', 'npm') { if (-not (Get-Command $program -CommandType Application -ErrorAction Ignore)) { return "there is no $program" } }
    $node = [version](node -p process.versions.node)
    if ($node -lt [version]'18.17.0' -or $node.Major -ge 23) { return "Directus 10.13.4 and 11.3.5 run on Node.js 18 to 22, and there is $node" }
    foreach ($one in $Version) {
        if (Test-Path -LiteralPath (Join-Path (Get-DirectusCache) $one)) { continue }
        if (-not $Install) { return "Directus $one is not in the cache '$(Get-DirectusCache)'; -Long fetches it" }
        try { Install-Directus $one } catch { return "Directus $one could not be installed: $_" }
    }
}

# Fetches a version from npm into the cache. It appears there whole or not at all.
function Install-Directus {
    param([Parameter(Mandatory)] [string] $Version)
    $place = Join-Path (Get-DirectusCache) $Version
    if (Test-Path -LiteralPath $place) { return }
    $making = "$place.$PID"
    $null = New-Item -ItemType Directory $making -Force
    try {
        Set-Content -LiteralPath (Join-Path $making package.json) '{ "name": "directus-test", "private": true }'
        # Of all native parts only isolated-vm comes without a build for this machine and is loaded at the start.
        foreach ($line in "install directus@$Version --ignore-scripts --omit=dev", 'rebuild isolated-vm') {
            $said = npm ($line -split ' ') --prefix $making --no-audit --no-fund --no-progress --no-update-notifier --loglevel=error 2>&1
            if ($LASTEXITCODE -ne 0) { throw "npm $line ended with exit code ${LASTEXITCODE}: $($said | Select-Object -Last 5)" }
        }
        Rename-Item -LiteralPath $making $Version
    }
    finally { Remove-Item -LiteralPath $making -Recurse -Force -ErrorAction Ignore }
}

# The one file that stands for a version: it names the version's folder, so that swapping it is swapping the version.
function New-DirectusArtifact {
    param([Parameter(Mandatory)] [string] $Version, [Parameter(Mandatory)] [string] $Path)
    Set-Content -LiteralPath $Path "import '$(Get-DirectusCache)/$Version/node_modules/directus/cli.js';"
}

# The shipped definition, changed by a script that is given it, in a file of its own.
function New-DirectusDefinition {
    param([Parameter(Mandatory)] [string] $Path, [Parameter(Mandatory)] [scriptblock] $Change)
    $definition = Get-Content -LiteralPath (Get-DirectusDefinition) -Raw | ConvertFrom-Json -AsHashtable
    $definition.Remove('$schema')
    $null = $definition | ForEach-Object $Change
    ConvertTo-Json $definition -Depth 20 | Set-Content -LiteralPath $Path
    $Path
}

# The settings of an instance, as lines NAME=value.
function Get-DirectusSetting {
    param([Parameter(Mandatory)] $Database, [Parameter(Mandatory)] [int] $Port, [string] $DatabaseHost = '127.0.0.1', [string] $Listen = '127.0.0.1')
    'DB_CLIENT=pg', "DB_HOST=$DatabaseHost", "DB_PORT=$($Database.Server.Port)", "DB_DATABASE=$($Database.Name)", "DB_USER=$($Database.User)", "DB_PASSWORD=$($Database.Password)"
    "HOST=$Listen", "PORT=$Port", "PUBLIC_URL=http://127.0.0.1:$Port", 'KEY=the-test', 'SECRET=a-secret-of-the-test-that-signs-tokens'
    "ADMIN_EMAIL=$($script:Admin.email)", "ADMIN_PASSWORD=$($script:Admin.password)", 'TELEMETRY=false', 'SERVE_APP=false', 'EMAIL_VERIFY_SETUP=false'
}

# A database as an instance of 10.13.4 leaves it that people used: an administrator, an editor with a role of her own, a collection with rows, a public permission.
# It is made by Directus itself, once a server; further databases are copies of it.
function New-DirectusDatabase {
    param([Parameter(Mandatory)] $Server, [Parameter(Mandatory)] [string] $Folder)
    $database = New-TestDatabase $Server
    if (-not (Invoke-TestSql $Server "SELECT 1 FROM pg_database WHERE datname = 'directus_template'")) { Initialize-DirectusTemplate $Server $Folder }
    $null = Invoke-TestSql $Server "DROP DATABASE `"$($database.Name)`""
    $null = Invoke-TestSql $Server "CREATE DATABASE `"$($database.Name)`" TEMPLATE directus_template OWNER `"$($database.User)`""
    # The copy's tables belong to whoever made the template.
    $null = Invoke-TestSql $Server "REASSIGN OWNED BY directus_template TO `"$($database.User)`"" -Database $database.Name
    $null = Invoke-TestSql $Server "ALTER DATABASE directus_template OWNER TO directus_template"
    $database
}

function Initialize-DirectusTemplate($Server, $Folder) {
    $database = New-TestDatabase $Server -Name directus_template
    $place = Join-Path $Folder template
    $null = New-Item -ItemType Directory $place -Force
    Set-Content -LiteralPath (Join-Path $place package.json) '{ "name": "template", "private": true }'
    $port = Get-LoopbackPort
    $settings = @{}
    Get-DirectusSetting $database $port | ForEach-Object { $name, $value = $_ -split '=', 2; $settings[$name] = $value }
    $cli = "$(Get-DirectusCache)/10.13.4/node_modules/directus/cli.js"
    $made = Start-Process node $cli, bootstrap -WorkingDirectory $place -Environment $settings -PassThru -Wait -RedirectStandardOutput (Join-Path $place bootstrap.log) -RedirectStandardError (Join-Path $place bootstrap.err)
    if ($made.ExitCode -ne 0) { throw "directus bootstrap ended with exit code $($made.ExitCode): $(Get-Content (Join-Path $place bootstrap.log), (Join-Path $place bootstrap.err) | Select-Object -Last 15)" }
    $app = Start-Process node $cli, start -WorkingDirectory $place -Environment $settings -PassThru -RedirectStandardOutput (Join-Path $place start.log) -RedirectStandardError (Join-Path $place start.err)
    try {
        $url = "http://127.0.0.1:$port"
        Wait-Directus $url
        $as = @{ Headers = @{ Authorization = "Bearer $(Get-DirectusToken $url)" } }
        $null = Send-Directus $url/collections @as @{ collection = 'articles'; schema = @{}; meta = @{}; fields = @(
                @{ field = 'id'; type = 'integer'; schema = @{ is_primary_key = $true; has_auto_increment = $true }; meta = @{} }
                @{ field = 'title'; type = 'string'; schema = @{}; meta = @{} }) }
        $null = Send-Directus $url/items/articles @as @(1..25 | ForEach-Object { @{ title = "article $_" } })
        $role = (Send-Directus $url/roles @as @{ name = 'Editors'; app_access = $true; admin_access = $false }).data.id
        $null = Send-Directus $url/permissions @as @(
            @{ role = $role; collection = 'articles'; action = 'read'; fields = @('*'); permissions = @{} }
            @{ role = $role; collection = 'articles'; action = 'create'; fields = @('*'); permissions = @{} }
            @{ role = $null; collection = 'articles'; action = 'read'; fields = @('id'); permissions = @{} })
        $null = Send-Directus $url/users @as @{ email = 'editor@example.com'; password = 'editor-of-the-test'; role = $role }
    }
    finally { $app | Stop-Process -PassThru | Wait-Process -Timeout 30 }
}

function Wait-Directus([string] $Url) {
    $until = [datetime]::UtcNow.AddSeconds(120)
    while ($true) {
        try { if ((Invoke-RestMethod "$Url/server/ping" -TimeoutSec 5) -eq 'pong') { return } } catch { $last = $_ }
        if ([datetime]::UtcNow -gt $until) { throw "Directus doesn't answer at ${Url}: $last" }
        Start-Sleep -Milliseconds 200
    }
}

function Send-Directus([string] $Uri, $Body, [hashtable] $Headers = @{}) {
    Invoke-RestMethod $Uri -Method Post -ContentType application/json -Body (ConvertTo-Json $Body -Depth 10) -Headers $Headers -TimeoutSec 30
}

# Logs in, and gives the token with which everything else is asked; as the administrator where nobody is named.
function Get-DirectusToken {
    param([Parameter(Mandatory)] [string] $Url, [string] $Email = $script:Admin.email, [string] $Password = $script:Admin.password)
    (Send-Directus "$Url/auth/login" @{ email = $Email; password = $Password }).data.access_token
}

# What people who use an instance see of it, each by a log-in of their own.
function Get-DirectusView {
    param([Parameter(Mandatory)] [string] $Url)
    $admin = @{ Authorization = "Bearer $(Get-DirectusToken $Url)" }
    $editor = @{ Authorization = "Bearer $(Get-DirectusToken $Url editor@example.com editor-of-the-test)" }
    [pscustomobject]@{
        Version = (Invoke-RestMethod "$Url/server/info" -Headers $admin).data.version
        Users = @((Invoke-RestMethod "$Url/users?fields=email&sort=email" -Headers $admin).data.email)
        Titles = @((Invoke-RestMethod "$Url/items/articles?limit=-1&sort=id" -Headers $editor).data.title)
        PublicFields = @((Invoke-RestMethod "$Url/items/articles?limit=1").data[0].psobject.Properties.Name)
    }
}

function Add-DirectusArticle {
    param([Parameter(Mandatory)] [string] $Url, [Parameter(Mandatory)] [string] $Title)
    $editor = @{ Authorization = "Bearer $(Get-DirectusToken $Url editor@example.com editor-of-the-test)" }
    $null = Send-Directus "$Url/items/articles" @{ title = $Title } $editor
}

Export-ModuleMember -Function Get-DirectusDefinition, Get-DirectusCache, Get-DirectusMissing, Install-Directus, New-DirectusArtifact, New-DirectusDefinition, Get-DirectusSetting,
    New-DirectusDatabase, Get-DirectusView, Add-DirectusArticle
