"""A disk that fails for one server: its writes to the volume, or syncs of it, give EIO on request."""

import subprocess
from pathlib import Path

_SOURCE = Path(__file__).with_name("failing_io.c")


class FailingIo:
    """Prepares `server` (before its start); `fail("write"|"sync")` and `heal()` switch while it runs."""

    def __init__(self, workspace, server, directory: Path):
        library = workspace.dir / "failing_io.so"
        if not library.exists():
            subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o", library, _SOURCE,
                            "-ldl"], check=True)
        self._control = workspace.dir / f"failing-io-{server.name}"
        self.heal()
        server.environment = {"LD_PRELOAD": str(library), "FAILING_IO_DIRECTORY": str(directory),
                              "FAILING_IO_CONTROL": str(self._control)}

    def fail(self, what: str):
        self._control.write_text(what)

    def heal(self):
        self._control.write_text("no")
