"""The demo on a terminal: three tmux panes, and what runs in each of them."""
import os
import shutil
import subprocess
import sys
import time

import pymysql

from cluster import DemoError
from unattended import SCHEMA

HERE = os.path.dirname(os.path.abspath(__file__))
SOCKET = "borealis-demo"


def count_pane(cluster, nodes):
    """Every second the count on node 1; node 2 is asked while node 1 does not answer."""
    while True:
        for node in nodes:
            try:
                count = cluster.query(node, "select count(*) from course")[0][0]
                print(f"{time.strftime('%H:%M:%S')}  {node['name']}  "
                      f"select count(*) from course   {count}", flush=True)
                break
            except pymysql.MySQLError as e:
                print(f"{time.strftime('%H:%M:%S')}  {node['name']}  {e.args[-1]}", flush=True)
        time.sleep(1)


def crash_pane(cluster, nodes):
    """Crashes a server on request."""
    names = {str(i): node["name"] for i, node in enumerate(nodes, 1)}
    print("Type 1 or 2 and Enter: ALTER SYSTEM CRASH on that node. q ends the demo.")
    while True:
        try:
            choice = input("crash> ").strip()
        except EOFError:
            choice = "q"
        if choice == "q":
            subprocess.run(["tmux", "-L", SOCKET, "kill-server"], check=False)
            return
        if choice not in names:
            print("1, 2 or q")
            continue
        try:
            cluster.crash_server(names[choice])
            print(f"{names[choice]}: its server is dead; watch the other panes")
        except DemoError as e:
            print(e)


def client_pane(cluster, nodes, rows, interval, tag):
    for number, node in enumerate(nodes, 1):
        os.environ[f"AURORA_NODE{number}"] = f"{node['address']}:{node['port']}"
    os.environ.update(AURORA_USER=cluster.login.user, AURORA_PASSWORD=cluster.login.password,
                      AURORA_DATABASE="demo")
    subprocess.run([os.path.join(HERE, "insert_test.py"), "--rows", str(rows), "--interval",
                    str(interval), "--tag", tag], check=False)
    print("\nAll rows are in. Press q and Enter in the crash pane to end.")
    while True:  # keeps the pane's text on the screen
        time.sleep(3600)


def tmux(*arguments):
    # Not inside the tmux the user may be in: a server of our own.
    env = {k: v for k, v in os.environ.items() if k != "TMUX"}
    return subprocess.run(["tmux", "-L", SOCKET, *arguments], check=False, env=env).returncode


def show(cluster, nodes, arguments):
    """Three panes: counts on the left, the client on the right, the crash prompt below it."""
    if shutil.which("tmux") is None:
        raise DemoError("tmux is not installed; run scripts/install-deps, or use --unattended")
    cluster.run_client(nodes[0], SCHEMA)
    base = [sys.executable, os.path.join(HERE, "run"), *arguments]
    os.environ["AURORA_PASSWORD"] = cluster.login.password
    pane = {name: base + ["--pane", name] for name in ("count", "client", "crash")}
    tmux("kill-server")
    if (tmux("-f", "/dev/null", "new-session", "-d", "-s", "demo", *pane["count"]) != 0
            or tmux("split-window", "-h", *pane["client"]) != 0
            or tmux("split-window", "-v", "-l", "30%", *pane["crash"]) != 0):
        raise DemoError("tmux did not start; use --unattended")
    return tmux("attach-session", "-t", "demo")
