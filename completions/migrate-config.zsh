#compdef migrate-config

autoload -U is-at-least

_migrate-config() {
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
'(-u)--data-root=[Make an independent copy of the configuration in DIR, which becomes the data root of the new server]:DIR:_files' \
'--old-host=[With --data-root\: replace this host name in the copy]:NAME:_default' \
'--new-host=[The host name that replaces it]:NAME:_default' \
'--old-ip=[With --data-root\: replace this address in the copy]:ADDRESS:_default' \
'--new-ip=[The address that replaces it]:ADDRESS:_default' \
'(-u)--configutil-export=[What \`configutil\` of the old release printed\: the settings that 6.0, 6.1 and 6.2 keep in LDAP]:FILE:_files' \
'(-u)--store-backup=[Where the backup of the message store is\: a directory, a volume snapshot, or none]:DIR|snapshot:NAME|none:_default' \
'(-u)--from-release=[The old release, where it cannot be found out]:VERSION:_default' \
'(-u)--from-bits=[Whether the old programs are 32-bit or 64-bit, where that cannot be found out]:32|64:_default' \
'(-u)--to-bits=[Whether the new programs are 32-bit or 64-bit, where that cannot be found out]:32|64:_default' \
'--root=[Treat DIR as the root directory of the product]:DIR:_files' \
'--state-dir=[Keep the journal and saved originals of runs in DIR]:DIR:_files' \
'--report=[Also write the result as JSON to FILE]:FILE:_files' \
'--prune=[Delete what is kept of a run; it cannot be undone afterwards]:RUN:_default' \
'--color=[When to use colours]:WHEN:((auto\:"On a terminal that can, unless \`NO_COLOR\` is set"
always\:"Always"
never\:"Never"))' \
'--undo=[Undo a run, or the move from OLDROOT as -u does \[default\: the newest run\]]::RUN|OLDROOT:_default' \
'-u[Undo the move from OLDROOT, and every later run on the new root first]' \
'--store-restored[With -u\: the message store was restored from its backup]' \
'(-u)--force-path[Go on although the upgrade guide does not support this pair of releases]' \
'(-u)--strict[Refuse configuration files that another user can replace]' \
'(-u --data-root --configutil-export --store-backup)--references[List the files outside the configuration that name OLDROOT, and change nothing]' \
'--dry-run[Show what would be done and change nothing]' \
'--json[Print the result as JSON]' \
'--yes[Answer yes when a change must be confirmed]' \
'--resume[Finish the run that was interrupted]' \
'--list-runs[List the runs]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'-V[Print version]' \
'--version[Print version]' \
'::old_root -- The server root of the old release, such as /opt/SUNWmsgsr:_files' \
&& ret=0
}

(( $+functions[_migrate-config_commands] )) ||
_migrate-config_commands() {
    local commands; commands=()
    _describe -t commands 'migrate-config commands' commands "$@"
}

if [ "$funcstack[1]" = "_migrate-config" ]; then
    _migrate-config "$@"
else
    compdef _migrate-config migrate-config
fi
