// A browser that keeps nothing: its storage is full, damaged, or turned off by its owner's policy.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { keepTicket, lastTicket } from '../secrets/last-ticket.ts';
import { rememberTenant, startOf } from '../session/last-tenant.ts';
import { notePerson } from '../session/person.ts';
import { Memory } from './memory.ts';
import { notedPerson } from './noted-person.ts';
import { areShortcutsOn, turnShortcuts } from './shortcuts.ts';
import { nextTheme, theme } from './theme.ts';

afterEach(() => {
  vi.restoreAllMocks();
  localStorage.clear();
  sessionStorage.clear();
  delete document.documentElement.dataset.theme;
});

const full = () => {
  throw new DOMException('The quota has been exceeded.', 'QuotaExceededError');
};

describe('where the storage takes nothing more', () => {
  it('the portal works, and remembers for as long as it is open', () => {
    vi.spyOn(Storage.prototype, 'setItem').mockImplementation(full);
    notePerson('one@example.com');
    expect(notedPerson()).toBe('one@example.com');
    const two = ['acme', 'globex'].map(
      (tenant) => ({ tenant, name: tenant, role: 'admin', status: 'active' }) as const,
    );
    rememberTenant('globex');
    expect(startOf(two, false)).toBe('/t/globex');
    expect([nextTheme(), nextTheme(), theme()]).toEqual(['light', 'dark', 'dark']);
    expect(document.documentElement.dataset.theme).toBe('dark');
    turnShortcuts(false);
    expect(areShortcutsOn()).toBe(false);
    turnShortcuts(true);
    expect(areShortcutsOn()).toBe(true);
    keepTicket('acme', 'INC-1');
    expect(lastTicket('acme', null)).toBe('INC-1');
  });
});

describe('where there is no storage at all', () => {
  const none = (): Storage => {
    throw new DOMException('Access is denied for this document.', 'SecurityError');
  };

  it('what is written is read again, and what is forgotten is gone', () => {
    const memory = new Memory(none);
    expect(memory.read('a')).toBeNull();
    memory.write('a', '1');
    memory.write('b', '2');
    expect([memory.read('a'), memory.keys()]).toEqual(['1', ['a', 'b']]);
    memory.forget('a');
    expect([memory.read('a'), memory.keys()]).toEqual([null, ['b']]);
  });
});

it('what could not be forgotten is not read again, because the next person is somebody else', () => {
  const memory = new Memory(() => localStorage);
  memory.write('a', '1');
  vi.spyOn(Storage.prototype, 'removeItem').mockImplementation(full);
  memory.forget('a');
  expect(memory.read('a')).toBeNull();
  memory.write('a', '2');
  expect([memory.read('a'), localStorage.getItem('a')]).toEqual(['2', '2']);
});
