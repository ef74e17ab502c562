-- take_role: act with the rights of a group role until the transaction ends
SET LOCAL ROLE {role};

-- take_name: whose edits these are, until the transaction ends
SELECT set_config('twin.user', %(name)s, true);

-- begin_sign_in: count a sign-in; the hash of the password, null where nobody of that name may sign in now
SELECT twin.begin_sign_in(%(name)s) AS secret;

-- open_session: sign in, if the hash is still the one that was verified
SELECT twin.open_session(%(name)s, %(secret)s, %(token)s) AS opened;

-- session_of: who is signed in by a token, which is renewed by it
SELECT name, role FROM twin.session_of(%(token)s);

-- close_session: sign out
SELECT twin.close_session(%(token)s);

-- keep_account: a new user
SELECT twin.keep_account(%(name)s, %(role)s, %(secret)s);

-- keep_login: a role of the database that the user logs in with; false where roles may not be made
SELECT twin.keep_login(%(name)s, %(verifier)s) AS made;

-- change_secret: another password; ends the user's sessions
SELECT twin.change_secret(%(name)s, %(secret)s) AS found;

-- switch_account: enable or disable a user; ends the user's sessions
SELECT twin.switch_account(%(name)s, %(is_on)s) AS found;

-- people: all users, without secrets
SELECT name, role, disabled, locked, made_at, made_by, has_login, last_seen FROM twin.people ORDER BY name;
