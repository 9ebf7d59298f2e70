@{
    RootModule           = 'UpgradeModule.dll'
    ModuleVersion        = '0.1.0'
    GUID                 = '691e26ee-16ab-4c71-b59a-1e9c08364692'
    Author               = 'UpgradeModule contributors'
    CompanyName          = 'UpgradeModule contributors'
    Copyright            = 'Copyright (c) 2026 UpgradeModule contributors. MIT licence.'
    Description          = 'Upgrades self-hosted applications safely: works out the path over every mandatory stop, proves the backup before anything is touched, swaps the version, waits until the application has migrated its database, and goes back by itself, data included, when that fails. Knows Metabase and Overleaf, and any application that a JSON file describes.'
    PowerShellVersion    = '7.4'
    CompatiblePSEditions = @('Core')

    # Types and formats: views/UpgradeModule.Views.psd1, loaded by the first cmdlet.

    # Explicit, all of them: a missing list makes PowerShell load the module to find out.
    CmdletsToExport      = @(
        'Backup-AppDatabase'
        'Complete-UpgradeRun'
        'Copy-AppBackup'
        'Export-UpgradeReport'
        'Find-AppDeployment'
        'Get-AppBackup'
        'Get-AppDatabaseCopy'
        'Get-AppDefinition'
        'Get-AppDeployment'
        'Get-AppMigration'
        'Get-AppRelease'
        'Get-AppService'
        'Get-UpgradePath'
        'Get-UpgradeRun'
        'Invoke-AppUpgrade'
        'Invoke-MigrateDown'
        'New-AppDeployment'
        'Register-AppDefinition'
        'Register-AppDeployment'
        'Remove-AppBackup'
        'Remove-AppDatabaseCopy'
        'Restart-AppService'
        'Restore-AppDatabase'
        'Resume-UpgradeRun'
        'Save-AppArtifact'
        'Save-AppImage'
        'Set-AppDeployment'
        'Start-AppService'
        'Stop-AppService'
        'Test-AppBackup'
        'Test-AppDefinition'
        'Test-AppUpgrade'
        'Test-UpgradeHistory'
        'Test-UpgradeReadiness'
        'Unlock-AppMigration'
        'Undo-UpgradeRun'
        'Unregister-AppDefinition'
        'Unregister-AppDeployment'
        'Update-AppArtifact'
        'Update-AppImage'
        'Wait-AppService'
    )
    FunctionsToExport    = @()
    VariablesToExport    = @()
    AliasesToExport      = @('Update-AppJar')

    PrivateData          = @{
        PSData = @{
            Tags         = @('PSEdition_Core', 'Windows', 'Linux', 'MacOS', 'Upgrade', 'Backup', 'Restore', 'Migration', 'Metabase', 'Overleaf', 'PostgreSQL', 'SQLite', 'SelfHosted')
            ReleaseNotes = 'See CHANGELOG.md.'
        }
    }
}
