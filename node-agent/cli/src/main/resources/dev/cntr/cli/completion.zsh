#compdef cntr
# Completion of cntr for zsh: source <(cntr completion zsh), behind compinit
@WORDS@
_cntr() {
  local place= proposed
  # behind -- is the container's command, of which nothing is known here
  (( ${words[(I)--]} == 0 || ${words[(i)--]} >= CURRENT )) || return 0
  if (( CURRENT > 2 )); then
    place=$words[2]:$words[CURRENT-1]
    [[ $words[CURRENT] != -* ]] || place=$words[2]:-
  fi
  proposed=$(_cntr_words "$place")
  case $proposed in
    '<directory>') _files -/ ;;
    '<file>') _files ;;
    '<container>') compadd -- ${(f)"$($words[1] list --output name 2>/dev/null)"} ;;
    '<session>') compadd -- ${(f)"$($words[1] sessions --quiet 2>/dev/null)"} ;;
    '<value>') ;;
    *) compadd -- ${=proposed} ;;
  esac
}
compdef _cntr cntr
