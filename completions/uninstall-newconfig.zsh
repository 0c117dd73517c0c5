#compdef uninstall-newconfig

autoload -U is-at-least

_uninstall-newconfig() {
    typeset -A opt_args
    typeset -a _arguments_options
    local ret=1

    if is-at-least 5.2; then
        _arguments_options=(-s -S -C)
    else
        _arguments_options=(-s -C)
    fi

    local context curcontext="$curcontext" state line
    _arguments "${_arguments_options[@]}" : \
'--new-root=[The server root of the new release \[default\: the one that this program is installed in\]]:DIR:_files' \
'--root=[Treat DIR as the root directory of the product]:DIR:_files' \
'--state-dir=[Keep the journal and saved originals of runs in DIR]:DIR:_files' \
'--report=[Also write the result as JSON to FILE]:FILE:_files' \
'--undo=[Undo a run \[default\: the newest one\]]::RUN:_default' \
'--prune=[Delete what is kept of a run; it cannot be undone afterwards]:RUN:_default' \
'--color=[When to use colours]:WHEN:((auto\:"On a terminal that can, unless \`NO_COLOR\` is set"
always\:"Always"
never\:"Never"))' \
'--run-commands[Run commands of the product although --root names another root; without this they are printed]' \
'--dry-run[Show what would be done and change nothing]' \
'--json[Print the result as JSON]' \
'--yes[Answer yes when a change must be confirmed]' \
'--resume[Finish the run that was interrupted]' \
'--list-runs[List the runs]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'-V[Print version]' \
'--version[Print version]' \
&& ret=0
}

(( $+functions[_uninstall-newconfig_commands] )) ||
_uninstall-newconfig_commands() {
    local commands; commands=()
    _describe -t commands 'uninstall-newconfig commands' commands "$@"
}

if [ "$funcstack[1]" = "_uninstall-newconfig" ]; then
    _uninstall-newconfig "$@"
else
    compdef _uninstall-newconfig uninstall-newconfig
fi
