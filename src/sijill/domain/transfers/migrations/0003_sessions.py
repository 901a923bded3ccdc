"""A paper too is entered in a signing session. Papers entered before stay as they are: statements never change."""

from django.db import migrations

IN_SESSION = "alter table transfers_statement add constraint statement_in_session check (session is not null) not valid"


class Migration(migrations.Migration):
    """Every statement from now on names the session in which it was signed or entered."""

    dependencies = [("transfers", "0002_walls")]
    operations = [migrations.RunSQL(IN_SESSION, "alter table transfers_statement drop constraint statement_in_session")]
