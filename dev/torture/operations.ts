// The operations that the Worker's own OpenAPI document describes, with the form of what each takes and answers.
import type { Schema } from '../../test/support/json-schema.ts';
import type { OpenApi } from '../docs/api.ts';

export type Parameter = { name: string; place: 'path' | 'query'; schema: Schema };
export type Operation = {
  /** As `POST /v1/report`. */
  key: string;
  method: 'GET' | 'POST';
  path: string;
  /** Who it is for. */
  who: string;
  parameters: readonly Parameter[];
  /** Of its JSON body; null: it takes none. */
  body: Schema | null;
  /** By status, then by media type. */
  answers: Readonly<Record<string, Readonly<Record<string, Schema>>>>;
};

type Described = {
  tags?: string[];
  parameters?: { name: string; in: string; schema: Schema }[];
  requestBody?: { content: Record<string, { schema: Schema }> };
  responses: Record<string, { content?: Record<string, { schema: Schema }> }>;
};

/** Reads the document. Throws where it has an operation of another method. */
export function operationsOf(document: OpenApi): Operation[] {
  const { paths, components } = document as unknown as {
    paths: Record<string, Record<string, Described>>;
    components: { schemas: Record<string, Schema> };
  };
  const resolved = (schema: Schema): Schema =>
    JSON.parse(
      JSON.stringify(schema, (_name, value) => {
        const name = /^#\/components\/schemas\/(\w+)$/.exec(value?.$ref ?? '')?.[1];
        return name === undefined ? value : components.schemas[name];
      }),
    );
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([name, described]) => {
      const method = name.toUpperCase();
      if (method !== 'GET' && method !== 'POST') throw new Error(`${path} has a method ${method}`);
      const { parameters = [], requestBody, responses, tags } = described;
      const body = requestBody?.content['application/json']?.schema;
      return {
        key: `${method} ${path}`,
        method,
        path,
        who: tags?.[0] ?? '',
        parameters: parameters.flatMap(({ name, in: place, schema }) =>
          place === 'path' || place === 'query' ? [{ name, place, schema: resolved(schema) } as const] : [],
        ),
        body: body === undefined ? null : resolved(body),
        answers: Object.fromEntries(
          Object.entries(responses).map(([status, { content = {} }]) => [
            status,
            Object.fromEntries(Object.entries(content).map(([type, { schema }]) => [type, resolved(schema)])),
          ]),
        ),
      };
    }),
  );
}
