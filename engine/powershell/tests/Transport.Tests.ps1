# When a request is tried again, after how long, and what its answer means: as in engine/transport.ts.
BeforeDiscovery {
    . "$PSScriptRoot/Reference.ps1"
    $delayCases = @((Get-Vectors 'engine.json').delays | ForEach-Object { @{ Vector = $_; Attempt = $_.attempt; Seconds = $_.retryAfterSeconds } })
    # What comes back for a report; the code of the refusal and how often it was asked.
    $answerCases = @(
        @{ Name = 'token_revoked'; Answer = @{ refuse = 'token_revoked' }; Refusal = 'token_refused'; Asked = 1 }
        @{ Name = 'tenant_suspended'; Answer = @{ refuse = 'tenant_suspended' }; Refusal = 'tenant_suspended'; Asked = 1 }
        @{ Name = 'unknown_tenant'; Answer = @{ refuse = 'unknown_tenant' }; Refusal = 'rejected'; Asked = 1 }
        @{ Name = 'rate_limited'; Answer = @{ refuse = 'rate_limited' }; Refusal = 'offline'; Asked = 6 }
        @{ Name = 'internal_error'; Answer = @{ refuse = 'internal_error' }; Refusal = 'offline'; Asked = 6 }
        @{ Name = 'storage_full'; Answer = @{ refuse = 'storage_full' }; Refusal = 'offline'; Asked = 6 }
        # What a proxy, a filter or a captive portal says, even in our words, is not our refusal; the token does not follow a redirect.
        @{ Name = '302 of somebody else'; Answer = @{ status = 302; json = @{ code = 'moved' }; headers = @{ location = '/elsewhere' } }; Refusal = 'offline'; Asked = 6 }
        @{ Name = '400 of somebody else'; Answer = @{ status = 400; json = @{ code = 'bad_request' } }; Refusal = 'offline'; Asked = 6 }
        @{ Name = '401 of somebody else'; Answer = @{ status = 401; json = @{ code = 'invalid_token' } }; Refusal = 'offline'; Asked = 6 }
        @{ Name = '403 of somebody else'; Answer = @{ status = 403; json = @{ code = 'tenant_suspended' } }; Refusal = 'offline'; Asked = 6 }
        @{ Name = '404 of somebody else'; Answer = @{ status = 404; json = @{ type = 'about:blank'; code = 'not_found' } }; Refusal = 'offline'; Asked = 6 }
        @{ Name = '407 of somebody else'; Answer = @{ status = 407; json = @{} }; Refusal = 'offline'; Asked = 6 }
        @{ Name = '409 of somebody else'; Answer = @{ status = 409; json = @{ type = 'urn:totlprovision:problem:of_later'; code = 'of_later' } }; Refusal = 'offline'; Asked = 6 }
        @{ Name = '413 of somebody else'; Answer = @{ status = 413; json = @(1) }; Refusal = 'offline'; Asked = 6 }
        @{ Name = '503 of somebody else'; Answer = @{ status = 503; json = $null }; Refusal = 'offline'; Asked = 6 }
    )
    $secretCases = @(
        @{ Answer = @{ refuse = 'token_revoked' }; Refusal = 'token_refused'; Kept = $true }
        @{ Answer = @{ refuse = 'tenant_suspended' }; Refusal = 'tenant_suspended'; Kept = $true }
        @{ Answer = @{ refuse = 'no_tenant_key' }; Refusal = 'no_tenant_key'; Kept = $true }
        @{ Answer = @{ refuse = 'unknown_tenant' }; Refusal = 'rejected'; Kept = $true }
        @{ Answer = @{ refuse = 'kid_destroyed' }; Refusal = 'key_destroyed'; Kept = $false }
        @{ Answer = @{ refuse = 'eid_conflict' }; Refusal = 'rejected'; Kept = $false }
        @{ Answer = @{ refuse = 'header_mismatch' }; Refusal = 'rejected'; Kept = $false }
    )
}

BeforeAll {
    . "$PSScriptRoot/Reference.ps1"
    Disable-Waiting
}

Describe 'back-off' {
    It 'waits as the reference engine after attempt <Attempt> with a Retry-After of <Seconds>' -ForEach $delayCases {
        # The module as loaded, with its own waits.
        Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath '../TotlProvision/TotlProvision.psd1') -Force
        InModuleScope TotlProvision -Parameters @{ Vector = $Vector } {
            param($Vector)
            Get-TotlDelay $Vector.attempt (Get-TotlRetryAfter $Vector.retryAfterSeconds) $Vector.chance | Should -Be $Vector.delayMs
        }
        Disable-Waiting
    }

    It 'tries again after a network fault, a 5xx, a 429 or what is not our server''s, and after nothing else' {
        InModuleScope TotlProvision {
            Test-TotlFinal 0 $false $null | Should -BeFalse
            foreach ($status in @(429, 500, 503)) { Test-TotlFinal $status $true 'internal_error' | Should -BeFalse }
            foreach ($status in @(400, 401, 403, 404, 409, 422)) {
                Test-TotlFinal $status $true 'invalid_body' | Should -BeTrue
                Test-TotlFinal $status $true $null | Should -BeFalse
            }
            foreach ($status in @(200, 201)) {
                Test-TotlFinal $status $true $null | Should -BeTrue
                Test-TotlFinal $status $false $null | Should -BeFalse
            }
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
    It 'of <Name> to a report is <Refusal> after <Asked>, and everything stays on disk' -ForEach $answerCases {
        $session = New-TestSession
        $run = Start-TotlRun -Session $session -Machine (Get-TotlMachine -Session $session) -Phases 'preflight'
        Add-TotlEvent -Session $session -RunId $run -Message 'x'
        [void] (Invoke-Reference '/reset' @{ faults = @(1..$Asked | ForEach-Object { $Answer }) })
        Get-Refusal { Send-TotlReport -Session $session } | Should -BeExactly $Refusal
        (Invoke-Reference '/kept').requests | Should -Be $Asked
        (Send-TotlReport -Session $session).Sent | Should -Be 1
    }

    It 'of <Answer.refuse> to a secret is <Refusal>' -ForEach $secretCases {
        $session = New-TestSession
        $run = Start-TotlRun -Session $session -Machine (Get-TotlMachine -Session $session) -Phases 'preflight'
        [void] (Invoke-Reference '/reset' @{ faults = @('none', $Answer) })
        $refusal = Get-Refusal { Send-TestSecret $session $run -WarningAction SilentlyContinue 3> $null }
        $refusal | Should -BeExactly $Refusal
        # What the server will never accept leaves the queue, but not the disk.
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
            [void] (Invoke-Reference '/reset' @{ faults = @($answer, 'none', $answer) })
            Get-Refusal { Send-TotlReport -Session $session } | Should -BeExactly 'offline'
            Get-Refusal { Send-TestSecret $session $run } | Should -BeExactly 'offline'
            # The key that the file carries is enough if something else claims to be the server.
            [void] (Invoke-Reference '/reset' @{ faults = @(1..6 | ForEach-Object { $answer }) })
            (Get-TotlTenantKey -Session $session).Kid | Should -Not -BeNullOrEmpty
        }
    }
}
