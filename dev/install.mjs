// Makes a clone ready (packages by `npm ci` when the lock file changed; with --browser a Chromium for the tests), then runs the
// script it is given with the project's own Node. Plain JavaScript without a dependency: any Node from 20 on runs it.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const root = path.join(import.meta.dirname, '..');
const modules = path.join(root, 'node_modules');
const stamp = path.join(modules, '.installed-lock');
const INSTALL_TIMEOUT_MS = 15 * 60_000;
const PROBE_TIMEOUT_MS = 30_000;

/** Runs a command quietly; its output is shown only if it failed. */
function run(command, args, timeout = INSTALL_TIMEOUT_MS, show = true) {
  const result = spawnSync(command, args, { cwd: root, encoding: 'utf8', timeout, env: process.env });
  const ok = result.status === 0;
  if (!ok && show) process.stderr.write(`${result.stdout ?? ''}${result.stderr ?? ''}${result.error?.message ?? ''}\n`);
  return { ok, stdout: result.stdout ?? '' };
}

// With the development packages even if NODE_ENV says production: the build and the Worker's runtime are among them.
const NPM_CI = ['ci', '--no-progress', '--include=dev', '--include=optional'];

function installPackages() {
  const lock = createHash('sha256')
    .update(readFileSync(path.join(root, 'package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  console.log('Installing packages (npm ci, about half a minute) …');
  const npm = process.env.npm_execpath;
  const { ok } = npm
    ? run(process.execPath, [npm, ...NPM_CI])
    : run(process.platform === 'win32' ? 'npm.cmd' : 'npm', NPM_CI);
  if (!ok) fail('npm ci failed; its output is above.');
  writeFileSync(stamp, lock);
}

/** Browsers that people have, by platform; the first that runs is taken. */
const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
const PLACES = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe',
];

function* installedBrowsers() {
  for (const folder of (process.env.PATH ?? '').split(path.delimiter))
    for (const name of NAMES) yield path.join(folder, name);
  yield* PLACES;
}

const isExecutable = (file) => {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

const works = (file) => isExecutable(file) && run(file, ['--version'], PROBE_TIMEOUT_MS, false).ok;

const findInstalled = () => {
  for (const file of installedBrowsers()) if (works(file)) return file;
  return null;
};

/** Playwright's own build; needs the network, so it may fail and the distribution's package follows. */
function playwrightBrowser() {
  console.log("Fetching Playwright's Chromium (a minute or two; needs the network) …");
  const cli = path.join(modules, 'playwright-core', 'cli.js');
  const node = path.join(modules, '.bin', 'node');
  const runtime = existsSync(node) ? node : process.execPath;
  if (!run(runtime, [cli, 'install', 'chromium'], 5 * 60_000, false).ok) return null;
  const script = "import('playwright-core').then((p) => process.stdout.write(p.chromium.executablePath()))";
  const { stdout } = run(runtime, ['-e', script], PROBE_TIMEOUT_MS, false);
  return stdout && works(stdout) ? stdout : null;
}

const PACKAGE_MANAGERS = [
  [
    'apt-get',
    [
      ['update', '-qq'],
      ['install', '-y', '-qq', '--no-install-recommends', 'chromium', 'fonts-dejavu-core'],
    ],
  ],
  ['dnf', [['install', '-y', 'chromium']]],
  ['apk', [['add', 'chromium']]],
  ['pacman', [['-S', '--noconfirm', 'chromium']]],
];

function distributionBrowser() {
  const isRoot = process.getuid?.() === 0;
  for (const [manager, steps] of PACKAGE_MANAGERS) {
    if (!run(manager, ['--version'], PROBE_TIMEOUT_MS, false).ok) continue;
    console.log(`Installing the package chromium with ${manager} (a minute or two) …`);
    const done = steps.every(
      (args) => (isRoot ? run(manager, args) : run('sudo', ['-n', manager, ...args], INSTALL_TIMEOUT_MS, false)).ok,
    );
    if (done) return findInstalled();
  }
  return null;
}

function installBrowser() {
  const note = path.join(root, '.stand', 'chromium');
  const wanted = process.env.CHROMIUM;
  if (wanted && !works(wanted)) console.log(`CHROMIUM is ${wanted}, which does not run; looking for another browser.`);
  let browser = wanted && works(wanted) ? wanted : null;
  // The one found last time, unless CHROMIUM names another.
  if (!browser && existsSync(note) && works(readFileSync(note, 'utf8'))) return;
  browser ??= findInstalled();
  if (!browser) {
    console.log('No Chromium or Chrome found; installing one for the tests …');
    browser = playwrightBrowser() ?? distributionBrowser();
  }
  if (!browser)
    fail('No browser could be had. Install Chromium or Chrome, or set CHROMIUM to one, and run this again.');
  mkdirSync(path.dirname(note), { recursive: true });
  writeFileSync(note, browser);
}

function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}

/** From here on TypeScript runs as it is. */
const NODE_MINIMUM = [22, 18];

/** The Node that the lock file brings on Linux x64; elsewhere the system's, if it is new enough. */
function projectNode() {
  const bundled = path.join(modules, '.bin', 'node');
  if (existsSync(bundled)) return bundled;
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [needMajor, needMinor] = NODE_MINIMUM;
  if (major < needMajor || (major === needMajor && minor < needMinor))
    fail(`On this platform bring Node ${NODE_MINIMUM.join('.')} or newer; this is ${process.versions.node}.`);
  return process.execPath;
}

// A shell may remember where it found `node` before the install: so the script is started from here, not by the shell.
function runScript(script, args) {
  const child = spawn(projectNode(), [path.join(root, script), ...args], { cwd: root, stdio: 'inherit' });
  // Ctrl-C reaches the child by itself; this process only waits for it.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.on('close', (code) => process.exit(code ?? 1));
}

const args = process.argv.slice(2);
const wantsBrowser = args[0] === '--browser';
const [script, ...rest] = wantsBrowser ? args.slice(1) : args;
installPackages();
if (wantsBrowser) installBrowser();
if (script) runScript(script, rest);
