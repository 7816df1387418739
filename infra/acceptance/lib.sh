# Shared by the acceptance scripts; sourced, not run.

set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
here=$root/infra/acceptance
tools=$root/.tools
sam=$tools/sam/bin/sam
python=$tools/aws/bin/python
scratch=$(mktemp -d)

# Nothing here may reach a real account.
export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_REGION=sa-east-1 AWS_DEFAULT_REGION=sa-east-1
export AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null AWS_EC2_METADATA_DISABLED=true
export SAM_CLI_TELEMETRY=0 LC_ALL=C PYTHONDONTWRITEBYTECODE=1
unset AWS_PROFILE AWS_SESSION_TOKEN

all_functions=(Ingest Worker Caretaker Connect Desk)
started=()

# Ends what this script started, by process id and nothing else.
clean_up() {
  local pid
  for pid in "${started[@]}"; do kill "$pid" 2>/dev/null || true; done
  for pid in "${started[@]}"; do wait "$pid" 2>/dev/null || true; done
  rm -rf "$scratch"
}
trap clean_up EXIT

say() { printf '  %s\n' "$*"; }

fail() {
  printf '  FAILED: %s\n' "$*" >&2
  exit 1
}

free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# start NAME COMMAND…: runs it in the background, its output in $scratch/NAME.log.
start() {
  local name=$1
  shift
  "$@" >"$scratch/$name.log" 2>&1 </dev/null &
  started+=("$!")
}

# wait_for_port NAME PORT [ADDRESS]: up to 60 s until the server that `start` began as NAME listens.
wait_for_port() {
  local name=$1 port=$2 address=${3:-127.0.0.1} pid=${started[-1]}
  for _ in $(seq 300); do
    if (exec 3<>"/dev/tcp/$address/$port") 2>/dev/null; then return; fi
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.2
  done
  tail -n 20 "$scratch/$name.log" >&2
  fail "$name does not listen on port $port"
}

# start_ministack [ADDRESS]: sets $aws_port and $aws_url. All four variables matter: without them it listens on every
# address, opens a second port, and its functions call the real AWS.
start_ministack() {
  local address=${1:-127.0.0.1}
  aws_port=$(free_port)
  aws_url=http://$address:$aws_port
  start ministack env BIND_HOST="$address" GATEWAY_PORT="$aws_port" AWS_ENDPOINT_URL="$aws_url" IOT_MTLS_ENABLED=0 \
    "$tools/aws/bin/ministack"
  wait_for_port ministack "$aws_port" "$address"
}

# need_builds: every function as `sam build` leaves it.
need_builds() {
  local function
  for function in "${all_functions[@]}"; do
    [[ -x $root/.aws-sam/build/$function/bootstrap ]] || fail "build first: infra/acceptance/template"
  done
}

# install_tools NAME: what requirements-NAME.txt lists, into $tools/NAME. Does nothing if it is there.
install_tools() {
  local name=$1 requirements=$here/requirements-$1.txt
  if cmp -s "$requirements" "$tools/$name/installed.txt"; then return; fi
  say "installing $(grep -v '^#' "$requirements" | tr '\n' ' ')"
  rm -rf "${tools:?}/$name"
  python3 -m venv "$tools/$name"
  "$tools/$name/bin/pip" install --quiet --disable-pip-version-check -r "$requirements"
  cp "$requirements" "$tools/$name/installed.txt"
}

# need_browser: Debian's Chromium in $chromium, and in $browser what Node.js drives it by (NODE_PATH). Installs what is not there.
need_browser() {
  local playwright=1.64.1
  chromium=/usr/bin/chromium
  browser=$tools/browser/node_modules
  if [[ ! -x $chromium ]]; then
    say "installing Debian's Chromium"
    { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium; } >"$scratch/apt.log" 2>&1 || {
      tail -n 20 "$scratch/apt.log" >&2
      fail "chromium cannot be installed"
    }
  fi
  if [[ $(node -p "require('$browser/playwright-core/package.json').version" 2>/dev/null) != "$playwright" ]]; then
    say "installing playwright-core $playwright"
    mkdir -p "$tools/browser"
    npm install --prefix "$tools/browser" --no-save --no-audit --no-fund --silent "playwright-core@$playwright"
  fi
}
