// The rules for the syntax trees beyond the grammar: names that exist where the module runs, and nothing that opens.
import { CLASSES, CMDLETS, METHODS, OPERATORS, PLATFORM } from './allowed.ts';
import { functionName, type Node, nodesOf, type SourceFile, walk } from './grammar.ts';

const at = (node: Node, what: string) => `${node.startPosition.row + 1}: ${what}`;

/** A command's own words, not those of a command in parentheses or a block within it. */
export const wordsOf = (node: Node): Node[] =>
  node.namedChildren.flatMap((child) =>
    !child || /^(parenthesized|array|script_block|sub)_?expression$/.test(child.type) ? [] : [child, ...wordsOf(child)],
  );

/** The names that a file may use: those for all, and those for this file alone. */
const allowedIn = ({ name }: SourceFile) => ({
  cmdlets: { ...CMDLETS, ...PLATFORM[name]?.cmdlets },
  classes: { ...CLASSES, ...PLATFORM[name]?.classes },
  methods: [...METHODS, ...(PLATFORM[name]?.methods ?? [])],
});

/** Parts of the module or the example, named one by one. */
const PART = /^\. "\$PSScriptRoot\/(private|private\/platform|public|platform)\/[A-Za-z.-]+\.ps1"$/;

function commandFaults(file: SourceFile, own: Set<string>): string[] {
  const allowed = allowedIn(file);
  return nodesOf(file.root, 'command').flatMap((node) => {
    const name = node.namedChildren[0]?.text ?? '';
    if (/^(TotlProvision\/TotlProvision\.psm1|examples\/[^/]+)$/.test(file.name) && PART.test(node.text)) return [];
    if (node.namedChildren.some((child) => child?.type === 'foreach_command')) return [];
    if (PLATFORM[file.name]?.runs?.includes(node.text)) return [];
    if (own.has(name)) return [];
    const parameters = allowed.cmdlets[name];
    if (!parameters) return [at(node, `command ${name}`)];
    const words = wordsOf(node);
    const strange = words
      .filter((word) => word.type === 'command_parameter' && !parameters.includes(word.text))
      .map((word) => at(word, `${name} ${word.text}`));
    if (name !== 'New-Object') return strange;
    // Its arguments would be logged where a policy wants that, and PowerShell refuses those that it no longer trusts.
    const [made = '', ...more] = node.text.split(/\s+/).slice(1);
    if (more.length > 0) strange.push(at(node, 'New-Object with arguments'));
    return made in allowed.classes ? strange : [...strange, at(node, `class ${made}`)];
  });
}

function memberFaults(file: SourceFile): string[] {
  const { classes, methods } = allowedIn(file);
  const types = nodesOf(file.root, 'type_literal').flatMap((node) => {
    const name = node.text.replace(/^\[|\]$/g, '').replace(/\[\]$/, '');
    return name in classes ? [] : [at(node, `class ${name}`)];
  });
  const members = ['invokation_expression', 'member_access'].flatMap((kind) =>
    nodesOf(file.root, kind).flatMap((node) => {
      const [of, member] = node.namedChildren;
      if (!of || !member) return [at(node, 'a member without a name')];
      if (of.type === 'type_literal') {
        const name = of.text.replace(/^\[|\]$/g, '');
        if (member.text === 'new' && name.replace(/\[\]$/, '') in classes) return [];
        return classes[name]?.includes(member.text) ? [] : [at(node, `${of.text}::${member.text}`)];
      }
      return kind === 'member_access' || methods.includes(member.text) ? [] : [at(node, `method ${member.text}`)];
    }),
  );
  const operators = walk(file.root)
    .filter((node) => /^(comparison|format)_operator$/.test(node.type) && !OPERATORS.includes(node.text))
    .map((node) => at(node, `operator ${node.text}`));
  return [...types, ...members, ...operators];
}

/** Words that no file may contain: those of PowerShell 7 alone, or of a key's private half. */
const WORDS: [RegExp, string][] = [
  [/Decrypt|Unprotect|Unwrap|AesGcm|FromXmlString|ImportPkcs8|ImportFromPem/, 'opens, or exists only later'],
  [/\.(D|P|DP|DQ|InverseQ)\s*=/, 'a private member of a key'],
  [/\b(Invoke-Expression|iex|Write-Host|Start-Transcript)\b/, 'runs text, or shows what it is given'],
  [/\?\?|\?\.|&&|\|\|/, 'an operator of PowerShell 7'],
];

const code = (file: SourceFile): string => {
  let text = file.text;
  for (const comment of nodesOf(file.root, 'comment')) text = text.replace(comment.text, '');
  return text;
};

/** Every fault of a file, "line: what", in words of the file itself. `own` are the functions that the module and the file define. */
export function ruleFaults(file: SourceFile, own: Set<string>): string[] {
  const words = WORDS.flatMap(([word, why]) => {
    const found = word.exec(code(file));
    return found ? [`${found[0]}: ${why}`] : [];
  });
  // Windows PowerShell reads a file without a byte order mark in the system's own code page.
  const strange = /[^\t\n -~]/.exec(file.text);
  return [
    ...commandFaults(file, own),
    ...memberFaults(file),
    ...words,
    ...(strange ? [`not ASCII: U+${strange[0].charCodeAt(0).toString(16)}`] : []),
  ];
}

const HELP = ['.SYNOPSIS', '.DESCRIPTION', '.EXAMPLE'];

/**
 * Reports what a public function lacks: its help, a word on each parameter, errors that stop it whatever its caller
 * prefers.
 */
export function publicFaults(node: Node): string[] {
  const help = nodesOf(node, 'comment').find((one) => one.text.startsWith('<#'))?.text ?? '';
  const parameters = nodesOf(node, 'script_parameter').map(
    (one) => one.namedChildren.find((child) => child?.type === 'variable')?.text.slice(1) ?? '',
  );
  const wanted = [...HELP, ...parameters.map((name) => `.PARAMETER ${name}\n`)];
  const [first] = nodesOf(node, 'script_block_body').flatMap((body) => nodesOf(body, 'pipeline'));
  return [
    ...wanted.filter((word) => !help.includes(word)).map((word) => `${functionName(node)} lacks ${word.trim()}`),
    ...(first?.text === "$ErrorActionPreference = 'Stop'" ? [] : [`${functionName(node)} does not stop at an error`]),
  ];
}
