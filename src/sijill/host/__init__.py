"""The floor that knows the machine: the data folder, the PostgreSQL cluster, the processes.

Imports nothing else of sijill and no Django. What other rooms may use is listed here.
"""

from sijill.host.children import Child
from sijill.host.errors import HostError
from sijill.host.register import Endpoints, Register, open_register
from sijill.host.supervisor import port_is_free, stop_serving, supervise
from sijill.host.throwaway import throwaway_register

__all__ = [
    "Child",
    "Endpoints",
    "HostError",
    "Register",
    "open_register",
    "port_is_free",
    "stop_serving",
    "supervise",
    "throwaway_register",
]
