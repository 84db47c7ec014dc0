// The API reference as a page of the docs: the OpenAPI document in Markdown. Made anew with every build, never edited.

export type Schema = {
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  format?: string;
  pattern?: string;
  description?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  additionalProperties?: Schema | boolean;
  anyOf?: Schema[];
  oneOf?: Schema[];
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
};
type Content = Record<string, { schema?: Schema }>;
type Operation = {
  tags: string[];
  summary: string;
  description?: string;
  parameters?: { name: string; in: string; required?: boolean; schema?: Schema }[];
  requestBody?: { description?: string; content: Content };
  responses: Record<string, { description?: string; content?: Content }>;
};
export type OpenApi = {
  info: { version: string };
  tags: { name: string; description: string }[];
  paths: Record<string, Record<string, Operation>>;
};

/** How deep a body is spelled out; deeper members are in `/openapi.json`. */
const DEPTH_MAX = 4;

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll('{', '&#123;');

/** The meaning of our own small words' patterns. */
const PATTERNS: Record<string, string> = {
  '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$': 'lower-case UUID',
  '^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$': 'thumbprint, 43 characters',
  '^[a-z0-9][a-z0-9-]{0,63}$': 'tenant’s id: `a` to `z`, digits, dashes, at most 64',
  '^[a-z][a-z0-9_]{0,31}$': 'phase’s name: `a` to `z`, digits, `_`, a letter first, at most 32',
  '^[0-9a-f]{64}$': 'SHA-256 in lower-case hex',
};

/** A schema in a few words: `string, 1 to 64 characters`. */
export function words(schema: Schema): string {
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return [...new Set(choices.map(words))].join(' or ');
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.enum) return schema.enum.map((one) => `\`${String(one)}\``).join(', ');
  if (schema.items) return `list of ${range(schema)}${words(schema.items)}`;
  const known = PATTERNS[schema.pattern ?? ''];
  if (known) return known;
  const type = [schema.type ?? 'any'].flat().join(' or ');
  const { minLength, maxLength, minimum, maximum } = schema;
  const length = maxLength === undefined ? '' : `, ${minLength ?? 0} to ${maxLength} characters`;
  const huge = Number.MAX_SAFE_INTEGER;
  const from = minimum !== undefined && minimum > -huge ? `, from ${minimum}` : '';
  const to = maximum !== undefined && maximum < huge ? `, to ${maximum}` : '';
  return `${type}${length}${from}${to}`;
}

/** How many items a list may have. */
const range = ({ minItems = 0, maxItems }: Schema): string =>
  maxItems === undefined ? '' : minItems === maxItems ? `${maxItems}: ` : `${minItems} to ${maxItems}: `;

/** Every member as a row, followed by its own members with dotted names. */
export function rows(schema: Schema, prefix = '', depth = 0): string[] {
  if (depth > DEPTH_MAX) return [];
  const inner = schema.items ?? schema.anyOf?.find((one) => one.properties) ?? schema;
  return Object.entries(inner.properties ?? {}).flatMap(([name, member]) => {
    const path = `${prefix}${name}`;
    const within = member.items ?? member.anyOf?.find((one) => one.properties ?? one.items) ?? member;
    const optional = inner.required?.includes(name) ? '' : 'optional';
    return [
      `| \`${path}\` | ${cell(words(member))} | ${optional} |`,
      ...rows(within, `${path}${member.items || within.items ? '[].' : '.'}`, depth + 1),
    ];
  });
}

/** A body's members; if it may have several forms, those of each. */
const table = (schema: Schema): string[] =>
  (schema.oneOf ?? [schema]).flatMap((form) => {
    const members = rows(form);
    return members.length === 0 ? [] : ['| member | | |', '|---|---|---|', ...members, ''];
  });

function operation(method: string, path: string, route: Operation): string[] {
  const lines = [`### \`${method.toUpperCase()} ${path}\` {#${anchor(method, path)}}`, '', `${route.summary}.`, ''];
  if (route.description) lines.push(cell(route.description), '');
  if (route.parameters?.length)
    lines.push(
      '| parameter | in | | |',
      '|---|---|---|---|',
      ...route.parameters.map(
        (one) =>
          `| \`${one.name}\` | ${one.in} | ${cell(words(one.schema ?? {}))} | ${one.required ? '' : 'optional'} |`,
      ),
      '',
    );
  if (route.requestBody?.description) lines.push(cell(route.requestBody.description), '');
  for (const [type, { schema }] of Object.entries(route.requestBody?.content ?? {}))
    lines.push(
      `**Body**, \`${type}\`${schema?.description ? `: ${cell(schema.description)}` : ''}`,
      '',
      ...table(schema ?? {}),
    );
  const answers = Object.entries(route.responses);
  for (const [status, { content, description }] of answers.filter(([code]) => Number(code) < 400)) {
    const [type, body] = Object.entries(content ?? {})[0] ?? [];
    lines.push(`**${status}**${type ? `, \`${type}\`` : ''}${content ? '' : `: ${cell(description ?? '')}`}`, '');
    lines.push(...table(body?.schema ?? {}));
  }
  const refusals = answers.filter(([code]) => Number(code) >= 400);
  if (refusals.length > 0)
    lines.push(
      '| refused with | |',
      '|---|---|',
      ...refusals.map(([code, { description }]) => `| ${code} | ${cell(description ?? '')} |`),
      '',
    );
  return lines;
}

const anchor = (method: string, path: string): string =>
  `${method}-${path}`
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');

/** The page for a document: one section for each kind of caller, in the order of its tags. */
export function apiPage(document: OpenApi): string {
  const lines = [
    '# API reference',
    '',
    'Made from `GET /openapi.json`, which is made from the table of routes that serves requests. Every error is an RFC 9457 problem with',
    '`code` and `requestId`. How the parts belong together: [protocol](protocol.md).',
    '',
  ];
  for (const { name, description } of document.tags) {
    lines.push(`## ${description}`, '');
    for (const [path, methods] of Object.entries(document.paths))
      for (const [method, route] of Object.entries(methods))
        if (route.tags.includes(name)) lines.push(...operation(method, path, route));
  }
  return `${lines.join('\n')}\n`;
}
