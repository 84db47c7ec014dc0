// The engine's configuration file: where the API is, its token, and the pin. Made by the portal when a token is issued.
import { readFileSync } from 'node:fs';
import { EngineFile } from '../schema/engine-file.ts';
import type { PublicKeyAnswer } from '../schema/keyring.ts';
import { readTextFile } from '../schema/text-file.ts';
import { type EngineRefusal, no } from './refusal.ts';

/** The part of `EngineOptions` that the file gives. */
export type Configuration = {
  ok: true;
  apiOrigin: string;
  token: string;
  fingerprint?: string;
  minEpoch: number;
  tenantKey?: PublicKeyAnswer;
};

/** Reads a file. Refuses by value with `bad_configuration`, which names a field and never a value: one of them is the token. */
export function readConfiguration(file: string): Configuration | EngineRefusal {
  let json: unknown;
  try {
    // As a person may have saved it: with a mark in front, or in UTF-16, as Windows PowerShell does.
    json = JSON.parse(readTextFile(readFileSync(file)).text);
  } catch {
    return no('bad_configuration', 'The configuration file is not there, or is not JSON.');
  }
  const parsed = EngineFile.safeParse(json);
  if (!parsed.success) {
    const field = parsed.error.issues[0]?.path.join('.') || 'its top';
    return no('bad_configuration', `The configuration file is wrong at ${field}; download it again with a new token.`);
  }
  const { apiOrigin, token, fingerprint, minEpoch, tenantKey } = parsed.data;
  return {
    ok: true,
    apiOrigin,
    token,
    minEpoch,
    ...(fingerprint === null ? {} : { fingerprint }),
    ...(tenantKey === undefined ? {} : { tenantKey }),
  };
}
