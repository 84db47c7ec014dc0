# What a script uses that Windows PowerShell 5.1 on .NET Framework 4.7.2 does not have, each fault as "line: what".
using namespace System.Management.Automation.Language

function New-Fault {
    param($Part, [string] $What)
    '{0}: {1}' -f $Part.Extent.StartLineNumber, $What
}

# Members that PowerShell itself gives to every object, and those of objects that scripts make.
$script:everywhere = 'PSObject', 'Count', 'Length', 'Item'

function Get-TypeFaults {
    param([Ast] $Root)
    foreach ($one in $Root.FindAll({ param($node) $node -is [TypeExpressionAst] -or $node -is [TypeConstraintAst] -or $node -is [AttributeAst] }, $true)) {
        $type = Get-FrameworkType $one.TypeName.FullName
        if ($null -eq $type) { New-Fault $one ('class ' + $one.TypeName.FullName) }
        elseif ($one -is [AttributeAst]) {
            foreach ($argument in $one.NamedArguments) {
                if (@(Get-FrameworkMember $type $argument.ArgumentName).Count -eq 0) { New-Fault $one ('{0} of [{1}]' -f $argument.ArgumentName, $one.TypeName.FullName) }
            }
            if (@(Select-Overload $type.GetConstructors() @(Get-ArgumentTypes $one.PositionalArguments)).Count -eq 0) { New-Fault $one ('arguments of [{0}]' -f $one.TypeName.FullName) }
        }
    }
}

function Get-MemberFaults {
    param([Ast] $Root)
    foreach ($one in $Root.FindAll({ param($node) $node -is [MemberExpressionAst] }, $true)) {
        $name = $one.Member.Extent.Text
        $type = if ($one.Static) { Get-FrameworkType $one.Expression.TypeName.FullName } else { Get-ExpressionType $one.Expression }
        if ($one.Static -and $null -eq $type) { continue }
        if ($null -eq $type -and $one -is [InvokeMemberExpressionAst]) { New-Fault $one ('of what class is {0}, for {1}()' -f $one.Expression.Extent.Text, $name) }
        elseif ($null -eq $type) {
            # An object that a script made, or that came out of a pipeline.
            if ($name -notin $script:everywhere -and -not $script:ownMembers.ContainsKey($name)) { New-Fault $one ('of what class is {0}, for {1}' -f $one.Expression.Extent.Text, $name) }
        }
        elseif (@(Find-Member $one).Count -eq 0) {
            if ($one -isnot [InvokeMemberExpressionAst] -and $name -in $script:everywhere) { continue }
            # A dictionary's keys are members to PowerShell.
            if ($one -isnot [InvokeMemberExpressionAst] -and $type.FullName -match 'Hashtable|OrderedDictionary') { continue }
            New-Fault $one ('{0} has no {1}' -f $type.FullName, $one.Extent.Text.Substring($one.Member.Extent.StartOffset - $one.Extent.StartOffset))
        }
    }
    foreach ($one in $Root.FindAll({ param($node) $node -is [CommandAst] -and $node.GetCommandName() -eq 'New-Object' }, $true)) {
        $name = $one.CommandElements[1].Extent.Text.Trim('''"')
        $type = Get-FrameworkType $name
        if ($null -eq $type) {
            New-Fault $one ('class ' + $name)
            continue
        }
        # Those with arguments are made by [class]::new, among the members.
        if ($one.CommandElements.Count -gt 2) { New-Fault $one ('arguments of New-Object ' + $name) }
        if (-not $type.IsValueType -and @(Select-Overload $type.GetConstructors() @()).Count -eq 0) { New-Fault $one ('no such constructor: ' + $one.Extent.Text) }
    }
}

function Get-CommandFaults {
    param([Ast] $Root, $Windows)
    $common = $Windows.common.Split(' ')
    foreach ($one in $Root.FindAll({ param($node) $node -is [CommandAst] -and $node.InvocationOperator -eq 'Unknown' }, $true)) {
        $name = $one.GetCommandName()
        if ($script:ownFunctions.ContainsKey($name)) { continue }
        $module = @($Windows.modules.PSObject.Properties | Where-Object { $_.Value.PSObject.Properties.Name -contains $name })
        if ($module.Count -eq 0) {
            New-Fault $one ('command ' + $name)
            continue
        }
        $parameters = @($module[0].Value.$name.Split(' ')) + $common
        foreach ($word in $one.CommandElements) {
            if ($word -is [CommandParameterAst] -and $word.ParameterName -notin $parameters) { New-Fault $word ('{0} -{1}' -f $name, $word.ParameterName) }
        }
    }
}

# Syntax that came after 5.1, by the parser of 7 itself.
function Get-SyntaxFaults {
    param([Ast] $Root, [Token[]] $Tokens)
    foreach ($one in $Root.FindAll({ $true }, $true)) {
        switch ($one) {
            { $_ -is [TernaryExpressionAst] } { New-Fault $_ 'a ? b : c' }
            { $_ -is [PipelineChainAst] } { New-Fault $_ 'a pipeline chain' }
            { $_ -is [PipelineAst] -and $_.Background } { New-Fault $_ 'a background pipeline' }
            { $_ -is [BinaryExpressionAst] -and $_.Operator -eq 'QuestionQuestion' } { New-Fault $_ '??' }
            { $_ -is [AssignmentStatementAst] -and $_.Operator -eq 'QuestionQuestionEquals' } { New-Fault $_ '??=' }
            { ($_ -is [MemberExpressionAst] -or $_ -is [IndexExpressionAst]) -and $_.NullConditional } { New-Fault $_ '?. or ?[' }
            { $_ -is [ScriptBlockAst] -and $null -ne $_.CleanBlock } { New-Fault $_ 'a clean block' }
            { $_ -is [InvokeMemberExpressionAst] -and $null -ne $_.GenericTypeArguments } { New-Fault $_ 'type arguments of a method' }
            { $_ -is [TypeDefinitionAst] -or $_ -is [UsingStatementAst] } { New-Fault $_ 'a class, an enum or a using statement, which 5.1 reads at another time' }
            { $_ -is [BinaryExpressionAst] -and $_.Operator -eq 'DotDot' -and ($_.Left, $_.Right | Where-Object { $_ -is [StringConstantExpressionAst] }) } { New-Fault $_ 'a range of letters' }
            { $_ -is [BinaryExpressionAst] -and $_.Operator -in 'Ireplace', 'Creplace' -and $_.Right.Find({ param($node) $node -is [ScriptBlockExpressionAst] }, $true) } {
                New-Fault $_ 'a replacement by a script'
            }
            { $_ -is [StringConstantExpressionAst] -and $_.StringConstantType -ne 'BareWord' -and $_.Extent.StartLineNumber -ne $_.Extent.EndLineNumber } {
                New-Fault $_ 'a text over several lines, which differs by how the file''s lines end'
            }
        }
    }
    for ($index = 0; $index -lt $Tokens.Count; $index++) {
        $token = $Tokens[$index]
        if ($token.Kind -eq 'Pipe' -and $index -gt 0 -and $Tokens[$index - 1].Kind -eq 'NewLine') { New-Fault $token 'a line that begins with |' }
        if ($token.Kind -eq 'Number' -and $token.Text -match '^0b|[0-9](n|u|y|uy|us|ul|s)\z') { New-Fault $token ('the number ' + $token.Text) }
        if ($token -is [StringExpandableToken] -and $token.Text -match '(?<!`)(``)*`(u\{|e)') { New-Fault $token 'an escape of later' }
        if ($token.Kind -eq 'Variable' -and $token.Name -in 'IsLinux', 'IsMacOS', 'IsCoreCLR', 'PSStyle', 'EnabledExperimentalFeatures') { New-Fault $token ('$' + $token.Name) }
    }
}

# Takes in what scripts define for each other: their functions, the members of their objects with the values put there, and the names that they
# look for in JSON.
function Read-OwnNames {
    param([string[]] $Texts)
    $script:ownFunctions = @{}
    $script:ownMembers = @{}
    foreach ($text in $Texts) {
        $root = [Parser]::ParseInput($text, [ref] $null, [ref] $null)
        foreach ($one in $root.FindAll({ param($node) $node -is [FunctionDefinitionAst] }, $true)) { $script:ownFunctions[$one.Name] = $one }
        foreach ($table in $root.FindAll({ param($node) $node -is [HashtableAst] }, $true)) {
            foreach ($pair in $table.KeyValuePairs) {
                $name = $pair.Item1.Extent.Text
                if (-not $script:ownMembers.ContainsKey($name)) { $script:ownMembers[$name] = @() }
                $script:ownMembers[$name] += $pair.Item2
            }
        }
        foreach ($one in $root.FindAll({ param($node) $node -is [StringConstantExpressionAst] }, $true)) {
            if ($one.Value -cmatch '^[A-Za-z0-9]+\z' -and -not $script:ownMembers.ContainsKey($one.Value)) { $script:ownMembers[$one.Value] = @() }
        }
    }
}

# Every fault of a text. It may call its own functions, and those that Read-OwnNames found.
function Get-Faults {
    param([string] $Text, $Windows)
    $tokens = $null
    $broken = $null
    $root = [Parser]::ParseInput($Text, [ref] $tokens, [ref] $broken)
    foreach ($one in $broken) { '{0}: {1}' -f $one.Extent.StartLineNumber, $one.Message }
    foreach ($one in $root.FindAll({ param($node) $node -is [FunctionDefinitionAst] }, $true)) { $script:ownFunctions[$one.Name] = $one }
    $script:variableTypes = @{}
    $script:expressionTypes = @{}
    Get-SyntaxFaults $root $tokens
    Get-TypeFaults $root
    Get-MemberFaults $root
    Get-CommandFaults $root $Windows
}
