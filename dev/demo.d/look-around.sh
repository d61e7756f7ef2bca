# Run by dev/demo inside the attached container: shows where it is, and fails if that is not the target's own world.
show() { printf '$ %s\n' "$*" && "$@"; }
show id
show hostname
show ps -o pid,user,args
show ls /var/lib/cntr
show printenv GREETING
printf '$ curl localhost:8080\n' && curl -sS --max-time 5 localhost:8080
foreign=0
for link in /proc/self/ns/*; do
  name=${link##*/}
  own=$(readlink "$link")
  target=$(readlink "/proc/1/ns/$name")
  if [ "$own" = "$target" ]; then relation="the target's"
  elif [ "$name" = mnt ]; then relation="a copy of the target's $target, with the tools at /"
  else relation="NOT the target's $target" foreign=1; fi
  printf '%-40s %s\n' "$own" "$relation"
done
exit $foreign
