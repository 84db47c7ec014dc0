// Where a CPU profile of V8 spent its time: by file and by function of its own, and by path with all that is called from there; each as it is
// called in our own files. Pure.
import { SourceMap } from 'node:module';

type Node = {
  id: number;
  callFrame: { functionName: string; url: string; lineNumber: number; columnNumber: number };
  children?: number[];
};

/** The part of V8's profile that is read here. */
export type CpuProfile = { nodes: Node[]; samples: number[]; timeDeltas: number[] };

/** A share of the time in which anything ran; `name`: a function and where it is, or a file. */
export type Share = { name: string; share: number };
/** The same of all that a function called, at its depth below the one that called it. */
export type Step = Share & { depth: number };

export type SelfTimes = { files: Share[]; functions: Share[]; paths: Step[] };

/** What V8 calls its own, in which nothing of ours or the platform's ran. */
const NOTHING_RAN = new Set(['(idle)', '(root)']);
const LEAST_SHOWN = 0.006;

/** The bundle's own file; every other is of the platform, as `node-internal:…`. */
const isBundle = (url: string): boolean => url.endsWith('index.js');

const shortened = (file: string): string =>
  file.replace(/^.*node_modules\//, '').replace(/^(?:\.\.\/)+(?:[^/]+\/)*?(?=(?:objects|worker|schema|dev)\/)/, '');

/** One of our files, or the package that a place is in. */
const placeOf = (file: string): string => {
  const own = /^(?:objects|worker|schema)\//.test(file);
  return own ? file : file.split('/', file.startsWith('@') ? 2 : 1).join('/');
};

function named(source: SourceMap, { functionName, url, lineNumber, columnNumber }: Node['callFrame']) {
  const found = isBundle(url)
    ? (source.findEntry(lineNumber, columnNumber) as { originalSource?: string; originalLine?: number })
    : {};
  const file = found.originalSource === undefined ? url || 'native' : shortened(found.originalSource);
  const line = found.originalLine === undefined ? '' : `:${found.originalLine + 1}`;
  return { name: `${functionName || '(anonymous)'} ${file}${line}`, file: placeOf(file) };
}

const added = (times: Map<string, number>, name: string, more: number): void => {
  times.set(name, (times.get(name) ?? 0) + more);
};

/** `map`: the text of the bundle's source map. */
export function selfTimes({ nodes, samples, timeDeltas }: CpuProfile, map: string): SelfTimes {
  const source = new SourceMap(JSON.parse(map));
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const own = new Map<number, number>();
  for (const [place, id] of samples.entries()) own.set(id, (own.get(id) ?? 0) + (timeDeltas[place] ?? 0));
  const files = new Map<string, number>();
  const functions = new Map<string, number>();
  let all = 0;
  for (const { id, callFrame } of nodes) {
    const took = NOTHING_RAN.has(callFrame.functionName) ? 0 : (own.get(id) ?? 0);
    if (took === 0) continue;
    const { name, file } = named(source, callFrame);
    all += took;
    added(functions, name, took);
    added(files, file, took);
  }
  const shares = (of: Map<string, number>): Share[] =>
    [...of].map(([name, took]) => ({ name, share: took / all })).sort((a, b) => b.share - a.share);
  const childrenOf = ({ children = [] }: Node): Node[] => children.flatMap((id) => byId.get(id) ?? []);
  const sums = new Map<number, number>();
  const within = (node: Node): number => {
    const known = sums.get(node.id);
    if (known !== undefined) return known;
    const sum = (own.get(node.id) ?? 0) + childrenOf(node).reduce((total, child) => total + within(child), 0);
    sums.set(node.id, sum);
    return sum;
  };
  const paths: Step[] = [];
  const walk = (node: Node, depth: number): void => {
    const share = within(node) / all;
    if (share < LEAST_SHOWN || node.callFrame.functionName === '(idle)') return;
    if (depth >= 0) paths.push({ name: named(source, node.callFrame).name, share, depth });
    for (const child of childrenOf(node).sort((a, b) => within(b) - within(a))) walk(child, depth + 1);
  };
  const [root] = nodes;
  if (root) walk(root, -1);
  return { files: shares(files), functions: shares(functions), paths };
}
