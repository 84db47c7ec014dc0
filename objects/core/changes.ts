// What changes in an object's tables, told to whoever listens for that object. A hint, given inside the transaction: the listener acts in a
// later turn and on the rows as they are then, so a transaction that is rolled back tells no lie.

export type ChangeListener = {
  /** A machine's summary may have changed. */
  machineChanged(id: string): void;
  /** This person's role has changed, or they are no longer a member. */
  personChanged(id: string): void;
  /** Somebody asks for access, or no longer does. */
  grantsChanged(): void;
  /** The tenant answers nobody from now on: it is suspended, or a backup is on its way in. */
  tenantClosed(why: 'suspended' | 'restoring'): void;
};

const listeners = new WeakMap<SqlStorage, ChangeListener>();

/** One listener an object: the later one takes the place of the earlier. */
export const listenTo = (sql: SqlStorage, listener: ChangeListener): void => {
  listeners.set(sql, listener);
};

export const listenerOf = (sql: SqlStorage): ChangeListener | undefined => listeners.get(sql);
