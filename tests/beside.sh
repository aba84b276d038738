#!/bin/sh
# usage: beside.sh "PATIENT COMMAND" LOG COMMAND...
#
# Runs COMMAND, and beside it the patient one on what COMMAND leaves of the cores; waits for both and says how the patient one
# ended. Fails where either failed; where COMMAND fails, the patient one is ended. Its words go to LOG.
set -u
patient=$1 log=$2
shift 2

mkdir -p "$(dirname "$log")"
if command -v chrt >/dev/null; then # Linux: only when nothing else wants to run; elsewhere as little as there is
	chrt -i 0 $patient >"$log" 2>&1 &
else
	nice -n 19 $patient >"$log" 2>&1 &
fi
pid=$!
trap 'kill $pid 2>/dev/null; wait $pid 2>/dev/null' EXIT
trap 'exit 130' INT TERM

"$@" || exit
wait $pid
status=$?
echo "=== $patient (beside the above; all of it in $log)"
if [ $status = 0 ]; then tail -n 40 "$log"; else tail -n 400 "$log"; fi
exit $status
