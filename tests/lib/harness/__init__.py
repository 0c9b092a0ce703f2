"""Harness of the multi-process tests: real mariadbd processes over one shared medium."""

from .cluster import Cluster, Settings
from .compare import differences, wait_same_seqno
from .media import GaleraMedium, NoMedium, VolumeMedium
from .report import Report, main, make_cluster
from .server import Server, ServerDied, status
from .workspace import Workspace

__all__ = [
    "Cluster", "GaleraMedium", "NoMedium", "Report", "Server", "ServerDied", "Settings",
    "VolumeMedium", "Workspace", "differences", "main", "make_cluster", "status",
    "wait_same_seqno",
]
