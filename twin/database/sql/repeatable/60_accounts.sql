-- Sign-in and users. Tables of secrets are nobody's; each function does one thing and says who may call it.

-- A sign-in is counted before its password is looked at, so that guesses made at once count each.
CREATE OR REPLACE FUNCTION twin.begin_sign_in(asked text) RETURNS text
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    UPDATE twin.account AS a
    SET failed = b.tries,
        locked_until = CASE WHEN b.tries >= 5 THEN clock_timestamp() + interval '15 minutes' END
    FROM (SELECT name, CASE WHEN locked_until IS NULL THEN failed ELSE 0 END + 1 AS tries
          FROM twin.account WHERE name = asked FOR UPDATE) AS b
    WHERE a.name = b.name AND NOT disabled AND (locked_until IS NULL OR locked_until <= clock_timestamp())
    RETURNING secret
$$;

-- The secret that was held against the password is given back: it may have been changed meanwhile.
CREATE OR REPLACE FUNCTION twin.open_session(asked text, verified text, new_token bytea) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE twin.account SET failed = 0, locked_until = NULL
    WHERE name = asked AND secret = verified AND NOT disabled;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    DELETE FROM twin.session WHERE expires_at <= now() OR last_seen <= now() - interval '8 hours';
    INSERT INTO twin.session (token, account, expires_at) VALUES (new_token, asked, now() + interval '7 days');
    RETURN true;
END
$$;

-- Being seen renews a session, once a minute: reading a map asks hundreds of times.
CREATE OR REPLACE FUNCTION twin.session_of(asked bytea) RETURNS TABLE (name text, role text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN QUERY
    SELECT a.name, a.role FROM twin.session AS s JOIN twin.account AS a ON a.name = s.account
    WHERE s.token = asked AND NOT a.disabled
        AND s.expires_at > now() AND s.last_seen > now() - interval '8 hours';
    IF FOUND THEN
        UPDATE twin.session SET last_seen = now() WHERE token = asked AND last_seen < now() - interval '1 minute';
    END IF;
END
$$;

CREATE OR REPLACE FUNCTION twin.close_session(asked bytea) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DELETE FROM twin.session WHERE token = asked
$$;

-- Roles that we made carry this remark; a role of anybody else's is never touched.
CREATE OR REPLACE FUNCTION twin.login_mark() RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT 'signs in to the twin in the database ' || current_database()
$$;

CREATE OR REPLACE FUNCTION twin.is_our_login(asked text) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT FROM pg_roles
                   WHERE rolname = asked AND shobj_description(oid, 'pg_authid') = twin.login_mark())
$$;

-- What a login may: nothing while its account is disabled, else what its role may.
CREATE OR REPLACE FUNCTION twin.fit_login(asked text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    kept twin.account;
    each text;
BEGIN
    SELECT * INTO STRICT kept FROM twin.account WHERE name = asked;
    FOREACH each IN ARRAY ARRAY['viewer', 'editor', 'steward', 'admin'] LOOP
        IF each = kept.role AND NOT kept.disabled THEN
            EXECUTE format('GRANT %I TO %I', 'twin_' || each, asked);
        ELSE
            EXECUTE format('REVOKE %I FROM %I', 'twin_' || each, asked);
        END IF;
    END LOOP;
    EXECUTE format('ALTER ROLE %I %s', asked, CASE WHEN kept.disabled THEN 'NOLOGIN' ELSE 'LOGIN' END);
    IF kept.disabled AND (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
        PERFORM pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = asked;
    END IF;
END
$$;

-- False where the owner of the twin may not make roles. The password comes as a SCRAM verifier, never as it is.
CREATE OR REPLACE FUNCTION twin.keep_login(asked text, verifier text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF verifier NOT LIKE 'SCRAM-SHA-256$%' OR NOT EXISTS (SELECT FROM twin.account WHERE name = asked) THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = 'a login needs an account and a verifier';
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = asked) THEN
        EXECUTE format('CREATE ROLE %I NOSUPERUSER NOCREATEDB NOCREATEROLE INHERIT', asked);
        EXECUTE format('COMMENT ON ROLE %I IS %L', asked, twin.login_mark());
    ELSIF NOT twin.is_our_login(asked) THEN
        RAISE EXCEPTION USING ERRCODE = 'duplicate_object', MESSAGE = 'a role of that name is not ours';
    END IF;
    EXECUTE format('ALTER ROLE %I PASSWORD %L', asked, verifier);
    PERFORM twin.fit_login(asked);
    RETURN true;
EXCEPTION WHEN insufficient_privilege THEN
    RETURN false;
END
$$;

CREATE OR REPLACE FUNCTION twin.keep_account(asked text, new_role text, new_secret text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO twin.account (name, role, secret, made_by)
    VALUES (asked, new_role, new_secret, twin.editor())
$$;

CREATE OR REPLACE FUNCTION twin.change_secret(asked text, new_secret text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    DELETE FROM twin.session WHERE account = asked;
    UPDATE twin.account SET secret = new_secret, failed = 0, locked_until = NULL WHERE name = asked;
    RETURN FOUND;
END
$$;

CREATE OR REPLACE FUNCTION twin.switch_account(asked text, is_on boolean) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    DELETE FROM twin.session WHERE account = asked;
    UPDATE twin.account SET disabled = NOT is_on, failed = 0, locked_until = NULL WHERE name = asked;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    IF twin.is_our_login(asked) THEN
        PERFORM twin.fit_login(asked);
    END IF;
    RETURN true;
END
$$;

CREATE OR REPLACE VIEW twin.people AS
SELECT a.name, a.role, a.disabled, a.locked_until > now() IS TRUE AS locked, a.made_at, a.made_by,
    twin.is_our_login(a.name) AS has_login,
    (SELECT max(s.last_seen) FROM twin.session AS s WHERE s.account = a.name) AS last_seen
FROM twin.account AS a;
COMMENT ON VIEW twin.people IS 'Users without their secrets, for admins.';

REVOKE EXECUTE ON FUNCTION twin.begin_sign_in, twin.open_session, twin.session_of, twin.close_session, twin.login_mark,
    twin.is_our_login, twin.fit_login, twin.keep_login, twin.keep_account, twin.change_secret, twin.switch_account,
    twin.mark_layer FROM PUBLIC;
GRANT EXECUTE ON FUNCTION twin.begin_sign_in, twin.open_session, twin.session_of, twin.close_session TO twin_gate;
GRANT EXECUTE ON FUNCTION twin.keep_login, twin.keep_account, twin.change_secret, twin.switch_account, twin.login_mark,
    twin.is_our_login TO twin_admin;
GRANT SELECT ON twin.people TO twin_admin;
