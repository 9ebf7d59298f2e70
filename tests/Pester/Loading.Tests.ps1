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

Describe 'The views' {
    It 'come with the first cmdlet, before anything is shown, and go with the module' {
        $found = Invoke-Pwsh {
            Import-Module $Manifest
            $imported = @(Get-FormatData 'UpgradeModule.*').Count
            $shown = Get-AppRelease metabase | Select-Object -First 1 | Out-String
            $used = @(Get-FormatData 'UpgradeModule.*').Count
            $depth = (Get-TypeData UpgradeModule.AppRecord).SerializationDepth
            $listed = @(Get-Module).Name
            Remove-Module UpgradeModule
            $removed = @(Get-FormatData 'UpgradeModule.*').Count
            Import-Module $Manifest
            $again = Get-AppRelease metabase | Select-Object -First 1 | Out-String
            @{ Imported = $imported; Shown = $shown; Used = $used; Depth = $depth; Listed = $listed; Removed = $removed; Again = $again }
        }
        $found.Imported | Should -Be 0
        $found.Shown | Should -Match 'App: metabase'
        $found.Used | Should -BeGreaterThan 15
        $found.Depth | Should -Be 7
        $found.Listed | Should -Not -Contain UpgradeModule.Views
        $found.Removed | Should -Be 0
        $found.Again | Should -Be $found.Shown
    }

    It 'are loaded once, however many cmdlets run, and again by an import with -Force' {
        $found = Invoke-Pwsh {
            Import-Module $Manifest
            1..3 | ForEach-Object { $null = Get-AppDefinition metabase }
            $once = @((Get-Module UpgradeModule).NestedModules).Count
            Import-Module $Manifest -Force
            $shown = Get-AppRelease metabase | Select-Object -First 1 | Out-String
            @{ Once = $once; Shown = $shown; Files = @((Get-Module UpgradeModule).NestedModules.ExportedFormatFiles).Count }
        }
        $found.Once | Should -Be 1
        $found.Shown | Should -Match 'App: metabase'
        $found.Files | Should -Be 1
    }

    It 'are there in every runspace: <_>' -ForEach 'ForEach-Object -Parallel', 'one made with the module in its initial state', 'Start-Job' {
        $shown = Invoke-Pwsh -Argument $_ {
            switch ($Argument) {
                'ForEach-Object -Parallel' { 1..3 | ForEach-Object -Parallel { Import-Module $using:Manifest; Get-AppRelease metabase | Select-Object -First 1 | Out-String } }
                'Start-Job' { Start-Job { Import-Module $using:Manifest; Get-AppRelease metabase | Select-Object -First 1 | Out-String } | Receive-Job -Wait -AutoRemoveJob }
                default {
                    $state = [initialsessionstate]::CreateDefault()
                    $null = $state.ImportPSModule($Manifest)
                    $shell = [powershell]::Create($state)
                    $shell.AddScript('Get-AppRelease metabase | Select-Object -First 1 | Out-String').Invoke()
                }
            }
        }
        $shown | Should -Not -BeNullOrEmpty
        foreach ($text in $shown) { $text | Should -Match 'App: metabase' }
    }

    It 'are there for a module that nests this one, whose functions call its cmdlets' {
        $folder = New-TestFolder
        try {
            Set-Content (Join-Path $folder Wrapper.psm1) 'function Show-It { Get-AppRelease metabase | Select-Object -First 1 | Out-String }'
            New-ModuleManifest (Join-Path $folder Wrapper.psd1) -RootModule Wrapper.psm1 -NestedModules (Get-BuiltManifest) -FunctionsToExport Show-It -CmdletsToExport @()
            Invoke-Pwsh -Argument $folder { Import-Module (Join-Path $Argument Wrapper.psd1); Show-It; Show-It } | ForEach-Object { $_ | Should -Match 'App: metabase' }
        }
        finally { Remove-Item -LiteralPath $folder -Recurse -Force }
    }

    It 'show what comes from a file like what is here, once a cmdlet has run' {
        $found = Invoke-Pwsh {
            Import-Module $Manifest
            $file = New-TemporaryFile
            Get-AppRelease metabase | Select-Object -First 1 | Export-Clixml $file
            $here = Get-AppRelease metabase | Select-Object -First 1 | Out-String
            $far = Import-Clixml $file | Out-String
            Remove-Item $file
            @{ Here = $here; Far = $far }
        }
        $found.Far | Should -Be $found.Here
    }

    It 'are loaded from a folder with wildcard characters, with -WhatIf in force' {
        $folder = New-TestFolder
        try {
            $place = (New-Item -ItemType Directory (Join-Path $folder 'a [1] b')).FullName
            Copy-Item (Join-Path (Split-Path (Get-BuiltManifest)) *) -Destination $place -Recurse
            Invoke-Pwsh -Argument $place {
                $WhatIfPreference = $true
                Import-Module ([WildcardPattern]::Escape((Join-Path $Argument UpgradeModule.psd1)))
                Get-AppRelease metabase | Select-Object -First 1 | Out-String
            } | Should -Match 'App: metabase'
        }
        finally { Remove-Item -LiteralPath $folder -Recurse -Force }
    }

    It 'bring what keeps records whole on their way out of a restricted session' {
        $found = Invoke-Pwsh {
            $state = [initialsessionstate]::CreateRestricted('RemoteServer')
            $null = $state.ImportPSModule($Manifest)
            $shell = [powershell]::Create($state)
            $path = $shell.AddCommand('Get-UpgradePath').AddParameter('App', 'metabase').AddParameter('From', '0.48.1').AddParameter('To', '0.50.36').Invoke()
            @{ To = "$($path.To)"; Errors = @($shell.Streams.Error | ForEach-Object { "$_" }); Types = @($shell.Runspace.InitialSessionState.Types.FileName) -like '*UpgradeModule.types.ps1xml' }
        }
        $found.Errors | Should -BeNullOrEmpty
        $found.To | Should -Be '0.50.36'
        $found.Types | Should -HaveCount 1
    }

    It 'are not needed: without <_> a cmdlet works, and tells it with -Verbose' -ForEach 'views/UpgradeModule.format.ps1xml', 'views' {
        $folder = New-TestFolder
        try {
            Copy-Item (Join-Path (Split-Path (Get-BuiltManifest)) *) -Destination $folder -Recurse
            Remove-Item (Join-Path $folder $_) -Recurse
            $found = Invoke-Pwsh -Argument $folder {
                Import-Module (Join-Path $Argument UpgradeModule.psd1)
                $releases = @(Get-AppRelease metabase -Verbose 4>&1)
                @{ Releases = @($releases | Where-Object { $_ -is [UpgradeModule.AppRelease] }).Count; Errors = $Error.Count; Told = @($releases | Where-Object { $_ -is [Management.Automation.VerboseRecord] } | ForEach-Object Message) }
            }
            $found.Releases | Should -BeGreaterThan 100
            $found.Errors | Should -Be 0
            $found.Told -join "`n" | Should -Match "views can't be loaded"
        }
        finally { Remove-Item -LiteralPath $folder -Recurse -Force }
    }
}

Describe 'A module that lacks <Lack>' -ForEach @{ Lack = 'engine'; Command = 'Get-AppRelease metabase'; Id = 'ModuleIncomplete' }, @{ Lack = 'apps'; Command = 'Get-AppRelease metabase'; Id = 'AppNotFound' } {
    It 'says what is missing, and what to do' {
        $folder = New-TestFolder
        try {
            Copy-Item (Join-Path (Split-Path (Get-BuiltManifest)) *) -Destination $folder -Recurse
            Remove-Item (Join-Path $folder $Lack) -Recurse
            $found = Invoke-Pwsh -Argument @{ Folder = $folder; Command = $Command } {
                Import-Module (Join-Path $Argument.Folder UpgradeModule.psd1)
                Invoke-Expression "$($Argument.Command) -StorePath '$(Join-Path $Argument.Folder store.db)' -ErrorAction SilentlyContinue -ErrorVariable failed"
                $failed | ForEach-Object { @{ Id = $_.FullyQualifiedErrorId; Text = "$_"; Remedy = $_.ErrorDetails.RecommendedAction } }
            }
            $found.Id | Should -BeLike "$Id,*"
            $found.Text | Should -Match ([regex]::Escape((Join-Path $folder $Lack)))
            $found.Remedy | Should -Match 'again, whole'
        }
        finally { Remove-Item -LiteralPath $folder -Recurse -Force }
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
        (Import-PowerShellDataFile (Join-Path $folder views/UpgradeModule.Views.psd1)).ModuleVersion | Should -Be $data.ModuleVersion
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
