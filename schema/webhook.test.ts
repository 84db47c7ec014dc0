// Where a webhook may go: a public host over HTTPS, and nowhere inside.
import { describe, expect, it } from 'vitest';
import { webhookUrlFault } from './webhook.ts';

describe('a webhook’s URL', () => {
  it.each([
    'https://hooks.example.com/totl',
    'https://hooks.example.com:8443/totl?key=1',
    'https://ticket.msp.co.uk',
    'https://xn--bcher-kva.example.net/',
  ])('%s may be one', (url) => {
    expect(webhookUrlFault(url, false)).toBeNull();
  });

  it.each([
    ['hooks.example.com', 'a URL'],
    ['http://hooks.example.com/', 'https'],
    ['ftp://hooks.example.com/', 'https'],
    ['https://user:pass@hooks.example.com/', 'credentials'],
    ['https://user@hooks.example.com/', 'credentials'],
    ['https://127.0.0.1/', 'address'],
    ['https://2130706433/', 'address'],
    ['https://0x7f.1/', 'address'],
    ['https://169.254.169.254/latest/meta-data', 'address'],
    ['https://8.8.8.8/', 'address'],
    ['https://[::1]/', 'address'],
    ['https://[fd00::1]:8443/', 'address'],
    ['https://localhost/', 'public internet'],
    ['https://localhost./', 'public internet'],
    ['https://intranet/', 'public internet'],
    ['https://printer.local/', 'public internet'],
    ['https://metadata.google.internal/', 'public internet'],
    ['https://nas.home.arpa/', 'public internet'],
    ['http://localhost:9000/', 'https'],
  ])('%s may not, because it must be or name %s', (url, word) => {
    expect(webhookUrlFault(url, false)).toContain(word);
  });

  it('may be http on localhost only where the portal itself is, because that is somebody’s own machine', () => {
    expect(webhookUrlFault('http://localhost:9000/hook', true)).toBeNull();
    expect(webhookUrlFault('https://localhost:9000/hook', true)).toBeNull();
    expect(webhookUrlFault('http://127.0.0.1:9000/hook', true)).not.toBeNull();
    expect(webhookUrlFault('http://user@localhost:9000/hook', true)).not.toBeNull();
    expect(webhookUrlFault('http://printer:9000/hook', true)).not.toBeNull();
  });
});
