-- Alerts with their decision aid, and the history of each: who answered, what became of it (ALT-07).
ALTER TABLE alert ADD COLUMN advice text NOT NULL DEFAULT '', ADD COLUMN sounds integer NOT NULL DEFAULT 1,
    ADD COLUMN is_escalated boolean NOT NULL DEFAULT false, ADD COLUMN person text NOT NULL DEFAULT '';

-- Kept for ever, as orders are: a few a day.
CREATE TABLE alert_change (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    vessel text NOT NULL,
    time timestamptz NOT NULL,
    source text NOT NULL,
    alert_id text NOT NULL,
    text text NOT NULL,
    priority text NOT NULL,
    category text NOT NULL,
    state text NOT NULL,
    person text NOT NULL
);
CREATE INDEX alert_change_by_time ON alert_change (vessel, time);
