// PowerShell's files as syntax trees, for the tests beside it: they check what must also hold on Windows PowerShell
// 5.1, which runs on Windows alone.
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { Node, Parser } from '@vscode/tree-sitter-wasm';

export type { Node };

const require = createRequire(import.meta.url);
/** The package is CommonJS; its runtime and the grammars stand in one folder. */
const runtime: typeof import('@vscode/tree-sitter-wasm') = require('@vscode/tree-sitter-wasm');
await runtime.Parser.init();
const parser: Parser = new runtime.Parser();
parser.setLanguage(
  await runtime.Language.load(require.resolve('@vscode/tree-sitter-wasm/wasm/tree-sitter-powershell.wasm')),
);

export const folder = import.meta.dirname;

/** The syntax tree's root of a source text. */
export function parse(source: string): Node {
  const tree = parser.parse(source);
  if (!tree) throw new Error('the parser has a language');
  return tree.rootNode;
}

/** This node and every node below it, outer before inner. */
export const walk = (node: Node): Node[] => [node, ...node.children.flatMap((child) => (child ? walk(child) : []))];

export const nodesOf = (node: Node, type: string): Node[] => walk(node).filter((one) => one.type === type);

/** Where a tree is not PowerShell: "line: text" of each ERROR or MISSING node. */
export const faultsOf = (root: Node): string[] =>
  walk(root)
    .filter((node) => node.isError || node.isMissing)
    .map(
      (node) => `${node.startPosition.row + 1}: ${node.isMissing ? `missing ${node.type}` : node.text.slice(0, 60)}`,
    );

export type SourceFile = { name: string; text: string; root: Node };

/** Every PowerShell file of this folder, parsed, by its path from here. */
export const sources: SourceFile[] = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.ps(1|m1|d1)$/.test(name))
  .map((name) => ({ name: name.split(path.sep).join('/'), text: readFileSync(path.join(folder, name), 'utf8') }))
  .map((file) => ({ ...file, root: parse(file.text) }))
  .sort((a, b) => (a.name < b.name ? -1 : 1));

export const functionName = (node: Node): string => node.namedChildren[0]?.text ?? '';

/** The functions of a file, by name. */
export const functionsOf = (file: SourceFile): Map<string, Node> =>
  new Map(nodesOf(file.root, 'function_statement').map((node) => [functionName(node), node]));
