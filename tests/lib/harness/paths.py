"""Where the things under test are. Environment variables win over the release build."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
GALERA_PROVIDER = Path("/usr/lib/galera/libgalera_smm.so")
MARIADBD = Path(os.environ.get("BOREALIS_MARIADBD", "/usr/sbin/mariadbd"))


def provider() -> Path:
    """The provider library: BOREALIS_PROVIDER, or the release build's."""
    return Path(
        os.environ.get("BOREALIS_PROVIDER", ROOT / "build/release/lib/libborealis_provider.so")
    ).absolute()


def plugin() -> Path:
    """The plugin that guards a server: BOREALIS_PLUGIN, or the release build's."""
    return Path(
        os.environ.get("BOREALIS_PLUGIN", ROOT / "build/release/lib/libborealis_plugin.so")
    ).absolute()


def binary() -> Path:
    """The `borealis` program: BOREALIS_BIN, or the release build's."""
    return Path(os.environ.get("BOREALIS_BIN", ROOT / "build/release/bin/borealis")).absolute()


def beside_binary(name: str) -> Path:
    """A program that is built into the same directory as `borealis`."""
    return binary().with_name(name)
