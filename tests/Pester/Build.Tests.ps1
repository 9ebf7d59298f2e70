# What build.ps1 asks of the SDK, which is a stand-in here that writes down its command lines.
Describe 'build.ps1' -Skip:$IsWindows {
    BeforeAll {
        Import-Module (Join-Path $PSScriptRoot Support/UpgradeTesting.psm1) -Force
        $script:folder = New-TestFolder
        $script:said = Join-Path $folder said
        foreach ($file in 'build.ps1', 'module/UpgradeModule.psd1') {
            $null = New-Item -ItemType Directory (Split-Path (Join-Path $folder $file)) -Force
            Copy-Item (Join-Path (Get-RepositoryRoot) $file) (Join-Path $folder $file)
        }
        $null = New-Item -ItemType Directory (Join-Path $folder bin), (Join-Path $folder output/UpgradeModule)
        Set-Content (Join-Path $folder bin/dotnet) "#!/bin/sh`nfor each in `"`$@`"; do printf '[%s]' `"`$each`"; done >>'$said'`n"
        chmod +x (Join-Path $folder bin/dotnet)
        $script:pathBefore = $env:PATH
        $env:PATH = (Join-Path $folder bin) + ':' + $env:PATH
    }

    AfterAll {
        $env:PATH = $pathBefore
        Remove-Item -LiteralPath $folder -Recurse -Force
    }

    It 'asks for the target <Target> of <Project> by its task <Task>' -ForEach @(
        @{ Task = 'Build'; Target = 'Layout'; Project = 'src/UpgradeModule' }
        @{ Task = 'Package'; Target = 'Package'; Project = 'src/UpgradeModule' }
        @{ Task = 'Clean'; Target = 'Clean'; Project = 'UpgradeModule.sln' }
    ) {
        Remove-Item -LiteralPath $said -ErrorAction Ignore
        $out = pwsh -NoProfile -NonInteractive -File (Join-Path $folder build.ps1) $Task 2>&1
        $LASTEXITCODE | Should -Be 0 -Because "$out"
        Get-Content -LiteralPath $said -Raw | Should -Be "[build][$(Join-Path $folder $Project)][-t:$Target][-c][Release][-v][quiet][-clp:NoSummary]"
        if ($Task -eq 'Clean') { Join-Path $folder output | Should -Not -Exist }
    }
}
