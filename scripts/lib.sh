# Shared by the shell scripts: plain progress lines with elapsed time. Sourced, never run.
#
#   say TEXT...             one line with the time since the script began
#   die TEXT...             one line on stderr, exit 1
#   run_logged TEXT LOG CMD...  runs CMD with its output in LOG; says that it is alive every 30 s;
#                           on failure prints the end of LOG and returns CMD's exit code

BOREALIS_STARTED=${BOREALIS_STARTED:-$(date +%s)}
export BOREALIS_STARTED

elapsed() {
  local s=$(($(date +%s) - BOREALIS_STARTED))
  printf '%02d:%02d' $((s / 60)) $((s % 60))
}

say() { printf '[%s] %s\n' "$(elapsed)" "$*"; }

die() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

run_logged() {
  local text=$1 log=$2 code=0 pid waited=0
  shift 2
  mkdir -p "$(dirname "$log")"
  say "$text"
  "$@" >"$log" 2>&1 </dev/null &
  pid=$!
  while kill -0 "$pid" 2>/dev/null; do
    sleep 1
    waited=$((waited + 1))
    if ((waited % 30 == 0)); then say "  still at it; last line: $(tail -n 1 "$log" | cut -c 1-100)"; fi
  done
  wait "$pid" || code=$?
  if ((code != 0)); then
    printf '%s: failed with exit code %d; the end of %s:\n' "${0##*/}" "$code" "$log" >&2
    tail -n 40 "$log" | cut -c 1-300 >&2
  fi
  return "$code"
}
