#!/bin/sh
# Makes the virtual environment .venv of this clone out of requirements.lock, checked by hashes.
# Called before everything else; when all is in place it returns at once.
#   PYTHON=/path/to/python   the interpreter to take, instead of the best one found
set -eu
cd "$(dirname "$0")/.."

STAMP=.venv/.complete       # written last: without it, .venv counts for nothing
LOG=.venv/setup.log

say() { printf '%s\n' "$*"; }
fail() { printf '\n%s\n' "$*" >&2; exit 1; }

# The version (such as 3.12) of an interpreter that really executes; nothing for one that does not.
version_of() { "$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null || true; }

fits() { case "$(version_of "$1")" in 3.11 | 3.12 | 3.13) return 0 ;; *) return 1 ;; esac; }

# Interpreters of one version: the one on PATH, then pyenv's from the newest on.
of_version() {
    command -v "python$1" 2>/dev/null || true
    for root in "${PYENV_ROOT:-}" "${HOME:-}/.pyenv"; do
        ls -d "$root/versions/$1".*/bin/python 2>/dev/null | sort -rV
    done
}

candidates() {
    of_version 3.12
    command -v python3 2>/dev/null || true
    of_version 3.13
    of_version 3.11
}

from_uv() {
    command -v uv >/dev/null 2>&1 || return 1
    say "No Python 3.11 to 3.13 here; asking uv for 3.12" >&2
    uv python install --quiet 3.12 >&2 && uv python find 3.12
}

choose() {
    if [ -n "${PYTHON:-}" ]; then
        fits "$PYTHON" || fail "PYTHON=$PYTHON is $(described "$PYTHON"); expected Python 3.11, 3.12 or 3.13."
        command -v "$PYTHON"
        return
    fi
    candidates | while read -r one; do
        if fits "$one"; then
            say "$one"
            break
        fi
    done
}

described() { found=$(version_of "$1"); say "${found:+Python }${found:-nothing that executes}"; }

no_python() {
    fail "No suitable Python: python3 is $(described python3); needed is 3.11, 3.12 or 3.13 (best 3.12).
Install one (Debian 12, Ubuntu 24.04: apt install python3 python3-venv; elsewhere: pyenv install 3.12),
or install uv, or name one that you have: make run PYTHON=/path/to/python3.12"
}

make_venv() {
    if ! "$1" -c 'import venv, ensurepip' 2>/dev/null; then
        fail "$1 cannot make virtual environments: its venv module is missing.
On Debian and Ubuntu: apt install python$(version_of "$1")-venv; or name another one: make run PYTHON=/path/to/python"
    fi
    "$1" -m venv --clear .venv || fail "The virtual environment .venv could not be made; see the lines above."
}

# uv and pip read different settings; whoever set an index for pip means uv too.
share_index() {
    index=${PIP_INDEX_URL:-$(.venv/bin/python -m pip config get global.index-url 2>/dev/null || true)}
    [ -z "$index" ] || export UV_DEFAULT_INDEX="${UV_DEFAULT_INDEX:-$index}"
}

pip_install() { .venv/bin/python -m pip install --disable-pip-version-check --no-input --no-deps --require-hashes "$@"; }

install_uv() {
    awk '/^[A-Za-z0-9]/ { wanted = /^uv==/ } wanted' requirements.lock >.venv/uv.lock
    pip_install --quiet -r .venv/uv.lock
}

install_all() {
    share_index
    {
        install_uv && .venv/bin/uv pip sync --system-certs --python .venv/bin/python --require-hashes requirements.lock
    } >"$LOG" 2>&1 && return
    say "uv could not install the packages; trying pip, which takes longer"
    pip_install -r requirements.lock >>"$LOG" 2>&1 || no_packages
}

no_packages() {
    fail "The packages could not be installed. The end of $PWD/$LOG:
$(tail -n 4 "$LOG")
The set-up needs the network (or a full package cache) once, and about 1.5 GB of disk. Behind a proxy set
HTTPS_PROXY; for a mirror set PIP_INDEX_URL. Then call the same command again; nothing half made is used."
}

# To clear it would empty whatever it points to, another clone's environment perhaps.
refuse_link() {
    [ ! -L .venv ] || fail ".venv is a link to $(ls -l .venv | sed 's/.* -> //'); expected a folder of this clone's own.
Remove the link (rm .venv) and call the same command again."
}

# Packages must not change under a running stack.
stop_stack() { [ ! -x .venv/bin/python ] || STACK=embedded .venv/bin/python -m local stop 2>/dev/null || true; }

state_of() { say "$(cksum <requirements.lock) $PWD $1"; }

if [ -f "$STAMP" ] && [ -n "$(version_of .venv/bin/python)" ]; then
    made_with=$(sed -n 's/^python //p' "$STAMP")
    if [ "$(head -n 1 "$STAMP")" = "$(state_of "${PYTHON:-$made_with}")" ]; then
        exit 0
    fi
fi

python=$(choose)
[ -n "$python" ] || python=$(from_uv) || no_python
say "Setting up .venv with Python $(version_of "$python") ($python)"
refuse_link
stop_stack
rm -f "$STAMP"
make_venv "$python"
install_all
{ state_of "${PYTHON:-$python}"; say "python ${PYTHON:-$python}"; } >"$STAMP"
say "Set up"
