#!/bin/sh
# What `make peers` needs beyond Python packages, on Debian: installed where lacking, and named.
set -eu
need() { # COMMAND PACKAGE
    if command -v "$1" >/dev/null 2>&1; then
        echo "peers: $1 is here ($(command -v "$1"))"
    elif command -v apt-get >/dev/null 2>&1; then
        echo "peers: installing $2"
        apt-get install -y -qq --no-install-recommends "$2" >/dev/null || { echo "peers: $2 could not be installed; as root: apt-get install $2" >&2; exit 1; }
    else
        echo "peers: $1 is missing; install the package $2" >&2
        exit 1
    fi
}
need chromium chromium
need sqlite3 sqlite3
need node nodejs
need npm npm
need smtpd opensmtpd
need spamassassin spamassassin
need promtool prometheus
need systemd-analyze systemd
here=$(dirname "$0")
folder=$here/../../.venv/peers
if [ -e "$folder/node_modules/axe-core/axe.min.js" ] && [ -e "$folder/node_modules/.bin/html-validate" ] && \
    [ -e "$folder/node_modules/.bin/maildev" ] && [ -e "$folder/node_modules/playwright-core" ]; then
    echo "peers: axe-core, html-validate, maildev and playwright-core are here"
else
    echo "peers: installing axe-core, html-validate, maildev and playwright-core from npm"
    mkdir -p "$folder" && cp "$here/package.json" "$folder/"
    npm install --prefix "$folder" --no-package-lock --no-audit --no-fund --silent
fi
