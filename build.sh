#!/usr/bin/env bash
# The way in where PowerShell may be missing. Where it is there, build.ps1 does the work.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

usage() {
    cat <<'EOF'
usage: ./build.sh [task …] [--configuration NAME] [--long]
tasks: clean, build (the default), test, docs, package, demo
  --long   runs the long suites too
EOF
}

say() { printf '%s\n' "$*"; }

tasks=()
configuration=Release
long=0
while (($#)); do
    case "$1" in
        clean | build | test | docs | package | demo) tasks+=("$1") ;;
        --configuration | -c) configuration=${2:?"--configuration needs a name"}; shift ;;
        --long) long=1 ;;
        -h | --help) usage; exit 0 ;;
        *) usage >&2; exit 2 ;;
    esac
    shift
done
((${#tasks[@]})) || tasks=(build)

if ! command -v dotnet >/dev/null; then
    say "The .NET SDK is missing: there is no 'dotnet' on the PATH. Install the .NET SDK that global.json names (or a newer feature band of it), then run this again." >&2
    exit 3
fi
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
if ! dotnet --version >/dev/null 2>&1; then
    say "The .NET SDK that global.json asks for is missing:" >&2
    dotnet --version >&2 || true
    exit 3
fi

wants() { local task; for task in "${tasks[@]}"; do [[ $task == "$1" ]] && return 0; done; return 1; }

# The tests bring up throw-away PostgreSQL servers of their own; only the programs have to be there.
install_services() {
    command -v initdb >/dev/null && return 0
    compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null && return 0
    [[ $(id -u) == 0 ]] && command -v apt-get >/dev/null || { say "PostgreSQL is not installed, and can't be from here: the tests that need it will be skipped."; return 0; }
    say "Installing PostgreSQL for the tests …"
    if [[ ! -e /etc/postgresql-common/createcluster.conf ]]; then
        mkdir -p /etc/postgresql-common
        say 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf
    fi
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql; } >/dev/null ||
        say "PostgreSQL could not be installed: the tests that need it will be skipped."
}

# What the tests of MariaDB, of containers and Metabase's want: a server's programs, an engine, a registry, a second engine, a static shell, a Java compiler, an H2 of version 2.1. Whatever is missing skips its tests by name.
install_containers() {
    local entry missing=() wanted=(mariadb-server:mariadbd mariadb-client:mariadb docker.io:dockerd docker-registry:docker-registry podman:podman busybox-static:busybox openjdk-17-jdk-headless:javac)
    # On a machine of somebody's own, a server for log-ins is not ours to install.
    [[ ${CI:-} == true ]] && wanted+=(openssh-server:sshd openssh-client:ssh)
    for entry in "${wanted[@]}"; do PATH=$PATH:/usr/sbin command -v "${entry#*:}" >/dev/null || missing+=("${entry%%:*}"); done
    [[ -e /usr/share/java/h2.jar ]] || missing+=(libh2-java)
    ((${#missing[@]})) || return 0
    [[ $(id -u) == 0 ]] && command -v apt-get >/dev/null || { say "Not installed, and can't be from here: ${missing[*]}. The tests that need them will be skipped."; return 0; }
    say "Installing ${missing[*]} for the tests …"
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >/dev/null ||
        say "They could not be installed: the tests that need them will be skipped."
}

# A Docker engine for the time of this run, where none answers; it is stopped at the end.
start_engine() {
    local daemon tries
    [[ $(id -u) == 0 && -z ${DOCKER_HOST:-} ]] || return 0
    daemon=$(PATH=$PATH:/usr/sbin command -v dockerd) || return 0
    docker info >/dev/null 2>&1 && return 0
    mkdir -p output
    "$daemon" >output/dockerd.log 2>&1 </dev/null &
    engine=$!
    trap stop_engine EXIT
    for ((tries = 0; tries < 150; tries++)); do
        docker info >/dev/null 2>&1 && return 0
        kill -0 "$engine" 2>/dev/null || break
        sleep 0.2
    done
    say "dockerd doesn't start here (output/dockerd.log): the tests that need it will be skipped."
    stop_engine
}

stop_engine() {
    [[ -n ${engine:-} ]] || return 0
    kill "$engine" 2>/dev/null || true
    wait "$engine" 2>/dev/null || true
    engine=
}

# pwsh of the PATH, else the .NET tool; nothing where neither can be had.
find_pwsh() {
    if command -v pwsh >/dev/null; then
        pwsh=(pwsh)
    elif dotnet tool restore >/dev/null 2>&1 && dotnet tool run pwsh -- -NoProfile -Command exit >/dev/null 2>&1; then
        pwsh=(dotnet tool run pwsh --)
    else
        pwsh=()
    fi
}

msbuild() { dotnet build src/UpgradeModule -t:"$1" -c "$configuration" -v quiet -clp:NoSummary; }

# Sums what the test runner wrote, and tells why tests were skipped.
test_without_powershell() {
    local passed=0 failed=0 skipped=0 project trx counters total executed ok ended filter=() hang=90m results=output/tests
    # A test that hangs ends the run.
    ((long)) || { filter=(--filter 'Category!=Long'); hang=10m; }
    rm -rf "$results"
    dotnet build tests/SampleApp -t:PublishAll -v quiet -clp:NoSummary
    for project in tests/*/*Tests.csproj; do
        trx=$(basename "$project" .csproj).trx
        ended=0
        dotnet test "$project" -c "$configuration" -v quiet --results-directory "$results" --logger "trx;LogFileName=$trx" --logger "console;verbosity=minimal" \
            --blame-hang-timeout "$hang" --blame-hang-dump-type none ${filter[@]+"${filter[@]}"} || ended=$?
        if ! counters=$(grep -o '<Counters [^>]*>' "$results/$trx" 2>/dev/null); then
            say "$project: the test run ended without a result."
            failed=$((failed + 1))
            continue
        fi
        total=$(sed -E 's/.* total="([0-9]+)".*/\1/' <<<"$counters")
        executed=$(sed -E 's/.* executed="([0-9]+)".*/\1/' <<<"$counters")
        ok=$(sed -E 's/.* passed="([0-9]+)".*/\1/' <<<"$counters")
        passed=$((passed + ok))
        failed=$((failed + executed - ok))
        # A run that broke off has counted only what it came to.
        ((ended && executed == ok)) && { say "$project: the test run broke off."; failed=$((failed + 1)); }
        skipped=$((skipped + total - executed))
    done
    for suite in tests/Pester/*.Tests.ps1; do
        [[ -e $suite ]] || continue
        say "skipped: $suite: there is no PowerShell"
        skipped=$((skipped + 1))
    done
    say "$passed passed, $failed failed, $skipped skipped"
    ((failed == 0))
}

without_powershell() {
    case "$1" in
        clean) dotnet build UpgradeModule.sln -t:Clean -c "$configuration" -v quiet -clp:NoSummary; rm -rf output ;;
        build) msbuild Layout ;;
        package) msbuild Package ;;
        docs) say "The help is made by PlatyPS, which needs PowerShell: left out." ;;
        demo) dotnet build tests/SampleApp -t:PublishAll -v quiet -clp:NoSummary; msbuild Layout; dotnet run --project samples/Demo -c "$configuration" ;;
        test) msbuild Layout; test_without_powershell ;;
    esac
}

if wants test || wants demo; then install_services; fi
if wants test; then install_containers; start_engine; fi
find_pwsh
if ((${#pwsh[@]})); then
    joined=$(IFS=,; say "${tasks[*]}")
    arguments=(-NoProfile -File build.ps1 -Task "$joined" -Configuration "$configuration")
    ((long)) && arguments+=(-Long)
    "${pwsh[@]}" "${arguments[@]}"
    exit
fi

say "There is no PowerShell: no 'pwsh' on the PATH, and the .NET tool could not be restored. Doing what the .NET SDK alone can do."
for task in "${tasks[@]}"; do without_powershell "$task"; done
