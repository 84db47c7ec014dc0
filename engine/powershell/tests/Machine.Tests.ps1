# Which id a PC reports under, and what it says about itself, on each platform.
BeforeAll { . "$PSScriptRoot/Reference.ps1" }

Describe 'the machine id' {
    It 'is the SMBIOS UUID, and none that many PCs share' {
        InModuleScope TotlProvision {
            Get-TotlSmbiosId 'F04AC99A-413E-4C69-9DEE-595806F3D1FE' | Should -BeExactly 'f04ac99a-413e-4c69-9dee-595806f3d1fe'
            foreach ($shared in @('', 'Not set', $null, '03000200-0400-0500-0006-000700080009', 'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF')) {
                Get-TotlSmbiosId $shared | Should -BeNullOrEmpty
            }
        }
    }

    It 'is a random one where the firmware has none, the same after a restart, and stays when the firmware is mended' {
        $session = New-TestSession
        InModuleScope TotlProvision -Parameters @{ Folder = $session.SpoolPath } {
            param($Folder)
            $made = Get-TotlMachineId $Folder $null
            $made | Should -Match '^[0-9a-f-]{36}$'
            Get-TotlMachineId $Folder $null | Should -BeExactly $made
            Get-TotlMachineId $Folder 'F04AC99A-413E-4C69-9DEE-595806F3D1FE' | Should -BeExactly $made
        }
    }

    It 'is made anew where what was kept is damaged' {
        $session = New-TestSession
        $path = Join-Path -Path $session.SpoolPath -ChildPath 'machine-id'
        foreach ($damaged in @([byte[]] @(0xFF, 0xFE), [byte[]] @(), [byte[]] (1..36))) {
            [System.IO.File]::WriteAllBytes($path, $damaged)
            $machine = Get-TotlMachine -Session $session
            $machine.id | Should -Match '^[0-9a-f]{8}-'
        }
    }
}

Describe 'what firmware leaves in' {
    It 'is the one list, in either byte order and either case: 26 ids and what looks like them' {
        InModuleScope TotlProvision {
            $script:SharedUuids.Count | Should -BeGreaterOrEqual 26
            foreach ($shared in $script:SharedUuids) {
                Get-TotlSmbiosId $shared | Should -BeNullOrEmpty
                Get-TotlSmbiosId (Get-TotlTurned $shared).ToUpperInvariant() | Should -BeNullOrEmpty
            }
            foreach ($shared in @('abababab-abab-abab-abab-abababababab', '01234567-ffff-ffff-ffff-ffffffffffff', '4c4c4544-0020-2010-8020-a0c04f202000')) {
                Get-TotlSmbiosId $shared | Should -BeNullOrEmpty
            }
        }
    }

    It 'is not what only looks like it: a board that has its network address in its id keeps it' {
        InModuleScope TotlProvision {
            foreach ($own in @('032e02b4-0499-05c3-0806-3c0700080009', '00000000-0000-0000-0000-ac1f6b112233', '4c4c4544-0042-3510-8052-b3c04f4b4e32')) {
                Get-TotlSmbiosId $own | Should -BeExactly $own
            }
        }
    }

    It 'is no serial number, and a real one stays as it is written' {
        InModuleScope TotlProvision {
            foreach ($blank in @('', '  ', 'To Be Filled By O.E.M.', 'Default string', 'System  Serial Number', 'None', '0', '0123456789', 'xxxxxxx', '....')) {
                Get-TotlSerial $blank | Should -BeNullOrEmpty
            }
            Get-TotlSerial '5CD1234XYZ' | Should -BeExactly '5CD1234XYZ'
            Get-TotlSerial 'PF-2a B7' | Should -BeExactly 'PF-2a B7'
        }
    }
}

Describe 'a machine' {
    It 'has a name and an id, and no attribute that is blank' {
        $machine = Get-TotlMachine -Session (New-TestSession) -Client ' Harbour Dental '
        $machine.hostname | Should -Not -BeNullOrEmpty
        $machine.osVersion | Should -Not -BeNullOrEmpty
        $machine.client | Should -BeExactly 'Harbour Dental'
        foreach ($property in $machine.PSObject.Properties) { $property.Value | Should -Not -BeNullOrEmpty }
    }

    It 'has the attributes of its firmware' -Tag 'Windows' {
        $machine = Get-TotlMachine -Session (New-TestSession)
        $machine.manufacturer | Should -BeExactly (Get-CimInstance -ClassName Win32_ComputerSystem).Manufacturer.Trim()
        $machine.model | Should -Not -BeNullOrEmpty
    }
}
