"""The one-way dependency rule of the source tree, as data. Read by scripts/check-layering.

A room is a folder of src/, or one of the top-level rooms below. MAY_USE names every room whose
headers a room may include and whose libraries it may link; what is not named is forbidden.
"""

MAY_USE = {
    "base": set(),
    "sql": set(),
    "model": {"base"},
    "settings": {"base"},
    "storage": {"model", "base"},
    "encryption": {"storage", "model", "base"},
    "log": {"encryption", "storage", "model", "base"},
    "snapshot": {"encryption", "storage", "model", "base"},
    "backup": {"log", "snapshot", "encryption", "storage", "model", "base"},
    "certification": {"model", "base"},
    "replication": {"certification", "log", "snapshot", "encryption", "storage", "model", "base"},
    "faults": {"model", "base"},
    "provider": {"replication", "certification", "log", "snapshot", "encryption", "storage", "settings",
                 "faults", "sql", "model", "base"},
    # Lives inside the server; reaches the provider there through faults/control.h, the rest only
    # through SQL and status variables.
    "plugin": {"faults", "sql", "model", "base"},
    # The agent, the control plane and the commands never link replication or provider.
    "node": {"backup", "certification", "log", "snapshot", "encryption", "storage", "settings", "model",
             "base"},
    "verify": {"node", "backup", "certification", "log", "snapshot", "encryption", "storage", "settings",
               "model", "base"},
    "follow": {"snapshot", "encryption", "storage", "model", "base"},
    # The control plane sees nodes as commands do: through what node offers them and `borealis` itself.
    "control": {"node", "backup", "certification", "log", "snapshot", "encryption", "storage", "settings",
                "sql", "model", "base"},
    "cli": {"verify", "follow", "node", "control", "backup", "certification", "log", "snapshot",
            "encryption", "storage", "settings", "sql", "model", "base"},
}

PRODUCT = set(MAY_USE)

# Rooms beside src/. Nothing in src/ may reach into them.
TOP_LEVEL = {
    "sim": PRODUCT - {"provider", "plugin", "node", "control", "cli"},
    "fuzz": PRODUCT,
    "bench": PRODUCT,
    "tests": PRODUCT,
}

# Rooms that see storage through its contract alone; which backend it is, the composition decides.
# Tests and the simulator pick a backend themselves.
CONTRACT_ONLY = {"encryption", "log", "snapshot", "backup", "replication"}
BACKENDS = ("storage/local/", "storage/rados/", "storage/memory/", "storage/faulty/")

# Certification is a pure function of (state, record), and model is values only. Neither they nor
# anything they include may bring in I/O, a clock, threads or randomness.
PURE = {"certification", "model", "settings", "sql"}
IMPURE_HEADERS = {
    "base/clock.h", "base/log.h", "base/mutex.h",
    "cstdio", "stdio.h", "fstream", "iostream", "istream", "ostream", "filesystem",
    "thread", "mutex", "shared_mutex", "condition_variable", "future", "semaphore", "atomic",
    "latch", "barrier", "stop_token", "pthread.h",
    "chrono", "ctime", "time.h", "random", "csignal", "signal.h", "execution",
    "unistd.h", "fcntl.h", "poll.h", "netdb.h", "dirent.h",
}
IMPURE_HEADER_PREFIXES = ("sys/", "linux/", "netinet/", "arpa/", "boost/asio")
# Switches of test builds, compiled out of a release; exempt from purity.
SEEDED_BUG_HEADERS = ("/seeded_bugs.h",)
# Headers that only tests, simulator, fuzzers and benchmarks include: generators and suites.
TEST_SUPPORT = r"(^|/)(random_\w+|\w*_?conformance\w*|\w+_test_util|\w+_testing|testing)\.(h|cc)$"
# Words that make a verdict hang on the node: its clock, environment or floating-point unit.
IMPURE_WORDS = {
    "float", "double", "getenv", "secure_getenv", "rand", "srand", "time", "clock_gettime",
    "gettimeofday", "thread_local", "volatile",
}

# Types and constants of the plug interface stay at the edge.
WSREP_ROOMS = {"provider", "plugin"}

# Folders that hold sources or scripts need a README.md: these trees, down to every folder in them
# that has a source file of its own.
README_TREES = ("src", "sim", "fuzz", "bench", "tests", "demo", "scripts")
SOURCE_SUFFIXES = (".h", ".cc", ".c", ".cpp", ".py", ".sh", ".map")
