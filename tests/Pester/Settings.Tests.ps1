# What New-, Register- and Set-AppDeployment make of their parameters: where the database is, and who may do what there.

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot Support/UpgradeTesting.psm1) -Force
    Import-BuiltModule
    $script:folder = New-TestFolder
    $script:before = $env:UPGRADEMODULE_STORE
    $env:UPGRADEMODULE_STORE = Join-Path $folder store.db
    $jar = Join-Path $folder metabase.jar
    Add-Type -AssemblyName System.IO.Compression
    $file = [IO.Compression.ZipFile]::Open($jar, 'Create')
    $entry = [IO.StreamWriter]::new($file.CreateEntry('version.properties').Open())
    $entry.Write("tag=v0.48.3`n")
    $entry.Dispose()
    $file.Dispose()
    $settings = Join-Path $folder metabase.env
    'MB_DB_TYPE=postgres', 'MB_DB_HOST=db.example.org', 'MB_DB_DBNAME=metabase', 'MB_DB_USER=metabase' | Set-Content -LiteralPath $settings
    $script:secret = Join-Path $folder admin-password
    'planted-s3cret' | Set-Content -LiteralPath $secret
    # pwsh is there wherever this runs; java need not be.
    $script:given = @{ App = 'metabase'; ArtifactPath = $jar; EnvironmentFile = $settings; Command = 'pwsh' }
}

AfterAll {
    $env:UPGRADEMODULE_STORE = $script:before
    Remove-Item -LiteralPath $script:folder -Recurse -Force
}

Describe 'The database of a deployment' {
    It 'is read from the settings where only a maintenance role is given' {
        $database = (New-AppDeployment wiki @given -MaintenanceUser admin -MaintenanceSecret "file:$secret").Database
        $database | Should -BeLike 'postgres://metabase@db.example.org*/metabase'
        $database.FromSettings | Should -BeTrue
        $database.MaintenanceUser | Should -Be admin
    }

    It 'keeps its maintenance role when something else changes, and follows the settings' {
        Register-AppDeployment wiki @given -MaintenanceUser admin -MaintenanceSecret "file:$secret" -MaintenanceDatabase template1 -DatabaseContainer wiki-db | Out-Null
        'MB_DB_HOST=new.example.org' | Add-Content -LiteralPath $given.EnvironmentFile
        $database = (Set-AppDeployment wiki -StopTimeout 60).Database
        $database.Server | Should -Be new.example.org
        $database.MaintenanceUser, $database.MaintenanceSecret, $database.MaintenanceDatabase, $database.Container | Should -Be admin, "file:$secret", template1, wiki-db
    }

    It 'is the given one where a parameter says where it is' {
        $app = New-AppDeployment wiki @given
        $database = ($app | Set-AppDeployment -DatabaseServer other.example.org).Database
        $database.Server | Should -Be other.example.org
        $database.Name | Should -Be metabase
        $database.FromSettings | Should -BeFalse
        $database.Source | Should -BeNullOrEmpty
    }

    It 'takes no password in the place of a reference: <parameter>' -ForEach @{ parameter = 'DatabaseSecret' }, @{ parameter = 'MaintenanceSecret' } {
        $wrong = @{ $parameter = 'planted-s3cret' }
        $made = New-AppDeployment wiki @given @wrong -DatabaseName metabase -DatabaseEngine Postgres -ErrorVariable failure -ErrorAction SilentlyContinue
        $made | Should -BeNullOrEmpty
        $failure[0].FullyQualifiedErrorId | Should -BeLike 'SecretReferenceInvalid,*'
        $failure[0] | Format-List * -Force | Out-String | Should -Not -Match 'planted-s3cret'
    }
}
