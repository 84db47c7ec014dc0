// The document's word on a body matches what the server reads: a body that fits the published schema is read, and one
// that breaks it in one step is refused. A member's description says what no schema can (that it verifies, that one is
// no less than another).
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isRefusal } from '../../schema/refusal.ts';
import { oneStepWrong, type Schema, valuesOf } from '../../test/support/json-schema.ts';
import { routes } from '../../test/workerd/routes.ts';
import { openapi } from '../../worker/openapi/openapi.ts';
import { parseBody } from '../../worker/serve.ts';

type Operation = { requestBody: { content: Record<string, { schema: Schema }> } };
const { paths } = openapi(routes) as { paths: Record<string, { post: Operation }> };

const bodied = routes.flatMap((route) =>
  'body' in route && route.body ? [{ path: route.path.replaceAll(/:(\w+)/g, '{$1}'), body: route.body }] : [],
);
const schemaAt = (path: string): Schema =>
  paths[path]?.post.requestBody.content['application/json']?.schema ?? expect.fail(`${path} is not in the document`);

/** Whether the schema describes a member, or its container, in words. */
function isDescribed(schema: Schema, field: string): boolean {
  let at: Schema[] = [schema];
  for (const name of ['', ...field.split('.')]) {
    const within = (one: Schema): Schema[] => {
      const choices = [one.anyOf, one.oneOf, one.allOf].flatMap((some) => ((some ?? []) as Schema[]).flatMap(within));
      return [one, ...choices];
    };
    const all = at.flatMap(within);
    const stepped = all.flatMap((one) => {
      if (name === '') return [one];
      const member = (one.properties as Record<string, Schema> | undefined)?.[name];
      return member ? within(member) : one.items && /^\d+$/.test(name) ? within(one.items as Schema) : [];
    });
    if (stepped.some(({ description }) => description !== undefined)) return true;
    at = stepped;
  }
  return false;
}

describe.each(bodied)('POST $path', ({ path, body }) => {
  const read = (value: unknown) => parseBody(body, JSON.stringify(value), 'application/json', true);
  const schema = schemaAt(path);

  it('reads every body that fits its published schema, but for what the schema says in words', async () => {
    await fc.assert(
      fc.asyncProperty(valuesOf(schema), async (value) => {
        const outcome = await read(value);
        if (!isRefusal(outcome)) return;
        const fields = (outcome.errors ?? []).map(({ field }) => field).filter((field) => !isDescribed(schema, field));
        expect(fields, outcome.detail).toEqual([]);
        expect(outcome.errors, outcome.detail).not.toBeUndefined();
      }),
    );
  });

  // A report has one refusal for each event, or none: test/conformance/engine-bodies.test.ts.
  if (!path.endsWith('/report'))
    it('refuses what breaks it in one step, and names a field', async () => {
      await fc.assert(
        fc.asyncProperty(oneStepWrong(schema), async ({ value, path: at }) => {
          expect(await read(value), at).toMatchObject({ refused: 'invalid_body', errors: expect.any(Array) });
        }),
      );
    });
});
