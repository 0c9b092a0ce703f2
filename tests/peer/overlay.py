"""A private, writable view of the installed server test tree, with our changes in it.

    DIR/usr/{bin,sbin,lib,...}            links to /usr (the runner finds programs relative to itself)
    DIR/usr/share/mysql/mysql-test        links to the installed files; what changes is a real copy

Nothing under /usr is touched. Changes:

  runner       a server section that carries the mark `#borealis_first=N` counts as the cluster's
               first, and BOREALIS_RESET_COMMAND runs (cluster number N in BOREALIS_CLUSTER) whenever
               a cluster is made from nothing: the runner wipes datadirs between tests, and a durable
               log must go with them. Servers restarted inside a test keep it.
  *.cnf, *.opt every gcomm:// address becomes the wanted one; the first server gets
               wsrep-new-cluster, the only thing but a literal gcomm:// that the server takes for a
               bootstrap.
"""

import os
import re
import shutil
from pathlib import Path

_INSTALLED = Path("/usr/share/mysql/mysql-test")
_SUITES = ["galera", "galera_3nodes", "galera_sr", "galera_3nodes_sr", "wsrep"]
_RUNNER = "mariadb-test-run.pl"
_RUNNER_ALIASES = ["mysql-test-run.pl", "mtr", "mysql-test-run", "mariadb-test-run"]


def make(directory: Path) -> Path:
    """Builds the view afresh; returns its test directory. Needs mariadb-test-data."""
    if not (_INSTALLED / "suite" / "galera").is_dir():
        raise SystemExit("the server's tests are not installed: apt-get install mariadb-test "
                         "mariadb-test-data")
    shutil.rmtree(directory, ignore_errors=True)
    tests = directory / _INSTALLED.relative_to("/")
    tests.parent.mkdir(parents=True)
    _link_siblings(Path("/usr"), directory / "usr", except_for="share")
    _link_siblings(Path("/usr/share"), directory / "usr/share", except_for="mysql")
    _link_siblings(Path("/usr/share/mysql"), directory / "usr/share/mysql", except_for="mysql-test")
    _link_tree(_INSTALLED, tests)
    for suite in _SUITES:  # whole, since the runner also patches files there, which links break
        shutil.rmtree(tests / "suite" / suite)
        shutil.copytree(_INSTALLED / "suite" / suite, tests / "suite" / suite)
    _change_runner(tests)
    return tests


def rewrite_addresses(tests: Path, address: str, options: str) -> int:
    """Puts `address` (and provider options, or none) in place of every gcomm:// one. %V stands for
    the worker's directory, %C for the number of the cluster's first server, %N in options for the
    server's own. Returns how many were replaced."""
    count = 0
    for suite in _SUITES:
        folder = tests / "suite" / suite
        for path in [*folder.glob("*.cnf"), *folder.glob("t/*.cnf")]:
            text, changed = _rewrite_cnf(_read(path), address, options)
            _write(path, text)
            count += changed
        for path in folder.glob("t/*.opt"):
            own = address.replace("%V", "$MYSQLTEST_VARDIR").replace("%C", "1")
            own += " --wsrep-new-cluster"
            text, changed = re.subn(r"(wsrep[-_]cluster[-_]address=)gcomm://", r"\1" + own, _read(path))
            _write(path, text)
            count += changed
    return count


def _rewrite_cnf(text: str, address: str, options: str):
    lines, count, section = [], 0, ""
    for line in text.split("\n"):
        header = re.match(r"\s*\[(.*)\]", line)
        if header:
            section = header.group(1)
        server = section.split(".")[1] if "." in section else "1"
        given = re.match(r"\s*(?:loose-)?wsrep[-_]cluster[-_]address\s*=\s*['\"]?(gcomm://.*?)['\"]?\s*$",
                         line)
        if given:
            named = re.search(r"@mysqld\.(\d+)\.", given.group(1))
            cluster = named.group(1) if named else server
            own = address.replace("%V", "@ENV.MYSQLTEST_VARDIR").replace("%C", cluster)
            lines.append(f"wsrep_cluster_address='{own}'")
            count += 1
            if given.group(1) == "gcomm://":
                lines.append(f"#borealis_first={cluster}")
                if re.match(r"mysqld\.\d", section):
                    lines.append("wsrep-new-cluster")
        elif re.match(r"\s*(?:loose-)?wsrep[-_]provider[-_]options\s*=", line):
            if options:
                own = options.replace("%V", "@ENV.MYSQLTEST_VARDIR").replace("%N", server)
                lines.append(f"wsrep_provider_options='{own}'")
        else:
            lines.append(line)
    return "\n".join(lines), count


def _change_runner(tests: Path):
    text = _read(_INSTALLED / _RUNNER)
    text = _insert_before(text, 'return $cluster_address eq "gcomm://"',
                          "return 1 if $mysqld->if_exist('#borealis_first');\n    ")
    text = _insert_before(text, "if ( $basedir eq $mysqld_basedir )", """\
if (!$opt_start_dirty and $ENV{BOREALIS_RESET_COMMAND} and
      ((wsrep_on($mysqld) and $mysqld->if_exist('#borealis_first'))
       or grep { /wsrep[-_]cluster[-_]address=/ } @$extra_opts))
  {
    local $ENV{BOREALIS_CLUSTER}= $mysqld->if_exist('#borealis_first') || 1;
    system($ENV{BOREALIS_RESET_COMMAND}) == 0 or mtr_error("cannot empty the volume");
  }
  """)
    for name in [_RUNNER, *_RUNNER_ALIASES]:
        (tests / name).unlink(missing_ok=True)
    _write(tests / _RUNNER, text)
    (tests / _RUNNER).chmod(0o755)
    for name in _RUNNER_ALIASES:
        (tests / name).symlink_to(_RUNNER)


def _insert_before(text: str, place: str, what: str) -> str:
    if text.count(place) != 1:
        raise SystemExit(f"{_RUNNER} of this release looks different: no single '{place}'")
    return text.replace(place, what + place)


def _link_siblings(source: Path, target: Path, except_for: str):
    target.mkdir(exist_ok=True)
    for entry in source.iterdir():
        if entry.name != except_for and not (target / entry.name).exists():
            (target / entry.name).symlink_to(entry)


def _link_tree(source: Path, target: Path):
    for folder, _, files in os.walk(source):
        own = target / Path(folder).relative_to(source)
        own.mkdir(exist_ok=True)
        for name in files:
            (own / name).symlink_to(Path(folder) / name)


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="surrogateescape")


def _write(path: Path, text: str):
    path.write_text(text, encoding="utf-8", errors="surrogateescape")
