-- When which catalogue of a vessel was in force, by the times of the samples that came with it: history is described with the
-- catalogue that its samples were made with, not with today's. By day, so that a catalogue that comes back does not seem to
-- have been in force all the while.
CREATE TABLE catalogue_use (
    vessel_id smallint NOT NULL REFERENCES vessel,
    hash text NOT NULL,
    day date NOT NULL,
    first_time timestamptz NOT NULL,
    last_time timestamptz NOT NULL,
    PRIMARY KEY (vessel_id, hash, day)
);
CREATE INDEX catalogue_use_by_day ON catalogue_use (vessel_id, day);
