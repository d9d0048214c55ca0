from django.db import migrations


class Migration(migrations.Migration):
    """The audit log is only added to: its rows lose links to what is gone, and nothing else of them changes."""

    dependencies = [("accounts", "0003_add_audit_log")]

    operations = [
        migrations.RunSQL(
            """
            CREATE FUNCTION accounts_refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
            DECLARE links text[] := ARRAY['by_id', 'key_id', 'project_id'];
            BEGIN
                IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - links = to_jsonb(OLD) - links
                    AND coalesce(NEW.by_id, OLD.by_id) IS NOT DISTINCT FROM OLD.by_id
                    AND coalesce(NEW.key_id, OLD.key_id) IS NOT DISTINCT FROM OLD.key_id
                    AND coalesce(NEW.project_id, OLD.project_id) IS NOT DISTINCT FROM OLD.project_id
                THEN
                    RETURN NEW;
                END IF;
                RAISE EXCEPTION 'The audit log is only added to.' USING ERRCODE = 'restrict_violation';
            END $$;
            CREATE TRIGGER accounts_audit_is_kept BEFORE UPDATE OR DELETE ON accounts_auditentry
                FOR EACH ROW EXECUTE FUNCTION accounts_refuse_audit_change();
            """,
            """
            DROP TRIGGER accounts_audit_is_kept ON accounts_auditentry;
            DROP FUNCTION accounts_refuse_audit_change();
            """,
        ),
    ]
