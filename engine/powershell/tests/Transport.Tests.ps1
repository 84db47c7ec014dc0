# When a request is tried again, after how long, and what its answer means: as engine/transport.ts has it.
BeforeDiscovery {
    . "$PSScriptRoot/Reference.ps1"
    $delayCases = @((Get-Vectors 'engine.json').delays | ForEach-Object { @{ Vector = $_; Attempt = $_.attempt; Seconds = $_.retryAfterSeconds } })
    # What comes back for a report; the code of the refusal and how often it was asked.
    $answerCases = @(
        @{ Status = 401; Code = 'token_revoked'; Refusal = 'token_refused'; Asked = 1 }
        @{ Status = 403; Code = 'tenant_suspended'; Refusal = 'tenant_suspended'; Asked = 1 }
        @{ Status = 400; Code = 'bad_request'; Refusal = 'rejected'; Asked = 1 }
        @{ Status = 409; Code = 'no_tenant_key'; Refusal = 'rejected'; Asked = 1 }
        @{ Status = 429; Code = 'too_many'; Refusal = 'offline'; Asked = 6 }
        @{ Status = 500; Code = 'internal'; Refusal = 'offline'; Asked = 6 }
        @{ Status = 503; Code = 'unavailable'; Refusal = 'offline'; Asked = 6 }
        # A redirect is no answer: the token follows none.
        @{ Status = 302; Code = 'moved'; Refusal = 'offline'; Asked = 6 }
    )
    $secretCases = @(
        @{ Status = 401; Code = 'token_revoked'; Refusal = 'token_refused'; Kept = $true }
        @{ Status = 403; Code = 'tenant_suspended'; Refusal = 'tenant_suspended'; Kept = $true }
        @{ Status = 409; Code = 'no_tenant_key'; Refusal = 'no_tenant_key'; Kept = $true }
        @{ Status = 409; Code = 'kid_destroyed'; Refusal = 'key_destroyed'; Kept = $false }
        @{ Status = 409; Code = 'eid_conflict'; Refusal = 'rejected'; Kept = $false }
        @{ Status = 422; Code = 'wrong_header'; Refusal = 'rejected'; Kept = $false }
    )
}

BeforeAll {
    . "$PSScriptRoot/Reference.ps1"
    Disable-Waiting
}

Describe 'back-off' {
    It 'waits as the reference engine after attempt <Attempt> with a Retry-After of <Seconds>' -ForEach $delayCases {
        # The module as it is loaded, with its own waits.
        Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath '../TotlProvision/TotlProvision.psd1') -Force
        InModuleScope TotlProvision -Parameters @{ Vector = $Vector } {
            param($Vector)
            Get-TotlDelay $Vector.attempt (Get-TotlRetryAfter $Vector.retryAfterSeconds) $Vector.chance | Should -Be $Vector.delayMs
        }
        Disable-Waiting
    }

    It 'tries again after a network fault, a 5xx or a 429, and after nothing else' {
        InModuleScope TotlProvision {
            foreach ($status in @(0, 429, 500, 503)) { Test-TotlFinal $status | Should -BeFalse }
            foreach ($status in @(200, 201, 400, 401, 403, 404, 409, 422)) { Test-TotlFinal $status | Should -BeTrue }
        }
    }

    It 'hears how long the server asks it to wait' {
        $answer = @{ status = 429; json = @{ code = 'too_many' }; headers = @{ 'retry-after' = '7' } }
        [void] (Invoke-Reference '/reset' @{ faults = @($answer) })
        InModuleScope TotlProvision -Parameters @{ Session = (New-TestSession) } {
            param($Session)
            (Invoke-TotlOnce $Session 'GET' '/v1/tenant/pubkey').RetryAfterMs | Should -Be 7000
        }
    }
}

Describe 'an answer' {
    It 'of <Status> to a report is <Refusal> after <Asked>, and everything stays on disk' -ForEach $answerCases {
        $session = New-TestSession
        $run = Start-TotlRun -Session $session -Machine (Get-TotlMachine -Session $session) -Phases 'preflight'
        Add-TotlEvent -Session $session -RunId $run -Message 'x'
        $answer = @{ status = $Status; json = @{ code = $Code }; headers = @{ location = '/elsewhere' } }
        [void] (Invoke-Reference '/reset' @{ faults = @(1..$Asked | ForEach-Object { $answer }) })
        Get-Refusal { Send-TotlReport -Session $session } | Should -BeExactly $Refusal
        (Invoke-Reference '/kept').requests | Should -Be $Asked
        (Send-TotlReport -Session $session).Sent | Should -Be 1
    }

    It 'of <Status> <Code> to a secret is <Refusal>' -ForEach $secretCases {
        $session = New-TestSession
        $run = Start-TotlRun -Session $session -Machine (Get-TotlMachine -Session $session) -Phases 'preflight'
        [void] (Invoke-Reference '/reset' @{ faults = @('none', @{ status = $Status; json = @{ code = $Code } }) })
        $refusal = Get-Refusal { Send-TestSecret $session $run -WarningAction SilentlyContinue 3> $null }
        $refusal | Should -BeExactly $Refusal
        # What the server will never take leaves the queue, but not the disk.
        (Invoke-Reference '/read-spool' @{ folder = $session.SpoolPath }).secrets.Count | Should -Be ([int] $Kept)
        $aside = Join-Path -Path $session.SpoolPath -ChildPath 'secrets/set-aside'
        Test-Path -LiteralPath $aside | Should -Be (-not $Kept)
    }

    It 'that has not its form is no answer to rely on' {
        $session = New-TestSession
        $run = Start-TotlRun -Session $session -Machine (Get-TotlMachine -Session $session) -Phases 'preflight'
        Add-TotlEvent -Session $session -RunId $run -Message 'x'
        foreach ($json in @($null, 'hello', 7, @{}, @(@{ accepted = 1 }), @{ accepted = '1'; rejected = @(); nextSeq = 2 })) {
            $answer = @{ status = 200; json = $json }
            [void] (Invoke-Reference '/reset' @{ faults = @($answer, $answer, 'none', $answer) })
            Get-Refusal { Send-TotlReport -Session $session } | Should -BeExactly 'rejected'
            Get-Refusal { Get-TotlTenantKey -Session $session } | Should -BeExactly 'malformed_answer'
            Get-Refusal { Send-TestSecret $session $run } | Should -BeExactly 'wrong_receipt'
        }
    }
}
