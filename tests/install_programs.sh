#!/bin/sh
# Programs that tests drive, from the system's packages where they are missing: Chromium, without which the tests of the
# web cannot run, and QGIS, whose tests are skipped without it.
set -eu
if [ "$(id -u)" = 0 ]; then sudo=; elif sudo -n true 2>/dev/null; then sudo="sudo -n"; else sudo=none; fi

installed() {
    [ "$sudo" != none ] && command -v apt-get >/dev/null 2>&1 || return 1
    echo "installing $* (once)"
    $sudo apt-get update -qq &&
        DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

if ! command -v chromium >/dev/null 2>&1 && [ -z "${TWIN_TEST_CHROMIUM:-}" ] && ! installed chromium; then
    echo "Chromium is missing. Install it (apt-get install chromium), or set TWIN_TEST_CHROMIUM to a browser's path." >&2
    exit 1
fi
if ! /usr/bin/python3 -c 'import qgis.core, qgis.gui' >/dev/null 2>&1 && ! installed python3-qgis qgis-providers; then
    echo "QGIS is missing (apt-get install python3-qgis qgis-providers): its tests will be skipped." >&2
fi
