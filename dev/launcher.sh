#!/bin/sh
# Starts @PROGRAM@. Written by dev/build. The shell starts no other process, unless this file is reached through a link
# or a relative path.
self=$0
if [ -h "$self" ]; then self=$(readlink -f -- "$self"); fi
case $self in
  /*/*/*) bin=${self%/*} && home=${bin%/*} ;;
  *) home=$(CDPATH='' cd -- "${self%/*}/.." && pwd -P) || exit 125 ;;
esac
lib=$home/lib/@PROGRAM@
client=
if [ -S @SOCKET@ ] && [ "${CNTR_SERVER-}" != none ]; then client=$lib/client; fi # @CLIENT@
# the virtual machine's own messages must not get into the program's output
exec ${client:+"$client"} "$home/runtime/bin/java" -Xlog:disable -Xlog:all=error:stderr @FLAGS@ \
  "${CNTR_AOT_FLAG:--XX:AOTCache=$lib/@PROGRAM@.aot}" -cp @CLASSPATH@ @MAIN@ "$@"
