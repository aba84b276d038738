-- Which source each channel is taken from is told by events of this kind: a starting station reads those since the last birth.
CREATE INDEX event_source ON event (vessel_id, time DESC) WHERE kind = 'source';
