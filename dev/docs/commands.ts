// The commands that the docs tell people to type: read out of their `sh` blocks, with whether they need a Cloudflare account.

/** `text` is one whole command, its continued lines joined and its comment taken off. */
export type Command = { page: string; text: string; account: boolean };

const FENCE = /^( *)```sh\n([\s\S]*?)^\1```/gm;
/** The words for a command that cannot be tried on a machine alone. */
const NEEDS_ACCOUNT = /#.*\baccount\b/;

/** A shell's reading of a text: what is left without its comments, and whether a quote is still open at its end. */
function read(text: string): { bare: string; isOpen: boolean } {
  let [bare, quote, isComment] = ['', '', false];
  for (const character of text) {
    if (isComment) isComment = character !== '\n';
    if (isComment) continue;
    if (quote) quote = character === quote ? '' : quote;
    else if (character === '"' || character === "'") quote = character;
    else if (character === '#' && /(^|\s)$/.test(bare)) {
      isComment = true;
      continue;
    }
    bare += character;
  }
  return { bare, isOpen: quote !== '' };
}

/** Every command of a Markdown page, in order. */
export function commandsOf(page: string, markdown: string): Command[] {
  const commands: Command[] = [];
  for (const [, indent = '', block = ''] of markdown.matchAll(FENCE)) {
    let held = '';
    for (const line of block.split('\n').map((one) => one.slice(indent.length))) {
      held += `${held ? '\n' : ''}${line}`;
      const { bare, isOpen } = read(held);
      if (isOpen || bare.trimEnd().endsWith('\\')) continue;
      const text = bare.replaceAll(/\\\n\s*/g, '').trim();
      if (text) commands.push({ page, text, account: NEEDS_ACCOUNT.test(held) });
      held = '';
    }
    // A quote that is not closed would swallow every command after it.
    if (held.trim()) throw new Error(`${page} has a command whose quotes do not end: ${held.trim().split('\n')[0]}`);
  }
  return commands;
}

/** Names of npm scripts that a page mentions anywhere. */
export const scriptsIn = (markdown: string): string[] =>
  [...markdown.matchAll(/npm run (?:--silent )?([a-z][a-z0-9:-]*)/g)].map(([, name = '']) => name);
