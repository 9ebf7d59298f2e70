BeforeAll {
    Import-Module (Join-Path $PSScriptRoot Support/UpgradeTesting.psm1) -Force
    Import-BuiltModule
    $script:folder = New-TestFolder
    $script:storeBefore = $env:UPGRADEMODULE_STORE
    $env:UPGRADEMODULE_STORE = Join-Path $folder store.db
    $script:places = Join-Path $folder backups
    function Expand-Database([string] $Packed, [string] $Path) {
        $unpacked = [IO.Compression.GZipStream]::new([IO.MemoryStream]::new([Convert]::FromBase64String($Packed)), [IO.Compression.CompressionMode]::Decompress)
        $target = [IO.File]::Create($Path)
        try { $unpacked.CopyTo($target) } finally { $target.Dispose(); $unpacked.Dispose() }
    }
    # Two tables with three rows and one.
    $script:database = Join-Path $folder notes.db
    Expand-Database 'H4sIAAAAAAACA+3XsU7DMBDG8XOcslVmy+qRSoiFF6CgdOoC9AVcalBUklaOkdo3461YmDrheKEMiBn4/ySfzzfc4O27v5030dvHTWhdtJdyKkrJlbUiMkpHy6ehL4/eSn42kosHNU5NYbZiXlMBAAAAAOAfmBUnVVWpNrrls3/pfehz0Td39XRR28X0el7bPDprVrbpon/ywW5D07qwt2u/P7eda/1kpo72dJvo+1yKL3vy6Ns90e/iZMjm2ryJOZj3dAEAAAAAgN9Pay1SFlrMslSpuiH/K3NI+Z/PAQAAAADg78n5f/cBhNX//AAwAAA=' $database
    $script:artifact = Join-Path $folder app.bin
    Set-Content -LiteralPath $artifact -Value 'x'
    $script:definition = Join-Path (Get-RepositoryRoot) tests/SampleApp/sampleapp.json
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

    It 'keep the newest of days, weeks and months, and the last that is proven, however old it is' {
        # As they would have been made then: manifest and checksums tell of that day.
        $made = @{}
        foreach ($day in '2026-09-30', '2026-10-05', '2026-10-11', '2026-10-12', '2026-10-13', '2026-11-02') {
            $backup = New-Backup
            $manifest = Join-Path $backup.Path manifest.json
            $id = "notes-$($day -replace '-')T101112Z-$($backup.Id[-4..-1] -join '')"
            $text = (Get-Content -LiteralPath $manifest -Raw).Replace($backup.Id, $id) -replace '(?<="(snapshotOn|created)": ")[^"]+', "${day}T10:11:12+00:00"
            [IO.File]::WriteAllText($manifest, $text)
            $sums = Join-Path $backup.Path SHA256SUMS
            [IO.File]::WriteAllText($sums, ((Get-Content -LiteralPath $sums -Raw) -replace '\S+(?=  manifest\.json)', (Get-FileHash -LiteralPath $manifest).Hash.ToLowerInvariant()))
            [IO.File]::WriteAllText("$sums.sha256", "$((Get-FileHash -LiteralPath $sums).Hash.ToLowerInvariant())  SHA256SUMS`n")
            Rename-Item -LiteralPath $backup.Path $id
            $made[$day] = $id
        }
        function Get-Left { @(Get-AppBackup -Path $places | ForEach-Object { $_.Created.UtcDateTime.ToString('MM-dd') }) }
        Get-Left | Should -Be '11-02', '10-13', '10-12', '10-11', '10-05', '09-30'
        (Test-AppBackup (Join-Path $places $made['2026-09-30'])).Valid | Should -BeTrue
        $said = Remove-AppBackup -Path $places -KeepDaily 2 -KeepWeekly 3 -KeepMonthly 2 -Force -Verbose 4>&1
        Get-Left | Should -Be '11-02', '10-13', '10-11', '09-30'
        $said -match "'$($made['2026-10-13'])' is kept: it is the newest of the day 2026-10-13" | Should -HaveCount 1
        $said -match "'$($made['2026-10-11'])' is kept: it is the newest of the week 2026-W41" | Should -HaveCount 1
        $said -match "'$($made['2026-09-30'])' is kept: it is the newest that is proven" | Should -HaveCount 1
        # Once a newer one is proven, that one stays, and the old one goes.
        (Test-AppBackup (Join-Path $places $made['2026-10-11'])).Valid | Should -BeTrue
        Remove-AppBackup -Path $places -KeepMonthly 1 -Force
        Get-Left | Should -Be '11-02', '10-11'
    }

    It 'of an SQLite file are smaller by the room in it that is unused, with -Compact, and the same row by row' {
        $loose = Join-Path $folder loose.db
        Expand-Database 'H4sIAAAAAAACA+3czy4DQQDA4VktilJOvU6cSMTFCyh60os/V4diSaNFahP6BI4exs1LeQWzJXGRtGf9vt3fbLKZ027mMJc5O+n0ijzePAwH3SLuhfWQZWE/xhBCJbWRmk81UlmqGn5lYbJK2L3KVsvJjfeQbgAAAGA6x9lCs9nMnovuZT+/fyjyp/Ewd3jabp2343nroNOO41dbvevYuy/y23wYH4e9QXc4inf5aCcW+UsxHrbLvXmluhfqG7XN9DhqfPx9Tdjmf/otMBNe+5VqeLt4Af691/6c5Q6zstwzyx1mg+0MAAAAAAAAAPwba6mF1GKqllpKLadWUvXU6s+c8hyA9fB9LkB5PkDVpwMAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAGAaX7QykioAEAEA' $loose
        (Get-Item -LiteralPath $loose).Length | Should -Be 69632
        $null = Register-AppDeployment loose -App $definition -ArtifactPath $artifact -Command (Get-Process -Id $PID).Path -DatabaseEngine Sqlite -DatabasePath $loose -BackupPath $places -WarningAction Ignore
        $hash = (Get-FileHash -LiteralPath $loose).Hash
        $whole, $compact = @{}, @{ Compact = $true } | ForEach-Object { Backup-AppDatabase loose @_ -WarningAction Ignore -ErrorAction Stop }
        $whole.Size, $compact.Size | Should -Be 69632, 8192
        (Get-FileHash -LiteralPath $loose).Hash | Should -Be $hash
        foreach ($test in $whole, $compact | Test-AppBackup -Deep) { $test.Valid, $test.TablesHashed, $test.RowsCompared | Should -Be $true, 1, 3 }
        $null = $compact | Restore-AppDatabase -Force -WarningAction Ignore -ErrorAction Stop
        (Get-Item -LiteralPath $loose).Length | Should -Be 8192
        (Backup-AppDatabase loose -WarningAction Ignore).Rows | Should -Be 3
        Get-AppDatabaseCopy loose | Remove-AppDatabaseCopy -Force
        Unregister-AppDeployment loose
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
