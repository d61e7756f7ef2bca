# Completion of cntr for bash: source <(cntr completion bash)
@WORDS@
_cntr() {
  local word=${COMP_WORDS[COMP_CWORD]} place= i words
  COMPREPLY=()
  # behind -- is the container's command, of which nothing is known here
  for ((i = 1; i < COMP_CWORD; i++)); do [[ ${COMP_WORDS[i]} != -- ]] || return 0; done
  if ((COMP_CWORD > 1)); then
    place=${COMP_WORDS[1]}:${COMP_WORDS[COMP_CWORD - 1]}
    [[ $word != -* ]] || place=${COMP_WORDS[1]}:-
  fi
  words=$(_cntr_words "$place")
  case $words in
    '<directory>') mapfile -t COMPREPLY < <(compgen -d -- "$word") ;;
    '<file>') mapfile -t COMPREPLY < <(compgen -f -- "$word") ;;
    '<container>') mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" list --output name 2>/dev/null)" -- "$word") ;;
    '<session>') mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" sessions --quiet 2>/dev/null)" -- "$word") ;;
    '<value>') ;;
    *) mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word") ;;
  esac
}
complete -F _cntr cntr
