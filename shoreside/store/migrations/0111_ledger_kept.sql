-- When an entry was written ashore. It stands beside the chain, not in it: for reading, for the shore's own acts hold no time.
ALTER TABLE ledger ADD COLUMN kept timestamptz;
ALTER TABLE ledger ALTER COLUMN kept SET DEFAULT now();
