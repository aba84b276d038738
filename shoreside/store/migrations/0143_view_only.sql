-- A session at which nobody has acted for a while only shows, until whose it is gives the password again.

ALTER TABLE session ADD COLUMN view_only boolean NOT NULL DEFAULT false;
