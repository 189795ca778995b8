# Sourced by ./mvnw and ./hypersd: leaves JAVA_HOME at a JDK of at least the version this project is built for,
# or ends with one sentence that says what to install.
required=25

major_version() { # the feature version of the JDK at $1, or 0
  v=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release" 2>/dev/null)
  [ -x "$1/bin/javac" ] && echo "${v:-0}" || echo 0
}

find_jdk() {
  on_path=$(command -v javac 2>/dev/null) && on_path=$(readlink -f "$on_path" 2>/dev/null)
  on_path=${on_path%/bin/javac}
  for jdk in "${JAVA_HOME:-}" "$on_path" /usr/lib/jvm/* /opt/java* /opt/jdk* /usr/java/* "$HOME"/.sdkman/candidates/java/* \
      "$HOME"/.jdks/* /Library/Java/JavaVirtualMachines/*/Contents/Home; do
    if [ -n "$jdk" ] && [ "$(major_version "$jdk")" -ge "$required" ]; then
      echo "$jdk"
      return
    fi
  done
}

# Maven keeps its libraries, and the engine its unpacked ones, in the home folder.
if [ -z "${HOME:-}" ]; then
  eval "HOME=~$(id -un 2>/dev/null || echo unknown)"
  if [ ! -d "$HOME" ]; then
    echo "HOME is not set, and user $(id -u) has no home folder: set HOME to a folder that can be written to." >&2
    exit 1
  fi
  export HOME
fi

JAVA_HOME=$(find_jdk)
if [ -z "$JAVA_HOME" ]; then
  echo "Hyper-SD needs JDK $required or newer and found none: install one (https://adoptium.net) or set JAVA_HOME to it." >&2
  exit 1
fi
export JAVA_HOME

# ./mvnw knows the checksum of a zip of Maven. Where there is no unzip it would fetch another kind of file, which has another
# checksum, so there is always one.
if ! command -v unzip >/dev/null 2>&1; then
  unzip() { # [-q] ZIP -d FOLDER
    [ "$1" != -q ] || shift
    # jar does not know which files can be run.
    (set +f && cd "$3" && "$JAVA_HOME/bin/jar" -xf "$1" && chmod +x ./*/bin/mvn)
  }
fi
