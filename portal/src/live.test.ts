import { LitElement } from 'lit';
import { expect, it } from 'vitest';
import { Live } from './live.ts';

class Listening extends LitElement {
  live = new Live(this, () => 'acme', { changed() {}, resync() {} });
}
customElements.define('listening-element', Listening);

it('opens nothing for a host that was taken out before its update came, because nobody would ever close it', async () => {
  const origin = Object.assign(document.createElement('meta'), { name: 'api-origin', content: location.origin });
  document.head.append(origin);
  const opened: WebSocket[] = [];
  const Real = window.WebSocket;
  window.WebSocket = class extends Real {
    constructor(url: string | URL) {
      super(url);
      opened.push(this);
    }
  };
  try {
    const host = document.createElement('listening-element') as Listening;
    document.body.append(host);
    host.remove();
    await host.updateComplete;
    expect(opened).toHaveLength(0);
    document.body.append(host);
    host.requestUpdate();
    await host.updateComplete;
    expect(opened).toHaveLength(1);
    host.requestUpdate();
    host.remove();
    await host.updateComplete;
    expect(opened).toHaveLength(1);
    expect(opened[0]?.readyState).toBeGreaterThanOrEqual(WebSocket.CLOSING);
  } finally {
    window.WebSocket = Real;
    origin.remove();
  }
});
