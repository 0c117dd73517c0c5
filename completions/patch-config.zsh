#compdef patch-config

autoload -U is-at-least

_patch-config() {
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
'--base=[The stock files of the old release\: their directory, or a tree like a root that holds one \[default\: found below install of the old root\]]:DIR:_files' \
'--new=[The stock files of the new release \[default\: found below install of the new root\]]:DIR:_files' \
'--work-dir=[Where the merged files go \[default\: install/newconfig below the new root\]]:DIR:_files' \
'*--resolve=[Resolve a conflict\: the site'\''s value, the new one, or another one (a secret'\''s goes into a --resolutions file)]:FILE:KEY=site|new|VALUE:_default' \
'--resolutions=[A file with one such line for each conflict; lines that begin with # are comments]:FILE:_files' \
'--root=[Treat DIR as the root directory of the product]:DIR:_files' \
'--state-dir=[Keep the journal and saved originals of runs in DIR]:DIR:_files' \
'--report=[Also write the result as JSON to FILE]:FILE:_files' \
'--undo=[Undo a run \[default\: the newest one\]]::RUN:_default' \
'--prune=[Delete what is kept of a run; it cannot be undone afterwards]:RUN:_default' \
'--color=[When to use colours]:WHEN:((auto\:"On a terminal that can, unless \`NO_COLOR\` is set"
always\:"Always"
never\:"Never"))' \
'--forget-resolutions[Forget how conflicts were resolved in earlier calls]' \
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

(( $+functions[_patch-config_commands] )) ||
_patch-config_commands() {
    local commands; commands=()
    _describe -t commands 'patch-config commands' commands "$@"
}

if [ "$funcstack[1]" = "_patch-config" ]; then
    _patch-config "$@"
else
    compdef _patch-config patch-config
fi
