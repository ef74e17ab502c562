-- Who may sign in, and who is signed in. Nobody is granted these tables: functions are the only way to them.

CREATE TABLE twin.account (
    name text PRIMARY KEY CHECK (name ~ '^[a-z][a-z0-9_.-]{1,39}$' AND name !~ '^(postgres$|twin|pg_)'),
    role text NOT NULL CHECK (role IN ('viewer', 'editor', 'steward', 'admin')),
    secret text NOT NULL CHECK (secret LIKE '$argon2id$%'),
    disabled boolean NOT NULL DEFAULT false,
    failed integer NOT NULL DEFAULT 0,
    locked_until timestamptz,
    made_at timestamptz NOT NULL DEFAULT now(),
    made_by text NOT NULL
);
COMMENT ON TABLE twin.account IS 'People who may sign in. They are disabled, never removed: history names them.';
COMMENT ON COLUMN twin.account.secret IS 'Hash of the password, by Argon2id.';
COMMENT ON COLUMN twin.account.failed IS 'Sign-ins begun since the last one that succeeded.';

CREATE TABLE twin.session (
    token bytea PRIMARY KEY CHECK (length(token) = 32),
    account text NOT NULL REFERENCES twin.account ON DELETE CASCADE,
    made_at timestamptz NOT NULL DEFAULT now(),
    last_seen timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL
);
CREATE INDEX ON twin.session (account);
COMMENT ON COLUMN twin.session.token IS 'SHA-256 of what the browser holds, which is kept nowhere.';
