"""Harness of the multi-process tests: real mariadbd processes over one shared medium."""

from . import paths, seed, segments
from .agents import AgentCluster
from .cluster import Cluster, Settings
from .compare import content_differences, differences, wait_same_seqno
from .failing_io import FailingIo
from .media import GaleraMedium, NoMedium, VolumeMedium
from .mounts import SmallDisk, enter_mount_namespace
from .power_loss import MODES as POWER_LOSS_MODES
from .power_loss import PowerLoss
from .report import Report, main, make_cluster
from .server import Server, ServerDied, status
from .verify_data import verify_data
from .workload import Account, Load, create_tables, verify
from .workspace import Workspace

__all__ = [
    "Account", "AgentCluster", "Cluster", "FailingIo", "GaleraMedium", "Load", "NoMedium",
    "POWER_LOSS_MODES", "PowerLoss", "Report", "Server", "ServerDied", "Settings", "SmallDisk",
    "VolumeMedium", "Workspace", "content_differences", "create_tables", "differences",
    "enter_mount_namespace", "main", "make_cluster", "paths", "seed", "segments", "status", "verify",
    "verify_data", "wait_same_seqno",
]
