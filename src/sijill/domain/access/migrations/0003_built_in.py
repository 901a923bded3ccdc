"""The two users that are part of the register: itself, and the auditor who sees counts only. Neither can sign in."""

from django.db import migrations

SQL = """
create policy access_user_owner on access_user to current_user using (true) with check (true);
insert into access_user (id, password, username, name, language, is_active) values
  ('00000000-0000-4000-8000-000000000001', '!', 'register', 'The register', 'en', false),
  ('00000000-0000-4000-8000-000000000002', '!', 'auditor', 'The built-in auditor', 'en', false);
"""


class Migration(migrations.Migration):
    """Inserts the built-in users."""

    dependencies = [("access", "0002_walls")]
    operations = [migrations.RunSQL(SQL, "delete from access_user where username in ('register', 'auditor')")]
