// Three kinds of test, one run: objects and worker in real workerd, the rest in Node, and the vault in Chromium as well.
import path from 'node:path';
import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-pool-workers';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { CHROMIUM_ARGS } from './test/support/chromium-args.ts';
import { TEST_MS } from './test/support/limit.ts';
import { startReceiver } from './test/support/receiver.ts';
import { startIssuer } from './test/workerd/issuer.ts';

const root = import.meta.dirname;
const PATIENCE = { testTimeout: TEST_MS, hookTimeout: TEST_MS };
/** Key derivation, each input once: in workerd, which compiles no WebAssembly, by the same RFC in JavaScript. */
const argon2idBy = (file: string) => ({
  alias: [{ find: /^hash-wasm$/, replacement: path.join(root, 'test/support', file) }],
});

export default defineConfig({
  test: {
    silent: 'passed-only',
    projects: [
      {
        plugins: [
          cloudflareTest(async () => {
            const issuer = await startIssuer();
            const receiver = await startReceiver();
            return {
              wrangler: { configPath: './wrangler.toml' },
              miniflare: {
                r2Buckets: ['BACKUP'],
                bindings: {
                  TEST_RECEIVER: receiver.origin,
                  // For objects/core/upgrades.test.ts.
                  UPGRADE_FULL: process.env.UPGRADE_FULL ?? '',
                  // For objects/tokens/provisioning-day.test.ts.
                  WHOLE_DAY: process.env.WHOLE_DAY ?? '',
                  TEST_MIGRATIONS: await readD1Migrations(path.join(root, 'schema/d1')),
                  TEST_ACCESS_KEY: JSON.stringify(issuer.privateJwk),
                  ACCESS_TEAM_DOMAIN: issuer.origin,
                  ACCESS_AUD: 'test-audience',
                  PORTAL_ORIGIN: 'http://localhost:8788',
                  OPERATOR_EMAILS: 'operator@example.com',
                },
              },
            };
          }),
        ],
        resolve: argon2idBy('argon2id.ts'),
        test: {
          ...PATIENCE,
          name: 'workerd',
          include: ['worker', 'objects', 'test/conformance', 'test/vectors'].map((room) => `${room}/**/*.test.ts`),
          setupFiles: ['./test/workerd/setup.ts'],
          isolate: false,
        },
      },
      {
        resolve: argon2idBy('hash-wasm.ts'),
        test: {
          ...PATIENCE,
          name: 'node',
          environment: 'node',
          include: [
            'schema',
            'engine',
            'dev',
            'portal/vault',
            'portal/recover',
            'portal/build',
            'test/support',
            'test/vectors',
          ].map((room) => `${room}/**/*.test.ts`),
        },
      },
      {
        resolve: argon2idBy('hash-wasm.ts'),
        optimizeDeps: {
          include: [
            '@noble/ciphers/chacha.js',
            '@noble/hashes/sha2.js',
            '@noble/hashes/utils.js',
            '@scure/base',
            'canonicalize',
            'hash-wasm/dist/index.esm.js',
            'jose',
            'qr',
            'zod',
            '@lit/task',
            'comlink',
            'lit',
            'lit/decorators.js',
            'lit/directive.js',
            'lit/directives/guard.js',
            'lit/directives/keyed.js',
            'lit/directives/live.js',
            'lit/directives/repeat.js',
          ],
        },
        test: {
          ...PATIENCE,
          name: 'chromium',
          // As in test/support/browser.ts: `npm run test:busy` slows each page down.
          provide: { slowBrowser: Number(process.env.SLOW_BROWSER ?? 1) },
          setupFiles: ['./test/chromium-setup.ts'],
          include: ['portal/vault', 'portal/src', 'test/vectors'].map((room) => `${room}/**/*.test.ts`),
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({ launchOptions: { executablePath: process.env.CHROMIUM, args: CHROMIUM_ARGS } }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
    ],
  },
});
