"""What the stories in the browser ask of the daemon and of its servers, outside of the browser.

A request is one line of words, and so is the answer.
"""

import base64
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

import pymysql

USER = "admin"
_WAIT_S = 60
_COUNT = "SELECT count(*) FROM shop.orders"
_CONNECTOR_J = Path("/usr/share/java/mariadb-java-client.jar")
_JAVA = """
public class Piece {
  public static void main(String[] words) throws Exception {
    String url = words[0] + "&password=" + java.net.URLEncoder.encode(System.getenv("AURORA_PASSWORD"), "UTF-8");
    try (var connection = java.sql.DriverManager.getConnection(url)) {
      var rows = connection.createStatement().executeQuery(words[1]);
      rows.next();
      System.out.println(rows.getInt(1));
    }
  }
}
"""
_MONITORING = Path(__file__).resolve().parents[2] / "deploy/monitoring"


class Servers:
    def __init__(self, plane, report):
        self.plane, self.report = plane, report

    def answer(self, asked: str) -> str:
        what, _, rest = asked.partition(" ")
        return getattr(self, f"_{what}")(rest) or "ok"

    def _kill(self, _):
        self.plane.kill()

    def _start(self, _):
        self.plane.start()

    def _servers(self, _):
        """How many server processes there are."""
        return str(len(self.plane.servers()))

    def _sql(self, rest):
        """ADDRESS PASSWORD STATEMENT: its rows, having heard of all that is committed; or {"error": number}."""
        address, password, statement = rest.split(" ", 2)
        try:
            with self._connection(address, password) as connection, connection.cursor() as cursor:
                cursor.execute("SET SESSION wsrep_sync_wait = 7")
                cursor.execute(statement)
                return json.dumps(cursor.fetchall(), default=str)
        except pymysql.MySQLError as error:
            return json.dumps({"error": error.args[0]})

    def _content(self, rest):
        """ADDRESS PASSWORD TABLE: how many rows, and a sum of all that is in them."""
        address, password, table = rest.split(" ")
        rows = json.loads(self._sql(f"{address} {password} SELECT * FROM {table} ORDER BY 1"))
        return f"{len(rows)} {hashlib.sha256(json.dumps(rows).encode()).hexdigest()}" if isinstance(rows, list) else str(rows)

    def _run(self, rest):
        """PROGRAM AUTHORITY PASSWORD "PIECE": what a piece of the page, to which a count is added, says in a directory
        with the authority's certificate."""
        program, authority, password, piece = rest.split(" ", 3)
        piece = json.loads(piece)
        with tempfile.TemporaryDirectory() as there:
            shutil.copy(authority, f"{there}/borealis-ca.pem")
            env = {**os.environ, "AURORA_PASSWORD": password}
            if program == "node":
                subprocess.run(["npm", "install", "--no-audit", "--no-fund", "mysql2@3"], cwd=there, capture_output=True,
                               timeout=120, check=True)
                count = f"const [rows] = await connection.query({json.dumps(_COUNT)}); console.log(Object.values(rows[0])[0]); process.exit();"
                Path(there, "piece.mjs").write_text(f"{piece}\n{count}")
                command = ["node", "piece.mjs"]
            elif program == "jdbc":
                Path(there, "Piece.java").write_text(_JAVA)
                command = ["java", "-cp", str(_CONNECTOR_J), "Piece.java", piece.strip(), _COUNT]
            elif program == "python":
                count = f"cursor = connection.cursor(); cursor.execute({_COUNT!r}); print(*cursor.fetchone())"
                command = [sys.executable, "-c", f"{piece}\n{count}"]
            else:
                line = piece.splitlines()[-1].removesuffix("-p")  # it would ask on a terminal
                command = ["/bin/sh", "-c", f"{line} -p'{password}' --batch --skip-column-names --ssl-ca=borealis-ca.pem -e '{_COUNT}'"]
            done = subprocess.run(command, cwd=there, env=env, capture_output=True, text=True, timeout=60, check=False)
            return (done.stdout.strip() or done.stderr.strip()).replace("\n", " | ")

    def _jdbc(self, _):
        """Whether a piece for JDBC can be run here."""
        return "ok" if shutil.which("java") and _CONNECTOR_J.exists() else "no java or libmariadb-java"

    def _shell(self, rest):
        """"PIECE": what a person's shell says to it, in a directory of its own."""
        with tempfile.TemporaryDirectory() as there:
            done = subprocess.run(["/bin/bash", "-O", "expand_aliases", "-c", json.loads(rest)], cwd=there, capture_output=True,
                                  text=True, timeout=60, check=False)
            return (done.stdout + done.stderr).strip().replace("\n", " ")

    def _connection(self, address, password, user=USER):
        return pymysql.connect(host=address, port=self.plane.port, user=user, password=password, autocommit=True,
                               connect_timeout=_WAIT_S)

    def _hostile(self, rest):
        """ADDRESS PASSWORD TEXT that would be a program in a page: of a login that is refused, a table, and a
        logged statement."""
        address, password, text = rest.split(" ", 2)
        try:
            self._connection(address, "x", text)
        except pymysql.MySQLError:
            pass
        with self._connection(address, password) as connection, connection.cursor() as cursor:
            cursor.execute(f"CREATE TABLE demo.`{text}` (a INT)")
            cursor.execute(f"SELECT '{text}'")

    def _metrics(self, _):
        """What dashboard and alarms ask Prometheus for is there."""
        key = base64.b64encode(":".join(self.plane.make_key("--read-only")).encode()).decode()
        request = urllib.request.Request(f"{self.plane.url}/metrics", headers={"Authorization": f"Basic {key}"})
        with urllib.request.urlopen(request, timeout=_WAIT_S) as answer:
            there = set(re.findall(r"^(borealis_\w+)\{.*\bdb_instance=|^(borealis_volume_bytes)\{", answer.read().decode(), re.M))
        there = {name for names in there for name in names if name}
        wanted = {name for file in _MONITORING.iterdir() for name in re.findall(r"\bborealis_[a-z_]+", file.read_text())}
        self.report.check(f"{len(wanted)} figures of dashboard and alarms are there", wanted and wanted <= there, wanted - there)

    def _write(self, rest):
        """ADDRESS ADDRESS PASSWORD: a row through each of two writers; both are seen by both."""
        *addresses, password = rest.split(" ")
        for statement in ("CREATE DATABASE demo", "CREATE TABLE demo.t (a INT)", "INSERT INTO demo.t VALUES (1)"):
            self._sql(f"{addresses[0]} {password} {statement}")
        self._sql(f"{addresses[1]} {password} INSERT INTO demo.t VALUES (1)")
        counts = [self._sql(f"{address} {password} SELECT count(*) FROM demo.t") for address in addresses]
        return "ok" if counts == ["[[2]]"] * 2 else f"rows: {counts}"
