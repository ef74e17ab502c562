#!/bin/sh
# Chromium for the browser tests, from the system's packages where it is missing.
set -eu
if command -v chromium >/dev/null 2>&1 || [ -n "${TWIN_TEST_CHROMIUM:-}" ]; then
    exit 0
fi
if [ "$(id -u)" = 0 ]; then sudo=; elif sudo -n true 2>/dev/null; then sudo="sudo -n"; else
    echo "Chromium is missing. Install it (apt-get install chromium), or set TWIN_TEST_CHROMIUM to a browser's path." >&2
    exit 1
fi
echo "installing Chromium (once)"
$sudo apt-get update -qq
DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends chromium >/dev/null
