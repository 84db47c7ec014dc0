import { expect, it } from 'vitest';
import { RecentChanges } from './recent-changes.ts';

it('answers each machine once, of the messages after a cursor', () => {
  const recent = new RecentChanges();
  const start = recent.cursor;
  const first = recent.add(['a', 'b']);
  recent.add(['b', 'c']);
  expect(recent.since(start)).toEqual(['a', 'b', 'c']);
  expect(recent.since(first)).toEqual(['b', 'c']);
  expect(recent.since(recent.cursor)).toEqual([]);
});

it('knows its last 64 messages and no more, so that it never grows', () => {
  const recent = new RecentChanges();
  const cursors = [recent.cursor, ...Array.from({ length: 65 }, (_, index) => recent.add([`machine-${index}`]))];
  expect(recent.since(cursors[0] ?? '')).toBeNull();
  expect(recent.since(cursors[1] ?? '')).toHaveLength(64);
  expect(recent.since(cursors[65] ?? '')).toEqual([]);
});

it('knows no cursor from before something that nobody noted, nor one of another instance or of the future', () => {
  const recent = new RecentChanges();
  const before = [recent.cursor, recent.add(['a'])];
  recent.forget();
  for (const cursor of before) expect(recent.since(cursor)).toBeNull();
  const now = recent.cursor;
  recent.add(['b']);
  expect(recent.since(now)).toEqual(['b']);
  expect(recent.since(new RecentChanges().cursor)).toBeNull();
  expect(recent.since(`${now}9`)).toBeNull();
});
