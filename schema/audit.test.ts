import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { AuditAction } from './audit.ts';

it('docs/audit.md explains exactly the actions that there are, because an auditor reads the docs and not the source', () => {
  const doc = readFileSync(path.join(import.meta.dirname, '../docs/audit.md'), 'utf8');
  const section = /## Actions\n([\s\S]*?)\n## /.exec(doc)?.[1] ?? '';
  const firstCells = section.split('\n').flatMap((line) => /^\| (`[^|]*) \|/.exec(line)?.[1] ?? []);
  const explained = firstCells.flatMap((cell) => [...cell.matchAll(/`([a-z_.]+)`/g)].map(([, action]) => action));
  expect(explained.toSorted()).toEqual(AuditAction.options.toSorted());
});
