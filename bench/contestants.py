"""What is compared: named clusters with one innodb_flush_log_at_trx_commit each.

galera-0 and galera-1 are one cluster whose flush setting is set before each point, as are single-0
and single-1; only a contestant that is compared with its own kind gets servers of its own.
"""

from harness import Cluster, GaleraMedium, NoMedium, Settings, VolumeMedium, wait_same_seqno
from sysbench import DATABASE, prepare_sysbench

_NODES = {"borealis": 2, "galera": 2, "single": 1}


class Contestant:
    def __init__(self, name: str, cluster: Cluster, flush: int, shared_with: "Contestant | None"):
        self.name = name
        self.cluster = cluster
        self.flush = flush
        self._shared_with = shared_with  # whose tables these are, too
        self.port = cluster.port

    @staticmethod
    def make_all(workspace, names: list[str], args) -> list["Contestant"]:
        """names[0] is the subject and always has servers of its own."""
        contestants, by_kind = [], {}
        for index, name in enumerate(names):
            kind, _, flush = name.partition("-")
            if kind not in _NODES or (kind != "borealis" and flush not in ("0", "1", "2")):
                raise SystemExit(f"unknown contestant '{name}': borealis, galera-N or single-N,"
                                 " N = 0, 1 or 2")
            shared = by_kind.get(kind) if index > 0 else None
            cluster = shared.cluster if shared else _start(workspace, kind, args,
                                                           f"{kind[0]}{index}-", index * 20)
            label = f"{name}'" if index > 0 and name in names[:index] else name
            contestant = Contestant(label, cluster, int(flush or 0), shared)
            contestants.append(contestant)
            if index > 0:
                by_kind.setdefault(kind, contestant)
        return contestants

    @staticmethod
    def make_subject(workspace, args, name: str, first_host: int) -> "Contestant":
        """One more of the subject, on fresh servers."""
        kind, _, flush = args.subject.partition("-")
        return Contestant(args.subject, _start(workspace, kind, args, name, first_host),
                          int(flush or 0), None)

    def stop(self):
        self.cluster.stop()

    def use(self):
        """Makes the servers this contestant's."""
        for server in self.cluster.servers:
            server.query(f"SET GLOBAL innodb_flush_log_at_trx_commit = {self.flush}")

    def prepare(self, load):
        """Fresh tables for a load, on all nodes."""
        if self._shared_with is not None:
            return
        first = self.cluster[0]
        first.query(f"DROP DATABASE IF EXISTS {DATABASE}")
        first.query(f"CREATE DATABASE {DATABASE}")
        prepare_sysbench(load, first.address, self.port)
        self.wait_drained()

    def wait_drained(self):
        """Until all nodes have applied everything: the next point starts from rest."""
        if len(self.cluster) > 1:
            wait_same_seqno(self.cluster.servers, timeout_s=300)

    def hosts(self) -> list[str]:
        return [server.address for server in self.cluster.servers]

    def rss_kib(self) -> list[int]:
        return [server.rss_kib() for server in self.cluster.servers]

    def breakdown(self) -> list[dict]:
        """What the provider says of its commits, per node; empty for others."""
        return [server.status("wsrep_borealis%") for server in self.cluster.servers]


def _start(workspace, kind: str, args, name: str, first_host: int) -> Cluster:
    medium = {"borealis": lambda: VolumeMedium(workspace.dir / f"volume-{name}"),
              "galera": GaleraMedium, "single": NoMedium}[kind]()
    settings = Settings(slave_threads=args.appliers, buffer_pool_mb=args.buffer_pool, redo_mb=256)
    return Cluster(workspace, medium, _NODES[kind], settings, name, first_host).start()
