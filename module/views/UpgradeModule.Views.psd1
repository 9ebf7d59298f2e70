# How the records are shown and serialized. A part of its own, nested into UpgradeModule by its first cmdlet (src/UpgradeModule/Loading/RecordViews.cs):
# PowerShell spends more time on any format file than on the whole of the module, and an import is not made to wait for it.
@{
    ModuleVersion     = '0.1.0'
    GUID              = '0b2b6a5c-5a52-4a0e-9c4e-3f6a1d5f0a77'
    Author            = 'UpgradeModule contributors'
    CompanyName       = 'UpgradeModule contributors'
    Copyright         = 'Copyright (c) 2026 UpgradeModule contributors. MIT licence.'
    Description       = 'The views of UpgradeModule. Loaded by UpgradeModule itself.'
    PowerShellVersion = '7.4'

    TypesToProcess    = @('UpgradeModule.types.ps1xml')
    FormatsToProcess  = @('UpgradeModule.format.ps1xml')

    CmdletsToExport   = @()
    FunctionsToExport = @()
    VariablesToExport = @()
    AliasesToExport   = @()
}
