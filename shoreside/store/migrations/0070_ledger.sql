-- The ledger ashore: also the shore's own acts, each entry with its kind and cause, and nobody edits it by a statement (LED-01).
-- Entries from before this file have no cause: their hash is SHA-256(previous hash, signed envelope). Of later ones it is that of
-- protocols.link.ledger, over number and cause as well.
ALTER TABLE ledger ADD COLUMN kind text, ADD COLUMN cause text;
CREATE INDEX ledger_by_event ON ledger (vessel_id, boot_id, seq);

CREATE FUNCTION ledger_is_for_ever() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is only ever appended to';
END $$;
CREATE TRIGGER ledger_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_for_ever();

-- Heads of vessels' ledgers to which the events ashore were found to come, with the shore's own head then (LED-02).
CREATE TABLE ledger_head (
    vessel_id smallint NOT NULL REFERENCES vessel,
    count bigint NOT NULL,
    hash bytea NOT NULL,
    shore_count bigint NOT NULL,
    shore_hash bytea NOT NULL,
    time timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (vessel_id, count)
);

-- The key with which the station signs that it has come to a vessel's head. It can move no ship: no roster names it.
CREATE TABLE station_key (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    private_key bytea NOT NULL
);
