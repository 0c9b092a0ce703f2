"""Harness of the multi-process tests: real mariadbd processes over one shared medium."""

from .cluster import Cluster, Settings
from .compare import differences, wait_same_seqno
from .media import GaleraMedium, NoMedium, VolumeMedium
from .report import Report, main, make_cluster
from .server import Server, ServerDied, status
from .workload import Account, Load, create_tables, verify
from .workspace import Workspace

__all__ = [
    "Account", "Cluster", "GaleraMedium", "Load", "NoMedium", "Report", "Server", "ServerDied", "Settings",
    "VolumeMedium", "Workspace", "create_tables", "differences", "main", "make_cluster", "status",
    "verify", "wait_same_seqno",
]
