"""Seeded violations for scripts/check-layering: a checker that cannot fail proves nothing.

Each case is a small clean tree plus the files that break one rule, and the words that the one
reported violation must contain.
"""
import os
import tempfile

CLEAN = {
    "src/base/README.md": "base\n",
    "src/base/status.h": "#pragma once\n#include <string>\n",
    "src/base/clock.h": "#pragma once\n#include <chrono>\n",
    "src/base/CMakeLists.txt": "borealis_library(base SOURCES status.cc DEPS fmt::fmt)\n",
    "src/model/README.md": "model\n",
    "src/model/ids.h": '#pragma once\n#include <cstdint>\n#include "base/status.h"\n',
    "src/model/CMakeLists.txt": "borealis_library(model SOURCES ids.cc DEPS base)\n",
    "src/storage/README.md": "storage\n",
    "src/storage/backend.h": '#pragma once\n#include "model/ids.h"\n',
    "src/storage/memory/README.md": "memory\n",
    "src/storage/memory/memory.h": '#pragma once\n#include "storage/backend.h"\n',
    "src/storage/CMakeLists.txt":
        "borealis_library(storage SOURCES a.cc DEPS model)\n"
        "borealis_library(storage_memory SOURCES m.cc DEPS storage)\n",
    "src/log/README.md": "log\n",
    "src/log/log.h": '#pragma once\n#include "storage/backend.h"\n',
    "src/log/rig.h": '#pragma once\n#include "storage/memory/memory.h"\n',  # only tests use it
    "src/log/log_test.cc": '#include "log/rig.h"\n#include "log/log.h"\n',
    "src/log/CMakeLists.txt":
        "borealis_library(log SOURCES log.cc DEPS storage)\n"
        "borealis_test(log_test SOURCES log_test.cc DEPS log storage_memory)\n",
    "src/certification/README.md": "certification\n",
    "src/certification/certifier.h":
        '#pragma once\n#include "model/ids.h"\n// no clock, no double, no time()\n',
    "src/node/README.md": "node\n",
    "src/node/agent.cc": '#include "log/log.h"\n',
    "sim/README.md": "sim\n",
    "sim/sim.cc": '#include "storage/memory/memory.h"\n#include "log/log.h"\n',
}

CASES = (
    ("lower room includes a higher one",
     {"src/model/bad.h": '#pragma once\n#include "storage/backend.h"\n'},
     "src/model/bad.h:2: model may not include storage/backend.h"),
    ("header that does not exist yet",
     {"src/log/bad.cc": '#include "replication/driver.h"\n'},
     "log may not include replication/driver.h"),
    ("node reaches replication",
     {"src/node/bad.cc": '#include "replication/driver.h"\n'},
     "node may not include replication/driver.h"),
    ("snapshot reaches log",
     {"src/snapshot/README.md": "s\n", "src/snapshot/a.cc": '#include "log/log.h"\n'},
     "snapshot may not include log/log.h"),
    ("product reaches the simulator",
     {"src/log/bad.cc": '#include "sim/sim.h"\n', "sim/sim.h": "#pragma once\n"},
     "log may not include sim/sim.h"),
    ("product includes a test's generator",
     {"src/log/bad.cc": '#include "model/random_record.h"\n',
      "src/model/random_record.h": "#pragma once\n#include <random>\n"},
     "model/random_record.h is for tests"),
    ("product includes a header that was the tests' own",
     {"src/log/bad.cc": '#include "log/rig.h"\n'},
     "src/log/rig.h:2: log sees storage through storage/backend.h only"),
    ("include not rooted at src/",
     {"src/log/bad.cc": '#include "../storage/backend.h"\n'},
     "is not rooted at src/"),
    ("log picks a backend",
     {"src/log/bad.cc": '#include "storage/memory/memory.h"\n'},
     "log sees storage through storage/backend.h only"),
    ("CMake link against the direction",
     {"src/model/CMakeLists.txt": "borealis_library(model SOURCES ids.cc DEPS base log)\n"},
     "model of model may not link log"),
    ("CMake link of another room's inner library",
     {"src/certification/CMakeLists.txt":
      "borealis_library(certification SOURCES a.cc DEPS model storage_memory)\n"},
     "certification of certification may not link storage_memory"),
    ("plain target_link_libraries",
     {"src/node/CMakeLists.txt":
      "borealis_library(node SOURCES a.cc DEPS log)\n"
      "target_link_libraries(borealis_node PRIVATE borealis_replication)\n"},
     "node of node may not link replication"),
    ("include cycle",
     {"src/log/a.h": '#include "log/b.h"\n', "src/log/b.h": '#include "log/a.h"\n'},
     "include cycle"),
    ("library cycle inside one room",
     {"src/storage/CMakeLists.txt":
      "borealis_library(storage SOURCES a.cc DEPS storage_memory)\n"
      "borealis_library(storage_memory SOURCES m.cc DEPS storage)\n"},
     "library cycle"),
    ("certification includes a clock through another header",
     {"src/model/ids.h": '#pragma once\n#include "model/now.h"\n',
      "src/model/now.h": "#pragma once\n#include <ctime>\n"},
     "certification is pure, yet includes <ctime> (src/model/now.h:2)"),
    ("certification includes threads",
     {"src/certification/bad.cc": "#include <thread>\n"},
     "certification is pure, yet includes <thread>"),
    ("certification includes I/O",
     {"src/certification/bad.cc": "#include <sys/stat.h>\n"},
     "certification is pure, yet includes <sys/stat.h>"),
    ("certification decides by floating point",
     {"src/certification/bad.cc": "bool Pass(double share);\n"},
     "src/certification/bad.cc:1: certification is pure, yet says 'double'"),
    ("wsrep types outside the provider",
     {"src/log/bad.cc": "wsrep_status_t status;\n"},
     "wsrep types and constants belong to provider, not log"),
    ("folder without README",
     {"src/storage/local/local.h": "#pragma once\n"},
     "src/storage/local: no README.md"),
    ("folder that is no room",
     {"src/misc/README.md": "m\n", "src/misc/a.h": "#pragma once\n"},
     "src/misc is not a room"),
)


def write(root, files):
    for path, text in files.items():
        full = os.path.join(root, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w", encoding="utf-8") as f:
            f.write(text)


def run(violations):
    failures = 0
    with tempfile.TemporaryDirectory() as root:
        write(root, CLEAN)
        found = violations(root)
        if found:
            failures += 1
            print("FAILED clean tree: " + "; ".join(found))
    for name, files, expected in CASES:
        with tempfile.TemporaryDirectory() as root:
            write(root, {**CLEAN, **files})
            found = violations(root)
            if not any(expected in message for message in found):
                failures += 1
                print(f"FAILED {name}: expected '{expected}', found {found or 'nothing'}")
    print(f"layering self-test: {len(CASES) + 1 - failures} of {len(CASES) + 1} cases hold")
    return 1 if failures else 0
