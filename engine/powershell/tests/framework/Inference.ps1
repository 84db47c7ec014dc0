# The class of an expression in a script, as far as it can be told without running it: null where it cannot.
using namespace System.Management.Automation.Language

# The one class of several, or the one among them that all others are; null if there is none, or if one is not known.
function Get-OneType {
    param($Types)
    $known = @($Types)
    if ($known.Count -eq 0 -or $known -contains $null) { return $null }
    foreach ($one in $known) {
        if (@($known | Where-Object { -not $one.IsAssignableFrom($_) }).Count -eq 0) { return $one }
    }
    $null
}

# The values that a statement may leave, of all its branches. A loop leaves none of its own.
function Get-LastValues {
    param([Ast] $Statement)
    if ($Statement -is [PipelineAst] -or $Statement -is [CommandExpressionAst]) { return $Statement }
    if ($Statement -is [ReturnStatementAst]) { return Get-LastValues $Statement.Pipeline }
    $blocks = @(
        if ($Statement -is [IfStatementAst]) { $Statement.Clauses | ForEach-Object { $_.Item2 }; $Statement.ElseClause }
        if ($Statement -is [TryStatementAst]) { $Statement.Body; $Statement.CatchClauses | ForEach-Object { $_.Body } }
    )
    foreach ($block in $blocks) { if ($null -ne $block -and $block.Statements.Count -gt 0) { Get-LastValues $block.Statements[-1] } }
}

# The one class of the values that statements leave; null among them is no class of its own.
function Get-ValueType {
    param($Statements)
    $types = foreach ($one in @(foreach ($statement in $Statements) { Get-LastValues $statement })) {
        if ($one.Extent.Text -eq '$null') { continue }
        # A comma in front keeps an array whole.
        $pure = Get-Pure $one
        if ($pure -is [ArrayLiteralAst] -and $pure.Elements.Count -eq 1) { , (Get-ExpressionType $pure.Elements[0]) } else { , (Get-ExpressionType $one) }
    }
    Get-OneType $types
}

# The expression that a statement consists of, or null if it is anything more.
function Get-Pure {
    param([Ast] $Statement)
    if ($Statement -is [PipelineAst]) { return $Statement.GetPureExpression() }
    if ($Statement -is [CommandExpressionAst]) { return $Statement.Expression }
    $null
}

# The block that a variable belongs to: the function around a place, or the file.
function Get-Home {
    param([Ast] $Ast)
    for ($one = $Ast.Parent; $null -ne $one.Parent; $one = $one.Parent) { if ($one -is [FunctionDefinitionAst]) { return $one } }
    $one
}

# The class that a test shows a variable to have: the test of a branch around it, or one before it that ends the function.
function Get-TestedType {
    param([VariableExpressionAst] $Variable)
    $text = $Variable.Extent.Text
    for ($one = $Variable.Parent; $null -ne $one; $one = $one.Parent) {
        if ($one -is [IfStatementAst]) {
            foreach ($clause in $one.Clauses) {
                if ($Variable.Extent.StartOffset -lt $clause.Item2.Extent.StartOffset -or $Variable.Extent.EndOffset -gt $clause.Item2.Extent.EndOffset) { continue }
                $test = $clause.Item1.Find({ param($node) $node -is [BinaryExpressionAst] -and $node.Operator -eq 'Is' -and $node.Left.Extent.Text -eq $text }, $true)
                if ($null -ne $test) { return Get-FrameworkType $test.Right.TypeName.FullName }
            }
        }
        if ($one -is [FunctionDefinitionAst]) {
            $test = $one.Body.Find({
                    param($node)
                    $node -is [BinaryExpressionAst] -and $node.Operator -eq 'IsNot' -and $node.Left.Extent.Text -eq $text -and
                    $node.Extent.EndOffset -lt $Variable.Extent.StartOffset -and $node.Parent.Parent.Parent -is [IfStatementAst]
                }, $true)
            if ($null -ne $test) { return Get-FrameworkType $test.Right.TypeName.FullName }
            return $null
        }
    }
    $null
}

# What a list holds.
function Get-ItemType {
    param($List)
    if ($null -eq $List) { return $null }
    if ($List.FullName -eq 'System.String') { return Get-FrameworkType 'char' }
    if ($List.IsArray) { if ($List.FullName -eq 'System.Object[]') { return $null } else { return $List.GetElementType() } }
    foreach ($one in @(Get-TypeFamily $List)) { if ($one.IsGenericType -and $one.Name -eq 'IEnumerable`1') { return $one.GetGenericArguments()[0] } }
    $null
}

# What a script itself says of its variable: by its declared class, or by the values that it gets in its function.
function Get-VariableType {
    param([VariableExpressionAst] $Variable)
    $name = $Variable.VariablePath.UserPath
    if ($script:automatic.ContainsKey($name)) { return Get-FrameworkType $script:automatic[$name] }
    if ($name -eq '_') {
        for ($one = $Variable.Parent; $null -ne $one; $one = $one.Parent) {
            if ($one -is [CatchClauseAst]) { return Get-FrameworkType 'System.Management.Automation.ErrorRecord' }
            if ($one -is [ScriptBlockExpressionAst]) { return $null }
        }
        return $null
    }
    $around = Get-Home $Variable
    $key = '{0}:{1}:{2}' -f $around.Extent.File, $around.Extent.StartOffset, $name
    if (-not $script:variableTypes.ContainsKey($key)) {
        # It may be made of itself.
        $script:variableTypes[$key] = $null
        $script:variableTypes[$key] = Find-VariableType $around $name
    }
    if ($null -eq $script:variableTypes[$key]) { return Get-TestedType $Variable }
    $script:variableTypes[$key]
}

function Find-VariableType {
    param([Ast] $Around, [string] $Name)
    $types = New-Object System.Collections.ArrayList
    $values = New-Object System.Collections.ArrayList
    foreach ($one in $Around.FindAll({ param($node) $node -is [ParameterAst] -or $node -is [AssignmentStatementAst] -or $node -is [ForEachStatementAst] }, $true)) {
        if ($one -is [ParameterAst]) {
            if ($one.Name.VariablePath.UserPath -ne $Name) { continue }
            $constraint = @($one.Attributes | Where-Object { $_ -is [TypeConstraintAst] })
            if ($constraint.Count -eq 0) { return $null }
            return Get-FrameworkType $constraint[0].TypeName.FullName
        }
        if ($one -is [ForEachStatementAst]) {
            if ($one.Variable.VariablePath.UserPath -eq $Name) { [void] $types.Add((Get-ItemType (Get-ExpressionType $one.Condition))) }
            continue
        }
        if ($one.Left.Extent.Text -match '^\[(?<class>[^\]]+(\[\])?)\] \$(?<name>\w+)$' -and $Matches['name'] -eq $Name) { return Get-FrameworkType $Matches['class'] }
        if ($one.Left.Extent.Text -eq ('$' + $Name) -and $one.Operator -eq 'Equals' -and $one.Right.Extent.Text -ne '$null') { [void] $values.Add($one.Right) }
    }
    # What is made of the variable itself says nothing new.
    $made = @($values | Where-Object { $null -eq $_.Find({ param($node) $node -is [VariableExpressionAst] -and $node.VariablePath.UserPath -eq $Name }, $true) })
    foreach ($one in $made) { [void] $types.Add((Get-ValueType $one)) }
    Get-OneType $types
}

# What a function of the module returns, by its last statement and its return statements.
function Get-FunctionType {
    param([string] $Name)
    $key = 'function ' + $Name
    if (-not $script:variableTypes.ContainsKey($key)) {
        $script:variableTypes[$key] = $null
        $definition = $script:ownFunctions[$Name]
        $returned = @($definition.Body.FindAll({ param($node) $node -is [ReturnStatementAst] -and $null -ne $node.Pipeline }, $true))
        $script:variableTypes[$key] = Get-ValueType ($returned + @($definition.Body.EndBlock.Statements)[-1])
    }
    $script:variableTypes[$key]
}

# What a member of the script's own objects holds, by every value that is put under its name.
function Get-OwnMemberType {
    param([string] $Name)
    if (-not $script:ownMembers.ContainsKey($Name) -or $script:ownMembers[$Name].Count -eq 0) { return $null }
    $key = 'member ' + $Name
    if (-not $script:variableTypes.ContainsKey($key)) {
        $script:variableTypes[$key] = $null
        $script:variableTypes[$key] = Get-ValueType $script:ownMembers[$Name]
    }
    $script:variableTypes[$key]
}

# What a command gives: New-Object its class, a function of the module what it returns, a few cmdlets text.
function Get-CommandType {
    param([CommandAst] $Command)
    $name = $Command.GetCommandName()
    if ($name -eq 'New-Object') { return Get-FrameworkType $Command.CommandElements[1].Extent.Text.Trim('''"') }
    if ($name -eq 'Join-Path') { return Get-FrameworkType 'string' }
    if ($null -ne $name -and $script:ownFunctions.ContainsKey($name)) { return Get-FunctionType $name }
    $null
}

# The arguments that a call hands over, one class each.
function Get-ArgumentTypes {
    param($Arguments)
    foreach ($one in @($Arguments)) { if ($null -ne $one) { , (Get-ExpressionType $one) } }
}

# The overloads or members that an expression names, in the framework; nothing if its object is not known.
function Find-Member {
    param([MemberExpressionAst] $Member)
    $name = $Member.Member.Extent.Text
    $type = if ($Member.Static) { Get-FrameworkType $Member.Expression.TypeName.FullName } else { Get-ExpressionType $Member.Expression }
    if ($null -eq $type) { return }
    $found = @(
        if ($Member -isnot [InvokeMemberExpressionAst]) { Get-FrameworkMember $type $name -Static:$Member.Static }
        elseif ($Member.Static -and $name -eq 'new') { Select-Overload $type.GetConstructors() @(Get-ArgumentTypes $Member.Arguments) }
        else { Select-Overload @(Get-FrameworkMember $type $name -Static:$Member.Static -Method) @(Get-ArgumentTypes $Member.Arguments) }
    )
    # A class may hide what it inherits.
    $found | Where-Object { $_.DeclaringType.FullName -eq $found[0].DeclaringType.FullName }
}

# What a member gives.
function Get-MemberType {
    param([MemberExpressionAst] $Member)
    $name = $Member.Member.Extent.Text
    if ($Member -is [InvokeMemberExpressionAst]) {
        if ($Member.Static -and $name -eq 'new') { return Get-FrameworkType $Member.Expression.TypeName.FullName }
        return Get-OneType @(Find-Member $Member | ForEach-Object { $_.ReturnType })
    }
    if ($name -eq 'PSObject') { return Get-FrameworkType 'psobject' }
    $found = @(Find-Member $Member | Select-Object -First 1)
    if ($found.Count -eq 0) { return Get-OwnMemberType $name }
    $type = if ($found[0].MemberType -eq 'Property') { $found[0].PropertyType } else { $found[0].FieldType }
    if ($type.IsGenericType -and $type.Name -eq 'Nullable`1') { return $type.GetGenericArguments()[0] }
    $type
}

$script:makesText = 'Format', 'Join', 'Ireplace', 'Creplace'
$script:arithmetic = 'Plus', 'Minus', 'Multiply', 'Divide', 'Rem'
$script:automatic = @{
    PSCmdlet = 'System.Management.Automation.PSCmdlet'; ExecutionContext = 'System.Management.Automation.EngineIntrinsics'
    PSVersionTable = 'System.Collections.Hashtable'; PSScriptRoot = 'string'; 'true' = 'bool'; 'false' = 'bool'; PID = 'int'
}

# Expressions whose class no reader of the text alone can tell: a value filled in by reference, an item of a list of anything, one of several numbers.
$script:byHand = @{ '$uri' = 'uri'; '$lines[0]' = 'string'; '$Value.ToString' = 'decimal' }

# The class of an expression.
function Get-ExpressionType {
    param([Ast] $Ast)
    if ($null -eq $Ast) { return $null }
    if (-not $script:expressionTypes.ContainsKey($Ast)) {
        $type = Find-ExpressionType $Ast
        if ($null -eq $type) {
            $told = if ($Ast.Parent -is [MemberExpressionAst]) { '{0}.{1}' -f $Ast.Extent.Text, $Ast.Parent.Member.Extent.Text } else { '' }
            foreach ($text in $Ast.Extent.Text, $told) { if ($script:byHand.ContainsKey($text)) { $type = Get-FrameworkType $script:byHand[$text] } }
        }
        # Anything at all is nothing known.
        if ($null -ne $type -and $type.FullName -eq 'System.Object') { $type = $null }
        $script:expressionTypes[$Ast] = $type
    }
    $script:expressionTypes[$Ast]
}

function Find-ExpressionType {
    param([Ast] $Ast)
    switch ($Ast.GetType().Name) {
        'ParenExpressionAst' { return Get-ExpressionType $Ast.Pipeline }
        'SubExpressionAst' { return Get-ExpressionType @($Ast.SubExpression.Statements)[-1] }
        'PipelineAst' {
            if ($Ast.PipelineElements.Count -gt 1) { return $null }
            return Get-ExpressionType $Ast.PipelineElements[0]
        }
        'CommandExpressionAst' { return Get-ExpressionType $Ast.Expression }
        'CommandAst' { return Get-CommandType $Ast }
        'ConvertExpressionAst' {
            if ($Ast.Type.TypeName.FullName -in 'pscustomobject', 'psobject') { return $null }
            return Get-FrameworkType $Ast.Type.TypeName.FullName
        }
        { $_ -in 'StringConstantExpressionAst', 'ExpandableStringExpressionAst' } { return Get-FrameworkType 'string' }
        'ConstantExpressionAst' { return Get-FrameworkType $Ast.StaticType.FullName }
        'HashtableAst' { return Get-FrameworkType 'hashtable' }
        { $_ -in 'ArrayExpressionAst', 'ArrayLiteralAst' } { return Get-FrameworkType 'object[]' }
        'VariableExpressionAst' { return Get-VariableType $Ast }
        'BinaryExpressionAst' {
            if ($Ast.Operator -in $script:makesText) { return Get-FrameworkType 'string' }
            if ($Ast.Operator -in $script:arithmetic) { return Get-ExpressionType $Ast.Left }
            return Get-FrameworkType 'bool'
        }
        'UnaryExpressionAst' { if ($Ast.TokenKind -in 'Not', 'Exclaim') { return Get-FrameworkType 'bool' } }
        'IndexExpressionAst' { return Get-ItemType (Get-ExpressionType $Ast.Target) }
        { $_ -in 'InvokeMemberExpressionAst', 'MemberExpressionAst' } { return Get-MemberType $Ast }
    }
    $null
}
