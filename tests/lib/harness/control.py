"""ControlPlane: a `borealis serve` of one test, its clients, and requests made by hand.

Needs python3-boto3 (and awscli for `aws`); not imported with the rest of the harness.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

import boto3
import botocore.auth
import botocore.awsrequest
import botocore.config
import botocore.credentials

from . import paths
from .aws_contract import Contract
from .workspace import Workspace

REGION = "us-east-1"
AWS = "/usr/bin/aws"
_END_S = 120
_WRITER_S = 300  # in a machine without KVM it takes a while


def wait_instances(rds, cluster: str, wait: dict):
    """Until all instances of the cluster are available; `wait`: as a waiter of boto3 takes it."""
    rds.get_waiter("db_instance_available").wait(
        Filters=[{"Name": "db-cluster-id", "Values": [cluster]}], WaiterConfig=wait)


def make_writer(rds, cluster: str, password: str, **more):
    """A cluster with one instance, CLUSTER-1, that serves; its endpoint. `more`: of the cluster."""
    rds.create_db_cluster(DBClusterIdentifier=cluster, Engine="aurora", EngineMode="multimaster", MasterUsername="admin",
                          MasterUserPassword=password, **more)
    rds.create_db_instance(DBInstanceIdentifier=f"{cluster}-1", DBInstanceClass="db.t3.micro", Engine="aurora",
                           DBClusterIdentifier=cluster)
    wait_instances(rds, cluster, {"Delay": 1, "MaxAttempts": _WRITER_S})
    return rds.describe_db_instances(DBInstanceIdentifier=f"{cluster}-1")["DBInstances"][0]["Endpoint"]


def ask(connection, sql: str):
    """The first row of an answer; None: it has none."""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()


class ControlPlane:
    def __init__(self, workspace: Workspace, *options: str):
        self.workspace = workspace
        self.options = options  # of `borealis serve`
        self.under = ()  # a command that becomes it, with limits say
        self.dir = workspace.dir / "serve"
        self.log_path = workspace.dir / "serve.log"
        self.addresses = [workspace.address(i) for i in range(8)]
        self.port = workspace.port(self.addresses)  # of instances
        self.listen_port = 0  # chosen by the first start, kept by the next
        self.process = None
        self._calls = 0
        self._contracts = {}
        self.contract_problems = []  # of what clients were answered
        self.answered = set()  # to which actions
        workspace.at_close(self.close)

    # --- The daemon -----------------------------------------------------------------------------
    def start(self):
        log_from = self.log_path.stat().st_size if self.log_path.exists() else 0
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                [*self.under, str(paths.binary()), "serve", f"--dir={self.dir}", f"--listen-port={self.listen_port}",
                 f"--address-base={self.addresses[0]}", f"--port={self.port}", f"--server={paths.MARIADBD}",
                 f"--provider={paths.provider()}", f"--plugin={paths.plugin()}", *self.options], stdout=log, stderr=log)
        end = time.monotonic() + _END_S
        while time.monotonic() < end:
            with open(self.log_path, encoding="utf-8", errors="replace") as log:
                log.seek(log_from)
                found = re.search(r"serving on http://127.0.0.1:(\d+)", log.read())
            if found:
                self.listen_port = int(found[1])
                return self
            if self.process.poll() is not None:
                break
            time.sleep(0.02)
        raise RuntimeError(f"borealis serve did not start:\n{self.log()}")

    def kill(self):
        """kill -9 of the daemon, and of nothing else."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        self.process.terminate()
        self.process.wait(_END_S)

    def log(self) -> str:
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.listen_port}"

    # --- Clients ----------------------------------------------------------------------------------
    def credentials(self) -> tuple[str, str]:
        text = (self.dir / "credentials").read_text()
        return (re.search(r"aws_access_key_id = (\S+)", text)[1],
                re.search(r"aws_secret_access_key = (\S+)", text)[1])

    def make_key(self, *options) -> tuple[str, str]:
        text = self.command("access-key", "create", *options).stdout
        return (re.search(r"aws_access_key_id = (\S+)", text)[1],
                re.search(r"aws_secret_access_key = (\S+)", text)[1])

    def client(self, service: str, key: tuple[str, str] | None = None):
        """A boto3 client that does not retry refusals. Each of its answers is held to the contract."""
        key_id, secret = key or self.credentials()
        made = boto3.client(service, endpoint_url=self.url, region_name=REGION, aws_access_key_id=key_id,
                            aws_secret_access_key=secret,
                            config=botocore.config.Config(retries={"total_max_attempts": 1}))
        contract = self._contracts.setdefault(service, Contract(service))

        def judge(response_dict, event_name, **_):
            if response_dict is None:
                return  # none came
            action = event_name.rsplit(".", 1)[1]
            self.answered.add(action)
            self.contract_problems += contract.problems(
                action, response_dict["status_code"], response_dict["body"].decode())

        made.meta.events.register(f"response-received.{service}", judge)
        return made

    def aws(self, *words, check=True):
        """The AWS CLI; its JSON, or with check=False what it said on standard error."""
        done = subprocess.run([AWS, "--endpoint-url", self.url, "--region", REGION, "--output", "json", *words],
                              capture_output=True, text=True, timeout=120, check=False,
                              env={**os.environ, "AWS_SHARED_CREDENTIALS_FILE": str(self.dir / "credentials"),
                                   "AWS_EC2_METADATA_DISABLED": "true"})
        if not check:
            return done.stderr
        if done.returncode != 0:
            raise RuntimeError(f"aws {' '.join(words)} ended with {done.returncode}: {done.stderr}\n{self.log()[-2000:]}")
        return json.loads(done.stdout) if done.stdout.strip() else {}

    def command(self, *words, check=True):
        """`borealis`, on this control plane's directory."""
        done = subprocess.run([str(paths.binary()), *words, f"--dir={self.dir}"], capture_output=True, text=True,
                              timeout=300, check=False)
        if check and done.returncode != 0:
            raise RuntimeError(f"borealis {' '.join(words)} ended with {done.returncode}: {done.stdout}{done.stderr}")
        return done

    def signed(self, fields: dict, service: str = "rds", key=None, when=None, region: str = REGION):
        """A signed request, not sent: (headers, body)."""
        request = botocore.awsrequest.AWSRequest(
            "POST", self.url + "/", data=fields,
            headers={"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"})
        signer = _SignerAt(botocore.credentials.Credentials(*(key or self.credentials())), service, region, when)
        signer.add_auth(request)
        prepared = request.prepare()
        body = prepared.body if isinstance(prepared.body, bytes) else (prepared.body or "").encode()
        return dict(prepared.headers.items()), body

    def send(self, headers: dict, body: bytes, path: str = "/"):
        """(status, body) of any answer."""
        request = urllib.request.Request(self.url + path, data=body, method="POST",
                                         headers={k: v.decode() if isinstance(v, bytes) else v
                                                  for k, v in headers.items() if k != "Content-Length"})
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refusal:
            return refusal.code, refusal.read().decode()

    def call(self, action: str, service: str = "rds", **fields):
        """A request made by hand, never signed like another: (status, body)."""
        self._calls += 1
        fields["Nonce"] = str(self._calls)
        version = "2016-11-15" if service == "ec2" else "2014-10-31"
        return self.send(*self.signed({"Action": action, "Version": version, **fields}, service))

    def allow_loopback(self):
        """Clusters of the default security group may be reached from this machine."""
        self.client("ec2").authorize_security_group_ingress(
            GroupName="default", IpProtocol="tcp", FromPort=self.port, ToPort=self.port, CidrIp="127.0.0.0/8")

    # --- What is on the machine ---------------------------------------------------------------------
    def processes(self, word: str = "") -> dict[int, str]:
        """Agents, servers and jobs of this control plane: pid -> command line."""
        found = {}
        for process in Path("/proc").glob("[0-9]*"):
            try:
                line = (process / "cmdline").read_bytes().decode(errors="replace").replace("\0", " ")
            except OSError:
                continue
            if f"{self.dir}/" in line and word in line and int(process.name) != os.getpid():
                found[int(process.name)] = line
        return found

    def servers(self) -> dict[int, str]:
        return {pid: line for pid, line in self.processes().items() if "--wsrep" in line}

    def cluster_directories(self) -> list[str]:
        return sorted(p.name for p in self.dir.glob("c*") if p.is_dir())

    def close(self):
        """Ends daemon, agents and servers."""
        if self.process and self.process.poll() is None:
            self.kill()
        end = time.monotonic() + _END_S
        while (pids := self.processes()) and time.monotonic() < end:
            for pid in pids:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            time.sleep(0.05)
        shutil.rmtree(self.dir / "jobs", ignore_errors=True)


class _SignerAt(botocore.auth.SigV4Auth):
    """Signs as of `when` (a datetime in UTC), or now."""

    def __init__(self, credentials, service, region, when):
        super().__init__(credentials, service, region)
        self._when = when

    def _modify_request_before_signing(self, request):
        if self._when is not None:
            request.context["timestamp"] = self._when.strftime("%Y%m%dT%H%M%SZ")
        super()._modify_request_before_signing(request)
