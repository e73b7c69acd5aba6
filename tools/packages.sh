# SPDX-License-Identifier: Apache-2.0
# packages.sh -- for scripts: `need PACKAGE…` installs the Debian packages that are missing, or says what to install.

# What the build needs.
build_packages='gcc libc6-dev meson ninja-build pkg-config libpcre2-dev libutf8proc-dev libxxhash-dev nettle-dev
    libcurl4-openssl-dev libssl-dev tzdata'

need() {
    missing=
    for package in "$@"; do
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
    done
    [ -n "$missing" ] || return 0
    if ! command -v apt-get >/dev/null 2>&1; then
        echo "these packages (or what your system calls them) are needed:$missing" >&2
        return 0 # perhaps they are there under other names
    fi
    as_root=
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null 2>&1 || {
            echo "these packages are needed; install them as root: apt-get install$missing" >&2
            exit 1
        }
        as_root=sudo
    fi
    echo "installing$missing" >&2
    $as_root apt-get update -qq >&2
    DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends $missing >/dev/null
}
