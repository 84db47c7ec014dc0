// Secrets lent to the doctor: read from a file or from standard input, never from an argument, which every process can
// see.
import { readFileSync } from 'node:fs';
import path from 'node:path';

const fromCaller = (file: string): string =>
  readFileSync(path.resolve(process.env.INIT_CWD ?? '.', file), 'utf8').trim();

/** A machine token out of a text: the token itself, or a JSON such as engine.json that has it as `token`. */
export function tokenIn(text: string): string {
  const token = text.startsWith('{') ? memberOf(text) : text;
  if (typeof token === 'string' && /^[\x21-\x7e]{1,200}$/.test(token)) return token;
  throw new Error('There is no machine token in it: it wants one line, or a JSON with "token".');
}

/**
 * The member `token`; undefined if the text is not JSON. The parser's own message would quote it, including the token.
 */
function memberOf(text: string): unknown {
  try {
    return (JSON.parse(text) as { token?: unknown }).token;
  } catch {
    return undefined;
  }
}

/** A token from `file`; `-` is standard input; a terminal prompts for it and shows nothing. */
export async function readToken(file: string): Promise<string> {
  return tokenIn((file === '-' ? await readStandardInput() : fromCaller(file)).trim());
}

/** A session: the value of the cookie CF_Authorization in a browser after a sign-in. Answers the Cookie header. */
export function readSession(file: string): string {
  const text = fromCaller(file);
  if (!/^[\w.=-]+$/.test(text))
    throw new Error('The session file wants the value of the cookie CF_Authorization, alone.');
  return `CF_Authorization=${text.replace(/^CF_Authorization=/, '')}`;
}

/** Raw, a terminal sends Enter as a return, Ctrl-C and Ctrl-D as themselves; none of them is in a token. */
const ENDS = ['\r', '\n', '\u0003', '\u0004'];

async function readStandardInput(): Promise<string> {
  const { stdin, stderr } = process;
  if (stdin.isTTY) {
    stderr.write('Machine token (it is not shown): ');
    stdin.setRawMode(true);
  }
  let text = '';
  for await (const chunk of stdin.setEncoding('utf8')) {
    text += chunk;
    if (stdin.isTTY && ENDS.some((end) => text.includes(end))) break;
  }
  if (stdin.isTTY) {
    stdin.setRawMode(false);
    stderr.write('\n');
  }
  return text.split(/[\r\n]/)[0] ?? '';
}
