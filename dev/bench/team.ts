// The Access team of the bench: it signs as Access does, and serves its keys to Workers that verify.
import { mkdtempSync } from 'node:fs';
import path from 'node:path';
import { type AccessTokens, accessTokens } from '../stand/access-tokens.ts';
import { close, listen } from '../stand/listen.ts';
import { freePorts } from '../stand/ports.ts';

export const AUDIENCE = 'bench';

export type SigningTeam = {
  issuer: string;
  /** A person's assertion, as Access puts it before the Worker. */
  assertion: (email: string) => Promise<string>;
  /** Where Access stands before the Worker: the cookie that it takes the assertion from. */
  cookie?: string;
  close: () => Promise<void>;
};

/** Opens it on loopback; `folder` gets its key. */
export async function openTeam(folder: string): Promise<SigningTeam> {
  const port = await freePorts(1);
  const issuer = `http://localhost:${port}`;
  const tokens: AccessTokens = await accessTokens(
    path.join(mkdtempSync(path.join(folder, 'team-')), 'key.json'),
    issuer,
    AUDIENCE,
  );
  const servers = await listen(port, async (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(tokens.certs));
  });
  return {
    issuer,
    assertion: (email) => tokens.mint({ email, sub: email }),
    close: () => close(servers),
  };
}
