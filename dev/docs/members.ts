// The tables of members in docs/protocol.md, made from the schemas that serve requests. `node dev/docs/members.ts`
// writes them anew after a schema has changed; a test fails if they differ.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type * as z from 'zod';
import { SealedHeader } from '../../schema/jwe.ts';
import { PublicKeyAnswer } from '../../schema/keyring.ts';
import { ReportAnswer, ReportAsSent } from '../../schema/report.ts';
import { EscrowRequest, REF_BY_KIND, Receipt, SecretKind } from '../../schema/secret.ts';
import { KeyStatement } from '../../schema/signed.ts';
import { schemaOf } from '../../worker/openapi/schema.ts';
import { rows, type Schema } from './api.ts';

export const PROTOCOL = path.join(import.meta.dirname, '../../docs/protocol.md');

const published = (schema: z.ZodType, io: 'input' | 'output' = 'input'): Schema => schemaOf(schema, io) as Schema;
const table = (lines: string[]): string => ['| member | | |', '|---|---|---|', ...lines].join('\n');
const membersOf = (schema: Schema): string => table(rows(schema));
/** A ref's members stand in a table of their own, by kind. */
const withoutRef = (schema: Schema): Schema => ({
  ...schema,
  properties: { ...schema.properties, ref: { type: 'object' } },
});

/** The forms of a request to escrow differ by kind and ref alone: those two by the table of refs. */
function escrowMembers(): string {
  const [form] = published(EscrowRequest).oneOf ?? [];
  if (!form) throw new Error('a request to escrow has a form for each kind');
  const kind: Schema = { enum: [...SecretKind.options] };
  return membersOf(withoutRef({ ...form, properties: { ...form.properties, kind } }));
}

const refs = (): string =>
  [
    '| `kind` | `ref` has exactly | |',
    '|---|---|---|',
    ...SecretKind.options.flatMap((kind) =>
      rows(published(REF_BY_KIND[kind])).map((row) => row.replace(/^\|/, `| \`${kind}\` |`).replace(/\|[^|]*\|$/, '|')),
    ),
  ].join('\n');

/** The text between `<!-- from the schema: NAME -->` and `<!-- end -->`. */
export const tables: Record<string, () => string> = {
  'the key’s answer': () => membersOf(published(PublicKeyAnswer)),
  report: () => membersOf(published(ReportAsSent)),
  'report’s answer': () => membersOf(published(ReportAnswer, 'output')),
  secret: escrowMembers,
  ref: refs,
  receipt: () => membersOf(published(Receipt, 'output')),
  header: () => membersOf(withoutRef(published(SealedHeader))),
  statement: () => membersOf(published(KeyStatement)),
};

const BLOCK = /<!-- from the schema: ([^>]+) -->\n[\s\S]*?<!-- end -->/g;

/** A page with its tables as the schemas have them. Throws at an unknown name. */
export const withTables = (page: string): string =>
  page.replace(BLOCK, (_block, name: string) => {
    const made = tables[name];
    if (!made) throw new Error(`there is no table of ${name}`);
    return `<!-- from the schema: ${name} -->\n\n${made()}\n\n<!-- end -->`;
  });

if (import.meta.main) writeFileSync(PROTOCOL, withTables(readFileSync(PROTOCOL, 'utf8')));
