import { LitElement } from 'lit';
import { expect, it, vi } from 'vitest';
import type { Membership } from '../../../schema/person.ts';
import { KEYS_MADE, Standing } from './standing.ts';

it('asks how the tenant stands at once when its keys were made here, so that no page says that there are none', async () => {
  class Host extends LitElement {
    standing = new Standing(this);
  }
  customElements.define('standing-host', Host);
  const host = document.createElement('standing-host') as Host;
  document.body.append(host);
  const asked = () => performance.getEntriesByType('resource').filter(({ name }) => name.includes('/overview')).length;
  host.standing.look({ tenant: 'acme', role: 'admin' } as Membership, 'set-up');
  await vi.waitFor(() => expect(asked()).toBe(1));
  window.dispatchEvent(new Event(KEYS_MADE));
  await vi.waitFor(() => expect(asked()).toBe(2));
  host.remove();
});
