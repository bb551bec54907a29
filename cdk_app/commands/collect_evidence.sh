set -u
# Names of processes without their arguments: those may hold secrets.
uptime
ps -eo pid,ppid,pcpu,pmem,etimes,comm --sort=-pcpu | head -n 6
ps -eo pid,ppid,pcpu,pmem,etimes,comm --sort=-pmem | head -n 4
free -m
df -h /
ss -s
systemctl --failed --no-legend --plain
exit 0
