// The parts of tests in workerd, under the one name they import: each noun has its file.

export * from './workerd/keyring-writes.ts';
export * from './workerd/keyrings.ts';
export * from './workerd/live.ts';
export * from './workerd/pcs.ts';
export * from './workerd/requests.ts';
export * from './workerd/secrets.ts';
export * from './workerd/storage.ts';
export * from './workerd/tenants.ts';
