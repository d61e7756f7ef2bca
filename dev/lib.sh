# shellcheck shell=bash
# shellcheck disable=SC2034 # the scripts use the variables that are set here
# What the scripts of this folder share. Each begins with: . "$(dirname "$(readlink -f "$0")")/lib.sh"
set -euo pipefail

repo=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# Everything costly lives here, in folders named after the hash of what it was made from.
cache=${CNTR_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/cntr}
node_image=cntr-kube-node:v1.34.4
project_images=(localhost/cntr-agent:dev localhost/cntr-operator:dev localhost/cntr-relay:dev localhost/cntr-hello:dev)
project_archive=$repo/dist/images/cntr.tar # all of them, as docker save gives it
export DOCKER_BUILDKIT=0 # Debian's docker.io has no BuildKit client
export PATH=$PATH:/usr/sbin:/sbin
# The time that files in images get: an AOT cache is used only with jars of the very size and time that it was made for,
# and an image is the same image only if its files are.
epoch='2026-01-01 00:00:00 UTC'
# The classes of AES-GCM, which the compiler of kubectl-cntr treats otherwise than all others.
aes_classes=('com.sun.crypto.provider.GaloisCounterMode*' com.sun.crypto.provider.{CounterMode,GCTR,GHASH} 'com.sun.crypto.provider.AES*')
mkdir -p "$cache"

# The network's usual ways out are for the world outside only, never for a cluster on this machine.
export NO_PROXY=localhost,127.0.0.1${NO_PROXY:+,$NO_PROXY} no_proxy=localhost,127.0.0.1${no_proxy:+,$no_proxy}

fail() { # message...
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

# Milliseconds on the clock, without a child process.
now_ms() { REPLY=$((${EPOCHREALTIME//[!0-9]/} / 1000)); }

elapsed() { # since, in ms -> REPLY, like "1.2 s"
  local since=$1
  now_ms
  printf -v REPLY '%d.%d s' $(((REPLY - since) / 1000)) $(((REPLY - since) % 1000 / 100))
}

# Runs a command under a title and prints how long it took. What it says is shown when it fails, or at once with CNTR_VERBOSE=1.
step() { # title command...
  local title=$1 start log status
  shift
  now_ms && start=$REPLY
  printf '== %s\n' "$title"
  log=$(mktemp)
  # a subshell, because the command may be a function that ends with `fail`; not behind || or if, where -e is ignored
  set +e
  if [ "${CNTR_VERBOSE:-}" ]; then (set -e && "$@"); else (set -e && "$@") >"$log" 2>&1; fi
  status=$?
  set -e
  [ $status = 0 ] || tail -40 "$log" | sed 's/^/   | /' >&2
  rm -f "$log"
  elapsed "$start"
  [ $status = 0 ] || { printf '   failed after %s, exit status %s\n' "$REPLY" $status >&2 && return $status; }
  printf '   %s\n' "$REPLY"
}

# A short hash of the given words and of the contents of the given files and folders (unknown names count as words).
hash_of() { # word|file|folder...
  local item
  for item in "$@"; do
    if [ -d "$item" ]; then
      (cd "$item" && find . -type f -print0 | LC_ALL=C sort -z | xargs -0r sha256sum)
    elif [ -f "$item" ]; then sha256sum <"$item"
    else printf '%s\n' "$item"; fi
  done | sha256sum | cut -c1-16
}

# Makes FILE by a command that is given the name of a temporary file to write, unless FILE is there already.
make_file() { # file command...
  local file=$1
  shift
  [ -e "$file" ] && return
  mkdir -p "$(dirname "$file")"
  local part="$file.part.$$"
  rm -rf "$part"
  "$@" "$part"
  mv -T "$part" "$file"
}

# Runs a command, which may be an exported function, in a terminal of its own, and with its exit status.
in_terminal() { # command...
  # in this shell, whatever SHELL says, or whether it is set at all
  SHELL=$BASH script --quiet --return --command "$*" /dev/null </dev/null
}

# One run at a time of what follows, until the script ends.
lock() { # name
  exec {lock_fd}>"$cache/$1.lock"
  flock -n "$lock_fd" || { echo "waiting for another run to finish ($cache/$1.lock)" >&2 && flock "$lock_fd"; }
}

# JAVA_HOME of a JDK 25: the one that is set if it is one, else the first that is found where JDKs are installed.
use_jdk() {
  local home release
  for home in "${JAVA_HOME:-}" /usr/lib/jvm/*25* /usr/lib/jvm/* /usr/local/*jdk* /opt/*jdk* "$HOME"/.sdkman/candidates/java/*; do
    release=$home/release
    if [ -n "$home" ] && [ -x "$home/bin/javac" ] && grep -qs '^JAVA_VERSION="25[".]' "$release"; then
      export JAVA_HOME=$home
      return
    fi
  done
  fail "no JDK 25 found: set JAVA_HOME to one (looked in /usr/lib/jvm, /usr/local, /opt)"
}


# Whether a process is alive and has WORD in its command line: process ids are reused.
process_is() { # pid word
  [ -n "$1" ] && [ -r "/proc/$1/cmdline" ] && tr '\0' ' ' <"/proc/$1/cmdline" 2>/dev/null | grep -qF -- "$2"
}

image_id() { docker image inspect -f '{{.Id}}' "$1" 2>/dev/null; }

# The label that tells what an image was made from.
label_of() { docker image inspect -f '{{index .Config.Labels "dev.cntr.hash"}}' "$1" 2>/dev/null || :; }

# Maven without the network where everything is at hand, with it only where something is missing.
maven() { # arguments...
  local log status=0
  use_jdk
  log=$(mktemp)
  (cd "$repo" && mvn -o -B "$@") 2>&1 </dev/null | tee "$log" || status=$?
  if [ $status != 0 ] && grep -qE 'offline mode|has not been downloaded from it before|No plugin found for prefix' "$log"; then
    echo "(again, with the network: something is not at hand yet)"
    status=0
    (cd "$repo" && mvn -B "$@") </dev/null || status=$?
  fi
  rm -f "$log"
  return $status
}

# A root file system made of Debian packages without their maintainer scripts, manuals and translations.
debian_rootfs() { # suite package... out.tar
  local out=${!#}
  mmdebstrap --variant=extract "${debian_options[@]}" --include="$(IFS=, && echo "${*:2:$#-2}")" "$1" "$out"
}

debian_options=(
  --quiet --format=tar --hook-dir=/usr/share/mmdebstrap/hooks/merged-usr --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*'
  --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright'
)

# The jar that a module of the project makes.
own_jar() { # module
  printf '%s' "$repo/$1"/target/*-SNAPSHOT.jar
}
