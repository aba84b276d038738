-- Several processes of one station: what was kept in one process's memory and must hold for all of them.

-- A state of an order counts only where it says more than the one before it (CMD-11): the shore's "sent" may be written
-- after the ship's "received". The same table as in shoreside/orders.py; a terminal state stands for ever.
CREATE FUNCTION order_rank(state text) RETURNS integer LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE state
        WHEN 'drafted' THEN 0 WHEN 'signed' THEN 1 WHEN 'sent' THEN 2 WHEN 'UNKNOWN' THEN 3 WHEN 'received' THEN 4
        WHEN 'accepted' THEN 5 WHEN 'executing' THEN 6
        ELSE 9
    END
$$;

-- One row for each state and who said it, however many processes heard it.
DELETE FROM order_state AS later USING order_state AS first
    WHERE later.order_id = first.order_id AND later.state = first.state AND later.source = first.source
    AND (later.time, later.ctid) > (first.time, first.ctid);
CREATE UNIQUE INDEX order_state_once ON order_state (order_id, state, source);

-- A ticket is given out by one process and opens a socket of another, once.
CREATE TABLE ticket (
    token_hash bytea PRIMARY KEY,          -- SHA-256: a stolen table opens no socket
    secret_hash bytea NOT NULL,            -- names the session or token it was given to
    kind text NOT NULL CHECK (kind IN ('session', 'token')),
    public_key bytea,                      -- the console's, where it said one
    expires timestamptz NOT NULL
);
CREATE INDEX ticket_by_expiry ON ticket (expires);
