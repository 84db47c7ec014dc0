// The commands that the docs tell people to type: read out of their `sh` blocks, with whether they need a Cloudflare account.

/** `text` is one whole command, its continued lines joined and its comment taken off. */
export type Command = { page: string; text: string; account: boolean };

const FENCE = /^( *)```sh\n([\s\S]*?)^\1```/gm;
/** The words for a command that cannot be tried on a machine alone. */
const NEEDS_ACCOUNT = /#.*\baccount\b/;

const quotesOpen = (text: string): boolean =>
  (text.replaceAll(/"[^"]*"/g, '').match(/'/g)?.length ?? 0) % 2 === 1 ||
  (text.replaceAll(/'[^']*'/g, '').match(/"/g)?.length ?? 0) % 2 === 1;

/** Every command of a Markdown page, in order. */
export function commandsOf(page: string, markdown: string): Command[] {
  const commands: Command[] = [];
  for (const [, indent = '', block = ''] of markdown.matchAll(FENCE)) {
    let held = '';
    for (const line of block.split('\n').map((one) => one.slice(indent.length))) {
      held += `${held ? '\n' : ''}${line}`;
      const bare = held.replace(/(^|\s)#[^'"]*$/, '');
      if (quotesOpen(bare) || bare.trimEnd().endsWith('\\')) continue;
      const text = bare.replaceAll(/\\\n\s*/g, '').trim();
      if (text) commands.push({ page, text, account: NEEDS_ACCOUNT.test(held) });
      held = '';
    }
    // A quote that is not closed, such as an apostrophe in a comment, would swallow every command after it.
    if (held.trim()) throw new Error(`${page} has a command whose quotes do not end: ${held.trim().split('\n')[0]}`);
  }
  return commands;
}

/** Names of npm scripts that a page mentions anywhere. */
export const scriptsIn = (markdown: string): string[] =>
  [...markdown.matchAll(/npm run (?:--silent )?([a-z][a-z0-9:-]*)/g)].map(([, name = '']) => name);
