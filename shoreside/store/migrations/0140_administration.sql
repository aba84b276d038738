-- What was done about other people's access, and which processes the station consists of.
CREATE TABLE admin_act (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    time timestamptz NOT NULL DEFAULT now(),
    person text NOT NULL,                  -- who did it; at the station's own computer its user
    role text NOT NULL,                    -- as the person had it then; 'station': by hand or by the people file
    what text NOT NULL,
    whom text NOT NULL,                    -- person or vessel
    detail text NOT NULL
);
CREATE INDEX admin_act_by_time ON admin_act (time);

-- Each process says every 10 s that it is there and what it had to refuse or lose since its start.
CREATE TABLE station_process (
    name text PRIMARY KEY,
    role text NOT NULL,
    version text NOT NULL,
    started timestamptz NOT NULL,
    seen timestamptz NOT NULL DEFAULT now(),
    faults jsonb NOT NULL,
    figures jsonb NOT NULL
);

-- Rosters and grants are a few among millions of events.
CREATE INDEX event_roster ON event (vessel_id, time) WHERE kind = 'roster';
