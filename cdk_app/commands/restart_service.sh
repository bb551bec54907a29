set -eu
systemctl restart -- '{{ service }}'
systemctl is-active -- '{{ service }}'
