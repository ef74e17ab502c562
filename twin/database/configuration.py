"""PostgreSQL's settings in the private cluster, and files that nobody else may read."""

from __future__ import annotations

import os
from pathlib import Path


def write_private(path: Path, text: str) -> None:
    """Write a file anew, readable by its owner alone (mode 0600) from its first byte on."""
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as handle:
        handle.write(text)


def configuration(socket: Path) -> str:
    """Settings for this machine's memory; the server listens on a socket in ``socket`` and on no network."""
    memory_mb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    shared = max(128, min(3072, memory_mb // 8))
    return f"""\
listen_addresses = ''
unix_socket_directories = '{socket}'
unix_socket_permissions = 0777
max_connections = 100
shared_buffers = {shared}MB
work_mem = {max(16, min(128, memory_mb // 190))}MB
maintenance_work_mem = {max(64, min(1024, memory_mb // 24))}MB
max_wal_size = 4GB
wal_level = minimal
max_wal_senders = 0
wal_compression = lz4
default_toast_compression = lz4
random_page_cost = 1.1
jit = off
timezone = 'UTC'
"""
