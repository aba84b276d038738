-- Who may read every table (Grafana's role does) sees no row of what opens a session, answers for a second factor or signs. Row
-- security without a policy hides them all from everybody but the tables' owner, whose account the station has.
ALTER TABLE person ENABLE ROW LEVEL SECURITY;
ALTER TABLE session ENABLE ROW LEVEL SECURITY;
ALTER TABLE api_token ENABLE ROW LEVEL SECURITY;
ALTER TABLE passkey ENABLE ROW LEVEL SECURITY;
ALTER TABLE challenge ENABLE ROW LEVEL SECURITY;
ALTER TABLE ticket ENABLE ROW LEVEL SECURITY;
ALTER TABLE login_attempt ENABLE ROW LEVEL SECURITY;
ALTER TABLE station_key ENABLE ROW LEVEL SECURITY;
