// Where a webhook may go: a public host over HTTPS, and nowhere inside.
import { describe, expect, it } from 'vitest';
import { webhookUrl, webhookUrlFault } from './webhook-url.ts';

const HOUSE = { PORTAL_ORIGIN: 'https://portal.msp.example.com', API_ORIGIN: 'https://api.msp.example.com' };
const LOCAL = { PORTAL_ORIGIN: 'http://localhost:8788', API_ORIGIN: 'http://localhost:8789' };

describe('a webhook’s URL', () => {
  it.each([
    'https://hooks.example.com/totl',
    'https://hooks.example.com:443/totl?key=1',
    'https://hooks.example.com./totl',
    'https://tickets.msp.example.com/',
    'https://ticket.msp.co.uk',
    'https://xn--bcher-kva.example.net/',
  ])('%s may be one', (url) => {
    expect(webhookUrlFault(url, HOUSE)).toBeNull();
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
    ['https://127.0.0.1./', 'address'],
    ['https://hooks.example.com:8443/', '443'],
    ['https://hooks.example.com:22/', '443'],
    ['https://hooks.example.com:80/', '443'],
    ['https://localhost../', 'public internet'],
    ['https://printer.local./', 'public internet'],
    ['https://a..example.com/', 'public internet'],
    ['https://portal.msp.example.com/', 'this installation'],
    ['https://API.msp.example.com./v1/report', 'this installation'],
    ['https://preview.portal.msp.example.com/', 'this installation'],
    ['https://localhost/', 'public internet'],
    ['https://localhost./', 'public internet'],
    ['https://intranet/', 'public internet'],
    ['https://printer.local/', 'public internet'],
    ['https://metadata.google.internal/', 'public internet'],
    ['https://nas.home.arpa/', 'public internet'],
    ['http://localhost:9000/', 'https'],
  ])('%s may not, because it must be or name %s', (url, word) => {
    expect(webhookUrlFault(url, HOUSE)).toContain(word);
  });

  it('may be http on localhost only where the portal itself is, because that is somebody’s own machine', () => {
    expect(webhookUrlFault('http://localhost:9000/hook', LOCAL)).toBeNull();
    expect(webhookUrlFault('https://localhost:9000/hook', LOCAL)).toBeNull();
    expect(webhookUrlFault('http://127.0.0.1:9000/hook', LOCAL)).not.toBeNull();
    expect(webhookUrlFault('http://user@localhost:9000/hook', LOCAL)).not.toBeNull();
    expect(webhookUrlFault('http://printer:9000/hook', LOCAL)).not.toBeNull();
  });

  it('is kept without a dot after its host, because that is the same host under another name', () => {
    expect(webhookUrl('https://hooks.example.com./totl?a=1')).toBe('https://hooks.example.com/totl?a=1');
    expect(webhookUrl('https://hooks.example.com/totl?a=%7e')).toBe('https://hooks.example.com/totl?a=%7e');
  });
});
