// A zod schema as the document says it: JSON Schema, draft 2020-12, which OpenAPI 3.1 has for its own. By itself, because
// the document, its answers and the tables in the docs are all made with it.
import * as z from 'zod';

export type Json = Record<string, unknown>;

/** `input`: the accepted form; `output`: the answered form. */
export const schemaOf = (schema: z.ZodType, io: 'input' | 'output'): Json => {
  const { $schema: _, ...json } = z.toJSONSchema(schema, {
    io,
    target: 'draft-2020-12',
    unrepresentable: 'any',
  }) as Json;
  return json;
};
