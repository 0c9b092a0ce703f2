"""Harness of the multi-process tests: real mariadbd processes over one shared medium."""

from . import paths, seed, segments
from .agents import AgentCluster
from .bystander import stop_in_the_midst
from .cluster import Cluster, Settings
from .compare import content_differences, differences, wait_same_seqno
from .failing_io import FailingIo
from .held_back import await_held_back, hold_back
from .media import GaleraMedium, NoMedium, VolumeMedium
from .midway import kill_midway
from .mounts import SmallDisk, enter_mount_namespace
from .power_loss import MODES as POWER_LOSS_MODES
from .power_loss import PowerLoss
from .report import Report, main, make_cluster
from .server import Server, ServerDied, status
from .sessions import await_session
from .verify_data import verify_data
from .waiting import wait_until
from .workload import Account, Load, create_tables, verify
from .workspace import Workspace

__all__ = [
    "Account", "AgentCluster", "Cluster", "FailingIo", "GaleraMedium", "Load", "NoMedium",
    "POWER_LOSS_MODES", "PowerLoss", "Report", "Server", "ServerDied", "Settings", "SmallDisk",
    "VolumeMedium", "Workspace", "await_held_back", "await_session", "content_differences", "create_tables",
    "differences", "enter_mount_namespace", "hold_back", "kill_midway", "main", "make_cluster", "paths", "seed",
    "segments", "status", "stop_in_the_midst", "verify", "verify_data", "wait_same_seqno", "wait_until",
]
