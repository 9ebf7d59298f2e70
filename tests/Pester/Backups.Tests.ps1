BeforeAll {
    Import-Module (Join-Path $PSScriptRoot Support/UpgradeTesting.psm1) -Force
    Import-BuiltModule
    $script:folder = New-TestFolder
    $script:storeBefore = $env:UPGRADEMODULE_STORE
    $env:UPGRADEMODULE_STORE = Join-Path $folder store.db
    $script:places = Join-Path $folder backups
    # Two tables with three rows and one.
    $packed = [Convert]::FromBase64String('H4sIAAAAAAACA+3XsU7DMBDG8XOcslVmy+qRSoiFF6CgdOoC9AVcalBUklaOkdo3461YmDrheKEMiBn4/ySfzzfc4O27v5030dvHTWhdtJdyKkrJlbUiMkpHy6ehL4/eSn42kosHNU5NYbZiXlMBAAAAAOAfmBUnVVWpNrrls3/pfehz0Td39XRR28X0el7bPDprVrbpon/ywW5D07qwt2u/P7eda/1kpo72dJvo+1yKL3vy6Ns90e/iZMjm2ryJOZj3dAEAAAAAgN9Pay1SFlrMslSpuiH/K3NI+Z/PAQAAAADg78n5f/cBhNX//AAwAAA=')
    $script:database = Join-Path $folder notes.db
    $unpacked = [IO.Compression.GZipStream]::new([IO.MemoryStream]::new($packed), [IO.Compression.CompressionMode]::Decompress)
    $target = [IO.File]::Create($database)
    try { $unpacked.CopyTo($target) } finally { $target.Dispose(); $unpacked.Dispose() }
    $artifact = Join-Path $folder app.bin
    Set-Content -LiteralPath $artifact -Value 'x'
    $definition = Join-Path (Get-RepositoryRoot) tests/SampleApp/sampleapp.json
    $null = Register-AppDeployment notes -App $definition -ArtifactPath $artifact -Command (Get-Process -Id $PID).Path -DatabaseEngine Sqlite -DatabasePath $database -BackupPath $places -WarningAction Ignore
    function New-Backup([int] $Count = 1) { foreach ($i in 1..$Count) { Backup-AppDatabase notes -WarningAction Ignore } }
    function Copy-ByClixml($InputObject) {
        $file = Join-Path $folder "$([guid]::NewGuid()).xml"
        $InputObject | Export-Clixml -LiteralPath $file
        Import-Clixml -LiteralPath $file
    }
    function Get-Failure([scriptblock] $Script) {
        try { & $Script } catch { return $_ }
        throw 'It went well.'
    }
}

AfterAll {
    $env:UPGRADEMODULE_STORE = $storeBefore
    Remove-Item -LiteralPath $folder -Recurse -Force
}

Describe 'Backups' {
    BeforeEach {
        Get-AppBackup | Remove-AppBackup -Force
        Get-AppBackup | Should -BeNullOrEmpty
        Remove-Item -LiteralPath (Join-Path $folder share) -Recurse -Force -ErrorAction Ignore
    }

    It 'are listed by what is asked for' {
        $first, $second = New-Backup 2
        $null = $first | Test-AppBackup
        @(Get-AppBackup notes).Id | Should -Be $second.Id, $first.Id
        (Get-AppBackup -Latest).Id | Should -Be $second.Id
        (Get-AppBackup -Proven).Id | Should -Be $first.Id
        (Get-AppBackup -Proven:$false).Id | Should -Be $second.Id
        (Get-AppBackup -App sample* -Id $first.Id).Id | Should -Be $first.Id
        Get-AppBackup -App metabase | Should -BeNullOrEmpty
        Get-AppBackup -Since (Get-Date).AddHours(1) | Should -BeNullOrEmpty
        @(Get-AppBackup -Since (Get-Date).AddHours(-1)) | Should -HaveCount 2
    }

    It 'are told apart from what lies beside them, in a warning' {
        $null = New-Backup
        $foreign = New-Item -ItemType Directory (Join-Path $places photos)
        try {
            @(Get-AppBackup -Path $places -WarningVariable said -WarningAction SilentlyContinue) | Should -HaveCount 1
            $said | Should -Match photos
        }
        finally { Remove-Item -LiteralPath $foreign }
    }

    It 'are compared row by row' {
        $result = New-Backup | Test-AppBackup -Deep
        $result.Valid, $result.TablesHashed, $result.RowsCompared | Should -Be $true, 2, 4
        { New-Backup | Test-AppBackup -Deep -ChecksumOnly } | Should -Throw -ErrorId 'AmbiguousParameterSet,*'
    }

    It 'are found damaged, with the name of the file' {
        $backup = New-Backup
        Add-Content -LiteralPath (Join-Path $backup.Path data database.sqlite) -Value x
        $backup | Test-AppBackup -ChecksumOnly -Quiet | Should -BeFalse
        ($backup | Test-AppBackup -ChecksumOnly).Problems | Should -Match 'data/database.sqlite'
    }

    It 'are copied, and bind again after Clixml' {
        $backup = New-Backup
        $share = Join-Path $folder share
        $copy = Copy-ByClixml $backup | Copy-AppBackup -Destination $share
        $copy.Path | Should -Be (Join-Path $share $backup.Id)
        (Get-AppBackup -Destination $share).Id | Should -Be $backup.Id
        Copy-ByClixml $copy | Test-AppBackup -Deep -Quiet | Should -BeTrue
        (Copy-AppBackup $backup.Path $share -Verbose 4>&1) -match 'there already, and whole' | Should -Not -BeNullOrEmpty
        $null = $copy | Remove-AppBackup -Force   # it is the only one of the two that is proven
        Get-ChildItem -LiteralPath $share -Force | Should -BeNullOrEmpty
        @(Get-AppBackup) | Should -HaveCount 1
    }

    It 'are not copied where they are damaged' {
        $backup = New-Backup
        Add-Content -LiteralPath (Join-Path $backup.Path data database.sqlite) -Value x
        (Get-Failure { $backup | Copy-AppBackup -Destination (Join-Path $folder share) -ErrorAction Stop }).FullyQualifiedErrorId | Should -BeLike 'BackupCorrupt,*'
        Join-Path $folder share | Should -Not -Exist
    }

    It 'go by a rule, given by name, by folder or by the pipeline' {
        $all = New-Backup 5
        Remove-AppBackup -KeepLast 4 -Confirm:$false
        @(Get-AppBackup).Id | Should -Be $all[4, 3, 2, 1].Id
        Remove-AppBackup -Name other* -KeepLast 1 -Force
        @(Get-AppBackup) | Should -HaveCount 4
        Copy-ByClixml (Get-AppBackup) | Remove-AppBackup -KeepLast 3 -Force
        Remove-AppBackup -Path $places -KeepLast 2 -OlderThan 1 -Force
        @(Get-AppBackup) | Should -HaveCount 3
        Remove-AppBackup -Path $places -KeepDaily 1 -Force
        (Get-AppBackup).Id | Should -Be $all[4].Id
        Get-ChildItem -LiteralPath $places -Force | Should -HaveCount 1
    }

    It 'stay where they are the last that is proven, unless that one is meant' {
        $first, $second = New-Backup 2
        $null = $first | Test-AppBackup
        Remove-AppBackup -OlderThan 0 -Force
        (Get-AppBackup).Id | Should -Be $first.Id
        $failure = Get-Failure { Copy-ByClixml (Get-AppBackup) | Remove-AppBackup -Confirm:$false -ErrorAction Stop }
        $failure.FullyQualifiedErrorId | Should -BeLike 'BackupProtected,*'
        $failure.TargetObject | Should -Be $first.Id
        Get-AppBackup | Remove-AppBackup -Force
        Get-AppBackup | Should -BeNullOrEmpty
    }

    It 'are shown as a plan by -WhatIf, and why others stay by -Verbose' {
        $all = New-Backup 3
        $said = Invoke-Pwsh -Argument @{ Store = $env:UPGRADEMODULE_STORE } {
            Import-Module $Manifest
            $env:UPGRADEMODULE_STORE = $Argument.Store
            $lines = Join-Path ([IO.Path]::GetTempPath()) "$PID.txt"
            $null = Start-Transcript $lines
            Remove-AppBackup -KeepLast 2 -WhatIf -Verbose
            $null = Stop-Transcript
            Get-Content $lines -Raw
            Remove-Item $lines
        }
        $said | Should -Match "What if: .*Remove the backup of .* on target ""$($all[0].Id)"""
        $said | Should -Match "'$($all[2].Id)' is kept: it is one of the newest 2"
        @(Get-AppBackup) | Should -HaveCount 3
    }

    It 'need a rule or an object' {
        (Get-Failure { Remove-AppBackup -ErrorAction Stop }).FullyQualifiedErrorId | Should -BeLike 'RetentionRuleMissing,*'
        { Remove-AppBackup -OlderThan never } | Should -Throw -ErrorId 'ParameterArgumentTransformationError,*'
    }

    It 'that were never whole are removed when nobody works on them' {
        $null = New-Backup
        $left = New-Item -ItemType Directory (Join-Path $places .notes-1.partial/data)
        Set-Content -LiteralPath (Join-Path $places .notes-1.lock) -Value ([Environment]::MachineName) -NoNewline
        Remove-AppBackup -IncludePartial -Force
        $left.FullName | Should -Not -Exist
        @(Get-ChildItem -LiteralPath $places -Force) | Should -HaveCount 1
        @(Get-AppBackup) | Should -HaveCount 1
    }
}
