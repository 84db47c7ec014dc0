// The API's own document against the published schema of OpenAPI 3.1. In Node: the validator compiles code, which workerd forbids.
import { Validator } from '@seriousme/openapi-schema-validator';
import { expect, it } from 'vitest';
import { routes } from '../../test/workerd/routes.ts';
import { openapi } from '../../worker/openapi/openapi.ts';

const document = () => structuredClone(openapi(routes)) as { paths: Record<string, unknown> };

it('is valid OpenAPI 3.1, and the validator would notice if it were not', async () => {
  expect(await new Validator().validate(document())).toMatchObject({ valid: true });
  const broken = document();
  broken.paths['/health'] = { get: { responses: 'none' } };
  expect(await new Validator().validate(broken)).toMatchObject({ valid: false });
});

it('has only references that lead somewhere', async () => {
  const validator = new Validator();
  await validator.validate(document());
  expect(() => validator.resolveRefs()).not.toThrow();
  const text = JSON.stringify(openapi(routes));
  for (const [, name] of text.matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)) expect(name).toBe('Problem');
  // zod names its own helpers by $defs, which would lead nowhere once a schema is put into the document.
  expect(text).not.toContain('#/$defs/');
});
