BeforeAll {
    Import-Module (Join-Path $PSScriptRoot Support/UpgradeTesting.psm1) -Force
}

Describe 'Loading the module' {
    It 'loads neither the engine nor a package when it is imported' {
        $names = Invoke-Pwsh {
            Import-Module $Manifest
            $null = Get-Command -Module UpgradeModule -Syntax
            [AppDomain]::CurrentDomain.GetAssemblies().GetName().Name
        }
        $names | Should -Contain 'UpgradeModule'
        $names | Should -Contain 'UpgradeModule.Model'
        $names | Where-Object { $_ -match '^(UpgradeModule\.Engine|Npgsql|Microsoft\.Data\.Sqlite|SQLitePCLRaw)' } | Should -BeNullOrEmpty
    }

    It 'resolves the types of its records right after the import' {
        Invoke-Pwsh { Import-Module $Manifest; [UpgradeModule.AppVersion]'v0.50.12' | ForEach-Object Text } | Should -Be '0.50.12'
    }

    It 'loads the engine and its packages into a context of its own' {
        $found = Invoke-Pwsh {
            Import-Module $Manifest
            $null = Get-AppDefinition
            $null = Get-AppDeployment -NoProbe -StorePath (Join-Path ([IO.Path]::GetTempPath()) "$([guid]::NewGuid()).db")
            foreach ($context in [Runtime.Loader.AssemblyLoadContext]::All) {
                foreach ($assembly in $context.Assemblies) { "$($context.Name)|$($assembly.GetName().Name)" }
            }
        }
        $found | Should -Contain 'UpgradeModule|UpgradeModule.Engine'
        $found | Should -Contain 'Default|UpgradeModule.Model'
        $found | Should -Not -Contain 'UpgradeModule|UpgradeModule.Model'
        $found | Where-Object { $_ -match '^Default\|(UpgradeModule\.Engine|Npgsql|Microsoft\.Data\.Sqlite)' } | Should -BeNullOrEmpty
    }

    It 'keeps one engine through Import -Force twice, Remove and Import, a second runspace, ForEach-Object -Parallel and Start-Job' {
        $found = Invoke-Pwsh {
            Import-Module $Manifest
            $first = (Get-AppDefinition).Count
            Import-Module $Manifest -Force
            Import-Module $Manifest -Force
            $second = (Get-AppDefinition).Count
            Remove-Module UpgradeModule
            Import-Module $Manifest
            $third = (Get-AppDefinition).Count
            $runspace = [powershell]::Create()
            $null = $runspace.AddScript("Import-Module '$Manifest'; (Get-AppDefinition).Count")
            $fourth = $runspace.Invoke()[0]
            $parallel = 1..8 | ForEach-Object -Parallel { Import-Module $using:Manifest; (Get-AppDefinition).Count } -ThrottleLimit 4
            $job = Start-Job { Import-Module $using:Manifest; (Get-AppDefinition).Count } | Receive-Job -Wait -AutoRemoveJob
            [pscustomobject]@{
                Counts = @($first, $second, $third, $fourth, $job) + $parallel | Sort-Object -Unique
                Engines = @([AppDomain]::CurrentDomain.GetAssemblies() | Where-Object { $_.GetName().Name -eq 'UpgradeModule.Engine' }).Count
                Contexts = @([Runtime.Loader.AssemblyLoadContext]::All | Where-Object Name -eq 'UpgradeModule').Count
            }
        }
        $found.Counts | Should -HaveCount 1
        $found.Counts | Should -BeGreaterThan 1
        $found.Engines | Should -Be 1
        $found.Contexts | Should -Be 1
    }

    Context 'in a session that holds other versions of its packages' {
        BeforeAll {
            $script:other = New-TestFolder
            $said = dotnet publish (Join-Path $PSScriptRoot Support/OtherVersions/OtherVersions.csproj) -c Release -v quiet -o $script:other 2>&1
            $script:missing = if ($LASTEXITCODE -ne 0) { "the other versions can't be fetched: $($said | Select-Object -Last 1)" }
            $script:use = {
                param($Folder)
                $null = [Reflection.Assembly]::LoadFrom((Join-Path $Folder Newtonsoft.Json.dll))
                Add-Type -Path (Join-Path $Folder SQLitePCLRaw.core.dll), (Join-Path $Folder SQLitePCLRaw.provider.e_sqlite3.dll), (Join-Path $Folder SQLitePCLRaw.batteries_v2.dll), (Join-Path $Folder Microsoft.Data.Sqlite.dll), (Join-Path $Folder Npgsql.dll)
                $native = Get-ChildItem $Folder -Filter *e_sqlite3.* | Where-Object Extension -in '.so', '.dylib', '.dll' | Where-Object Name -notlike 'SQLitePCLRaw*' | Select-Object -First 1
                $null = [Runtime.InteropServices.NativeLibrary]::Load($native.FullName)
                $connection = [Microsoft.Data.Sqlite.SqliteConnection]::new('Data Source=:memory:')
                $connection.Open()
                $command = $connection.CreateCommand()
                $command.CommandText = 'SELECT 40 + 2'
                $answer = $command.ExecuteScalar()
                $connection.Dispose()
                [pscustomobject]@{
                    Answer = $answer
                    Sqlite = [Microsoft.Data.Sqlite.SqliteConnection].Assembly.GetName().Version.ToString()
                    Npgsql = [Npgsql.NpgsqlConnectionStringBuilder]::new('Host=here').GetType().Assembly.GetName().Version.ToString()
                }
            }.ToString()
        }

        AfterAll { Remove-Item -LiteralPath $script:other -Recurse -Force }

        It 'works, and they go on working, where they were loaded <order> it' -ForEach @(@{ order = 'before' }, @{ order = 'after' }) {
            if ($script:missing) { Set-ItResult -Skipped -Because $script:missing }
            $found = Invoke-Pwsh -Argument @{ Folder = $script:other; Order = $order; Use = $script:use } {
                $use = [scriptblock]::Create($Argument.Use)
                if ($Argument.Order -eq 'before') { $others = & $use $Argument.Folder }
                Import-Module $Manifest
                $store = Join-Path ([IO.Path]::GetTempPath()) "$([guid]::NewGuid()).db"
                $deployments = @(Get-AppDeployment -NoProbe -StorePath $store).Count
                $definitions = @(Get-AppDefinition -StorePath $store).Count
                if ($Argument.Order -eq 'after') { $others = & $use $Argument.Folder }
                [pscustomobject]@{ Others = $others; Deployments = $deployments; Definitions = $definitions }
            }
            $found.Definitions | Should -BeGreaterThan 1
            $found.Deployments | Should -Be 0
            $found.Others.Answer | Should -Be 42
            $found.Others.Sqlite | Should -BeLike '8.0.*'
            $found.Others.Npgsql | Should -BeLike '9.0.*'
        }
    }
}

Describe 'The built module' {
    BeforeAll {
        $script:manifest = Get-BuiltManifest
        $script:folder = Split-Path $manifest
        $script:data = Import-PowerShellDataFile $manifest
    }

    It 'has a manifest that PowerShell accepts' {
        (Test-ModuleManifest $manifest -WarningVariable warned).Name | Should -Be UpgradeModule
        $warned | Should -BeNullOrEmpty
    }

    It 'has the version of Directory.Build.props' {
        $props = [xml](Get-Content (Join-Path (Get-RepositoryRoot) Directory.Build.props) -Raw)
        $data.ModuleVersion | Should -Be ($props.Project.PropertyGroup.Version | Select-Object -First 1)
        (Get-Item (Join-Path $folder UpgradeModule.dll)).VersionInfo.FileVersion | Should -BeLike "$($data.ModuleVersion)*"
    }

    It 'exports exactly its cmdlets, and says so explicitly' {
        $module = Import-Module $manifest -PassThru
        $module.ExportedCmdlets.Keys | Sort-Object | Should -Be ($data.CmdletsToExport | Sort-Object)
        $module.ImplementingAssembly.GetTypes() | Where-Object { $_.IsPublic -and -not $_.IsAbstract -and [Management.Automation.Cmdlet].IsAssignableFrom($_) } | Should -HaveCount $data.CmdletsToExport.Count
        $module.ExportedAliases.Keys | Should -Be $data.AliasesToExport
        foreach ($list in 'FunctionsToExport', 'VariablesToExport') { , $data[$list] | Should -BeOfType [array]; $data[$list] | Should -HaveCount 0 }
    }

    It 'is under 30 MB' {
        (Get-ChildItem $folder -Recurse -File | Measure-Object Length -Sum).Sum | Should -BeLessThan 30MB
    }

    It 'brings SQLite for the platforms that PowerShell runs on, and for no others' {
        Get-ChildItem (Join-Path $folder engine/runtimes) -Name | Sort-Object | Should -Be 'linux-arm64', 'linux-musl-arm64', 'linux-musl-x64', 'linux-x64', 'osx-arm64', 'osx-x64', 'win-arm64', 'win-x64'
    }

    It 'has no assembly of PowerShell in it, and the records once' {
        $names = Get-ChildItem $folder -Recurse -Filter *.dll | ForEach-Object Name
        $names | Should -Not -Contain 'System.Management.Automation.dll'
        $names | Where-Object { $_ -eq 'UpgradeModule.Model.dll' } | Should -HaveCount 1
    }
}
