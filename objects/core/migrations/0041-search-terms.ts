import type { Migration } from '../migration.ts';

export const m0041: Migration = {
  id: 41,
  name: 'the trigrams of the search, by their beginning',
  // A view of the search's own index: it stores nothing, and nothing is written for it.
  statements: "CREATE VIRTUAL TABLE search_terms USING fts5vocab ('search', 'row');",
};
