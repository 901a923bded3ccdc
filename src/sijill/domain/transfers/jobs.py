"""Work that runs by the clock."""

from datetime import UTC, datetime

from procrastinate.contrib.django import app

from sijill.domain.access import queries as access
from sijill.domain.access.rules import REGISTER_ID
from sijill.domain.access.viewing import viewing
from sijill.domain.transfers.actions import sweep_overdue


@app.periodic(cron="*/5 * * * *")
@app.task(name="transfers.sweep_overdue", queueing_lock="transfers.sweep_overdue", pass_context=False)
def sweep(timestamp: int) -> None:
    """Every five minutes: overdue handovers become findings. The clock's own time is the door here."""
    at = datetime.fromtimestamp(timestamp, UTC)
    with viewing(REGISTER_ID):
        sweep_overdue(by=access.viewer_of(REGISTER_ID, at), at=at)
