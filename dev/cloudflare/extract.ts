// `node dev/cloudflare/extract.ts openapi.json`: from Cloudflare's published description (github.com/cloudflare/api-schemas) the calls that the
// stand-in answers, as plain schemas: references resolved, words left out, `nullable` said as a type. It fetches nothing.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { CALLS } from './calls.ts';
import type { Schema } from './description.ts';

const FILE = path.join(import.meta.dirname, 'published/calls.json');
/** What says something about a value. All else are words for readers. */
const KEPT = new Set(
  'type enum required properties additionalProperties items allOf anyOf oneOf pattern minLength maxLength minimum maximum maxItems minItems'.split(
    ' ',
  ),
);
/** A description may refer to itself; deeper than this nothing that we say reaches. */
const DEEPEST = 14;

type Node = Record<string, unknown>;
type Operation = {
  requestBody?: { content?: Record<string, { schema?: Node }> };
  responses?: Record<string, { content?: Record<string, { schema?: Node }> }>;
};
type Document = { info: { version: string }; paths: Record<string, Record<string, Operation>> };

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && !Array.isArray(value);

function plain(document: Document, value: unknown, depth = 0): unknown {
  if (depth > DEEPEST || !isNode(value)) return {};
  if (typeof value.$ref === 'string') return plain(document, at(document, value.$ref), depth + 1);
  const schema: Node = {};
  for (const [word, said] of Object.entries(value)) {
    if (!KEPT.has(word)) continue;
    if (word === 'properties')
      schema.properties = Object.fromEntries(
        Object.entries(said as Node).map(([name, one]) => [name, plain(document, one, depth + 1)]),
      );
    else if (Array.isArray(said) && /Of$/.test(word)) schema[word] = said.map((one) => plain(document, one, depth + 1));
    else if (isNode(said)) schema[word] = plain(document, said, depth + 1);
    else schema[word] = said;
  }
  return value.nullable === true ? { anyOf: [{ type: 'null' }, schema] } : schema;
}

const at = (document: Document, reference: string): unknown =>
  reference
    .split('/')
    .slice(1)
    .reduce<unknown>((place, name) => (place as Node)[name], document);

/** The operation of one of our calls, by its path with whatever names the parameters have. */
function operationOf(document: Document, call: string): Operation | undefined {
  const [method = '', wanted = ''] = call.split(' ');
  const shape = wanted.replaceAll(/:\w+/g, '{}');
  const found = Object.keys(document.paths).find((one) => one.replaceAll(/\{[^}]+\}/g, '{}') === shape);
  return found === undefined ? undefined : document.paths[found]?.[method.toLowerCase()];
}

function schemaOf(document: Document, holder: unknown): Schema | null {
  const resolved = isNode(holder) && typeof holder.$ref === 'string' ? at(document, holder.$ref) : holder;
  const content = (resolved as Operation['requestBody'])?.content;
  const said = content?.['application/json']?.schema ?? metadataOf(document, content?.['multipart/form-data']?.schema);
  return said === undefined ? null : (plain(document, said) as Schema);
}

/** Of a form the one part that is JSON: what a Worker's upload says of its modules. */
function metadataOf(document: Document, form: unknown): unknown {
  const resolved = isNode(form) && typeof form.$ref === 'string' ? at(document, form.$ref) : form;
  return isNode(resolved) && isNode(resolved.properties) ? resolved.properties.metadata : undefined;
}

if (import.meta.main) {
  const [file = '', date = ''] = process.argv.slice(2);
  const document = JSON.parse(readFileSync(file, 'utf8')) as Document;
  const calls = CALLS.flatMap((call) => {
    const operation = operationOf(document, call);
    if (operation === undefined) return [];
    const said = {
      request: schemaOf(document, operation.requestBody),
      answer: schemaOf(document, operation.responses?.['200'] ?? operation.responses?.['202']),
    };
    return [`  ${JSON.stringify(call)}: ${JSON.stringify(said)}`];
  });
  const head = ['github.com/cloudflare/api-schemas, openapi.json', date].map((one) => JSON.stringify(one));
  writeFileSync(FILE, `{"source":${head[0]},"date":${head[1]},"calls":{\n${calls.join(',\n')}\n}}\n`);
  console.log(`${calls.length} of ${CALLS.length} calls are described.`);
}
