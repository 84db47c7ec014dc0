// A certificate for a test's host names, made by openssl for the occasion: its key never leaves a temporary folder.
import { execFileSync } from 'node:child_process';
import { createHash, createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';

export type Certificate = {
  file: string;
  key: Buffer;
  cert: Buffer;
  /** Of its public key, as Chromium's list of exceptions takes it. */
  spki: string;
};

/** Makes one for these names (`*.example.com` stands for one level), good for two days. */
export function makeCertificate(folder: string, names: readonly string[]): Certificate {
  const [keyFile, file] = [path.join(folder, 'key.pem'), path.join(folder, 'cert.pem')];
  const alternatives = `subjectAltName=${names.map((name) => `DNS:${name}`).join(',')}`;
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  const out = ['-keyout', keyFile, '-out', file, '-days', '2', '-subj', '/CN=stand-in', '-addext', alternatives];
  execFileSync('openssl', ['req', '-x509', ...curve, ...out], { stdio: 'pipe' });
  const cert = readFileSync(file);
  const der = createPublicKey(cert).export({ type: 'spki', format: 'der' });
  return { file, key: readFileSync(keyFile), cert, spki: createHash('sha256').update(der).digest('base64') };
}
