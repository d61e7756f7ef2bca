# Completion of cntr for bash: source <(cntr completion bash)
_cntr() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} i
  local types='pid docker podman nspawn lxc lxd cri containerd command'
  COMPREPLY=()
  # behind -- is the container's command, of which nothing is known here
  for ((i = 1; i < COMP_CWORD; i++)); do [[ ${COMP_WORDS[i]} != -- ]] || return; done
  if ((COMP_CWORD == 1)); then
    mapfile -t COMPREPLY < <(compgen -W 'attach exec list images completion help --help --version' -- "$word")
    return
  fi
  case ${COMP_WORDS[1]} in
    attach)
      case $before in
        -t | --type) mapfile -t COMPREPLY < <(compgen -W "$types" -- "$word") ;;
        -o | --output) mapfile -t COMPREPLY < <(compgen -W 'text json' -- "$word") ;;
        --fs | --filesystem) mapfile -t COMPREPLY < <(compgen -W 'auto fuse bind' -- "$word") ;;
        --tools) mapfile -t COMPREPLY < <(compgen -d -- "$word") ;;
        --tools-from) mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" list --output name 2>/dev/null)" -- "$word") ;;
        --image) mapfile -t COMPREPLY < <(compgen -f -- "$word") ;;
        *)
          if [[ $word = -* ]]; then
            mapfile -t COMPREPLY < <(compgen -W '--type --tools --image --tools-from --fs --dry-run --output --tty --help' -- "$word")
          else
            mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" list --output name 2>/dev/null)" -- "$word")
          fi
          ;;
      esac
      ;;
    list)
      case $before in
        -t | --type) mapfile -t COMPREPLY < <(compgen -W "$types" -- "$word") ;;
        -o | --output) mapfile -t COMPREPLY < <(compgen -W 'table json name' -- "$word") ;;
        *) mapfile -t COMPREPLY < <(compgen -W '--type --output --help' -- "$word") ;;
      esac
      ;;
    images) mapfile -t COMPREPLY < <(compgen -W '--remove-unused --help' -- "$word") ;;
    completion) mapfile -t COMPREPLY < <(compgen -W 'bash' -- "$word") ;;
  esac
}
complete -F _cntr cntr
