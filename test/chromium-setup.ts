// Before each test file in the browser: the page is as slow as `npm run test:busy` wants it.
import { inject } from 'vitest';
import { cdp } from 'vitest/browser';

declare module 'vitest' {
  interface ProvidedContext {
    slowBrowser: number;
  }
}

const rate = inject('slowBrowser');
if (rate > 1) await cdp().send('Emulation.setCPUThrottlingRate', { rate });
