-- The first tables. Forward only: a later change is a new file, never an edit of this one.

CREATE TABLE vessel (
    id smallint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    slug text NOT NULL UNIQUE,
    public_key bytea,                      -- pinned on first sight where the configuration names none
    birth bytea,                           -- last birth message, as it came
    birth_time timestamptz
);

CREATE TABLE catalogue (
    vessel_id smallint NOT NULL REFERENCES vessel,
    hash text NOT NULL,
    first_seen timestamptz NOT NULL,
    birth bytea NOT NULL,
    PRIMARY KEY (vessel_id, hash)
);

CREATE TABLE channel (
    id smallint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    short_id text NOT NULL UNIQUE
);

-- One row per sample. value is NULL exactly where the quality says there is none.
CREATE TABLE sample (
    vessel_id smallint NOT NULL,
    channel_id smallint NOT NULL,
    time timestamptz NOT NULL,
    value double precision,
    quality smallint NOT NULL
) PARTITION BY RANGE (time);
CREATE TABLE sample_undated PARTITION OF sample DEFAULT; -- days that have no partition of their own
CREATE INDEX sample_by_channel ON sample (vessel_id, channel_id, time);

CREATE TABLE text_sample (
    vessel_id smallint NOT NULL,
    channel_id smallint NOT NULL,
    time timestamptz NOT NULL,
    value text NOT NULL,
    quality smallint NOT NULL
);
CREATE INDEX text_sample_by_channel ON text_sample (vessel_id, channel_id, time);

CREATE TABLE position (
    vessel_id smallint NOT NULL,
    time timestamptz NOT NULL,
    latitude_deg double precision NOT NULL,
    longitude_deg double precision NOT NULL
);
CREATE INDEX position_by_time ON position (vessel_id, time);

CREATE TABLE ais_report (
    vessel_id smallint NOT NULL,           -- the vessel that heard it
    mmsi integer NOT NULL,
    time timestamptz NOT NULL,
    latitude_deg double precision,
    longitude_deg double precision,
    sog_kn double precision,
    cog_deg double precision,
    heading_deg double precision,
    nav_status smallint
);
CREATE INDEX ais_report_by_target ON ais_report (vessel_id, mmsi, time);

CREATE TABLE ais_target (
    vessel_id smallint NOT NULL,
    mmsi integer NOT NULL,
    time timestamptz NOT NULL,
    report jsonb NOT NULL,                 -- the last report whole, as the console shows it
    PRIMARY KEY (vessel_id, mmsi)
);

-- One row per batch makes a second delivery add nothing.
CREATE TABLE batch_ledger (
    vessel_id smallint NOT NULL,
    epoch bigint NOT NULL,
    seq bigint NOT NULL,
    samples integer NOT NULL,
    historical boolean NOT NULL,
    received timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (vessel_id, epoch, seq)
);

-- The same as ranges, so that a start need not read the whole ledger.
CREATE TABLE batch_progress (
    vessel_id smallint NOT NULL,
    epoch bigint NOT NULL,
    seqs int8multirange NOT NULL,
    PRIMARY KEY (vessel_id, epoch)
);

-- Sequences that will never come: what was lost is shown, not hidden.
CREATE TABLE gap (
    vessel_id smallint NOT NULL,
    stream text NOT NULL,                  -- 'event' and its boot id, or 'batch' and its epoch
    first_seq bigint NOT NULL,
    last_seq bigint NOT NULL,
    noticed timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (vessel_id, stream, first_seq)
);

CREATE TABLE event (
    vessel_id smallint NOT NULL,
    boot_id text NOT NULL,
    seq bigint NOT NULL,
    mono_ms bigint NOT NULL,
    time timestamptz NOT NULL,
    kind text NOT NULL,
    body jsonb NOT NULL,
    received timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (vessel_id, boot_id, seq)
);
CREATE INDEX event_by_time ON event (vessel_id, time);

-- Hash chain ashore (LED-01): hash = SHA-256(previous hash, signed envelope).
CREATE TABLE ledger (
    id bigint PRIMARY KEY,
    vessel_id smallint NOT NULL,
    boot_id text NOT NULL,
    seq bigint NOT NULL,
    signed bytea NOT NULL,
    hash bytea NOT NULL
);

CREATE TABLE order_record (
    id text PRIMARY KEY,                   -- ULID
    vessel text NOT NULL,
    kind text NOT NULL,
    args jsonb NOT NULL,
    person text NOT NULL,
    console text NOT NULL,
    signed bytea,                          -- NULL when the shore learnt of it from the vessel only
    state text NOT NULL,
    detail text NOT NULL,
    reasons jsonb NOT NULL,
    time timestamptz NOT NULL              -- of the last state
);
CREATE INDEX order_record_by_vessel ON order_record (vessel, time);

CREATE TABLE order_state (
    order_id text NOT NULL REFERENCES order_record,
    state text NOT NULL,
    time timestamptz NOT NULL,
    source text NOT NULL,                  -- 'ship' or 'shore'
    reasons jsonb NOT NULL,
    detail text NOT NULL
);
CREATE INDEX order_state_by_order ON order_state (order_id, time);

CREATE TABLE alert (
    vessel text NOT NULL,
    alert_id text NOT NULL,
    source text NOT NULL,
    text text NOT NULL,
    priority text NOT NULL,
    category text NOT NULL,
    state text NOT NULL,
    since timestamptz NOT NULL,
    PRIMARY KEY (vessel, source, alert_id)
);

CREATE TABLE person (
    name text PRIMARY KEY,
    role text NOT NULL,
    roc text NOT NULL,
    password_hash text,                    -- argon2id; NULL: cannot log in with a password
    active boolean NOT NULL DEFAULT true
);

CREATE TABLE session (
    token_hash bytea PRIMARY KEY,          -- SHA-256 of the cookie: a stolen table opens no session
    person text NOT NULL REFERENCES person ON DELETE CASCADE,
    created timestamptz NOT NULL DEFAULT now(),
    expires timestamptz NOT NULL,
    address text NOT NULL
);

CREATE TABLE api_token (
    token_hash bytea PRIMARY KEY,
    name text NOT NULL UNIQUE,
    person text NOT NULL REFERENCES person ON DELETE CASCADE,
    role text NOT NULL,
    created timestamptz NOT NULL DEFAULT now(),
    expires timestamptz
);

CREATE TABLE login_attempt (
    time timestamptz NOT NULL DEFAULT now(),
    person text NOT NULL,
    address text NOT NULL,
    result text NOT NULL
);
CREATE INDEX login_attempt_by_time ON login_attempt (time);

CREATE TABLE console_key (
    public_key bytea PRIMARY KEY,
    person text NOT NULL,
    console text NOT NULL,
    requested timestamptz NOT NULL DEFAULT now()
);

-- Bytes the Master signed, one row per version: the latest is retained at the broker.
CREATE TABLE master_word (
    vessel text NOT NULL,
    what text NOT NULL CHECK (what IN ('roster', 'grant')),
    version bigint NOT NULL,               -- of a grant: the time the shore took it
    signed bytea NOT NULL,
    taken timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (vessel, what, version)
);
