-- What people keep about their own account: a password of their own, a second factor, passkeys; and where they are logged in.

ALTER TABLE person
    ADD COLUMN password_own boolean NOT NULL DEFAULT false,  -- changed by the person: the people file no longer sets it
    ADD COLUMN totp_secret bytea,                            -- RFC 6238; NULL: no authenticator
    ADD COLUMN totp_step bigint NOT NULL DEFAULT 0;          -- step of the last code used: each is good once

ALTER TABLE session
    ADD COLUMN seen timestamptz NOT NULL DEFAULT now(),      -- to the minute
    ADD COLUMN device text NOT NULL DEFAULT '';              -- what the browser says it is

CREATE TABLE passkey (
    credential_id bytea PRIMARY KEY,
    person text NOT NULL REFERENCES person ON DELETE CASCADE,
    name text NOT NULL,
    public_key bytea NOT NULL,             -- COSE
    sign_count bigint NOT NULL,            -- of the authenticator; one that falls back was copied
    created timestamptz NOT NULL DEFAULT now(),
    used timestamptz
);
CREATE INDEX passkey_by_person ON passkey (person);

-- What an authenticator, or a browser with a new one, has to answer: good once.
CREATE TABLE challenge (
    challenge bytea PRIMARY KEY,
    person text NOT NULL REFERENCES person ON DELETE CASCADE,
    purpose text NOT NULL CHECK (purpose IN ('login', 'passkey', 'totp')),
    secret bytea,                          -- a TOTP secret that is not confirmed yet
    expires timestamptz NOT NULL
);
CREATE INDEX challenge_by_expiry ON challenge (expires);
