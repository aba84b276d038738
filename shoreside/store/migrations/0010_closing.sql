-- Where the channels of a vessel stood after a batch to which the ship may chain later ones: whichever process gets such
-- a later batch can read it. Written in the batch's own transaction; the oldest of a vessel go with the newest.
CREATE TABLE closing (
    vessel_id smallint NOT NULL REFERENCES vessel,
    epoch bigint NOT NULL,
    seq bigint NOT NULL,
    state bytea NOT NULL,
    PRIMARY KEY (vessel_id, epoch, seq)
);
