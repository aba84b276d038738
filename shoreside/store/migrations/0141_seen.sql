-- What consoles showed and were told, so that a replay can be what an operator saw. Kept as long as samples are: a screen
-- without the values of then shows nothing.

CREATE TABLE screen (
    time timestamptz NOT NULL,
    socket text NOT NULL,                  -- one connection of one console
    person text NOT NULL,
    console text NOT NULL,
    session text NOT NULL,
    vessel text,                           -- whose view; NULL: of none
    view text NOT NULL,                    -- '' : the console was closed
    palette text NOT NULL,
    language text NOT NULL,
    hidden boolean NOT NULL
);
CREATE INDEX screen_by_time ON screen (time);

CREATE TABLE heard (
    vessel text NOT NULL,
    since timestamptz NOT NULL,
    through timestamptz NOT NULL,          -- up to here the row holds
    last timestamptz NOT NULL,             -- arrival of the last heartbeat
    gap_ms integer NOT NULL,
    status jsonb NOT NULL,
    PRIMARY KEY (vessel, since)
);
CREATE INDEX heard_by_time ON heard (since);

-- When a batch reached the station, not when it could be committed: while the database is away consoles see it all the same.
COMMENT ON COLUMN batch_ledger.received IS 'when it reached the station, by the station''s clock';
-- Rows are added about in the order of their times, so that a few bytes per page find them.
CREATE INDEX batch_ledger_by_time ON batch_ledger USING brin (last_time) WITH (pages_per_range = 16, autosummarize = on);
