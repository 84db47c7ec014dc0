// By itself, because the list of migrations and its entries would import each other.
/** One step of the object's schema. `statements` run once in each object, with its next call. */
export type Migration = { id: number; name: string; statements: string };
