-- Drills (control/drill.py): what the ship has told of them are events; this finds the ended ones of a vessel, newest first.
CREATE INDEX event_drill ON event (vessel_id, time DESC) WHERE kind = 'drill' AND body ->> 'state' = 'ended';
