import { LitElement } from 'lit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Live } from './live.ts';

class Listening extends LitElement {
  live = new Live(this, () => 'acme', { changed() {}, resync() {} });
}
customElements.define('listening-element', Listening);

const Real = window.WebSocket;
let origin: HTMLMetaElement;
beforeEach(() => {
  origin = Object.assign(document.createElement('meta'), { name: 'api-origin', content: location.origin });
  document.head.append(origin);
});
afterEach(() => {
  vi.useRealTimers();
  window.WebSocket = Real;
  origin.remove();
  document.body.replaceChildren();
});

it('opens nothing for a host that was taken out before its update came, because nobody would ever close it', async () => {
  const opened: WebSocket[] = [];
  window.WebSocket = class extends Real {
    constructor(url: string | URL) {
      super(url);
      opened.push(this);
    }
  };
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
});

describe('a socket through which nothing comes', () => {
  /** The middlebox lets it be opened, swallows what is sent, and never closes it. */
  class Swallowing extends EventTarget {
    static readonly OPEN = 1;
    static last: Swallowing;
    readonly readyState = Swallowing.OPEN;
    readonly sent: string[] = [];
    onmessage: ((event: { data: string }) => void) | null = null;
    onclose = null;
    constructor() {
      super();
      Swallowing.last = this;
    }
    send(text: string): void {
      this.sent.push(text);
    }
    close(): void {}
  }
  const listening = async (): Promise<Listening> => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
    window.WebSocket = Swallowing as unknown as typeof WebSocket;
    const host = document.createElement('listening-element') as Listening;
    document.body.append(host);
    await host.updateComplete;
    return host;
  };
  const greet = () => Swallowing.last.onmessage?.({ data: '{"type":"hello","cursor":"c","resync":false}' });

  it('from the first moment on is given up and tried anew, because a scanner or proxy that keeps everything back says so to nobody', async () => {
    const { live } = await listening();
    const first = Swallowing.last;
    vi.advanceTimersByTime(29_000);
    expect(live.state).toBe('connecting');
    vi.advanceTimersByTime(2_000);
    expect(live.state).toBe('down');
    vi.advanceTimersByTime(1_000);
    expect(Swallowing.last).not.toBe(first);
    greet();
    expect(live.state).toBe('live');
  });

  it('any more, as after a PC has slept, is noticed by the answer that does not come', async () => {
    const { live } = await listening();
    greet();
    vi.advanceTimersByTime(25_000);
    expect(Swallowing.last.sent).toEqual(['ping']);
    Swallowing.last.onmessage?.({ data: 'pong' });
    vi.advanceTimersByTime(25_000);
    expect(live.state).toBe('live');
    vi.advanceTimersByTime(10_000);
    expect(live.state).toBe('down');
  });
});
