#compdef config-commda-merge

autoload -U is-at-least

_config-commda-merge() {
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
'--root=[Treat DIR as the root directory of the product]:DIR:_files' \
'--state-dir=[Keep the journal and saved originals of runs in DIR]:DIR:_files' \
'--report=[Also write the result as JSON to FILE]:FILE:_files' \
'--undo=[Undo a run \[default\: the newest one\]]::RUN:_default' \
'--prune=[Delete what is kept of a run; it cannot be undone afterwards]:RUN:_default' \
'--color=[When to use colours]:WHEN:((auto\:"On a terminal that can, unless \`NO_COLOR\` is set"
always\:"Always"
never\:"Never"))' \
'--dry-run[Show what would be done and change nothing]' \
'--json[Print the result as JSON]' \
'--resume[Finish the run that was interrupted]' \
'--list-runs[List the runs]' \
'-y[Answer yes when a change must be confirmed]' \
'--yes[Answer yes when a change must be confirmed]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'-V[Print version]' \
'--version[Print version]' \
":: :_config-commda-merge_commands" \
"*::: :->config-commda-merge" \
&& ret=0
    case $state in
    (config-commda-merge)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:config-commda-merge-command-$line[1]:"
        case $line[1] in
            (status)
_arguments "${_arguments_options[@]}" : \
'--da-base=[Where Delegated Administrator is installed, below the root \[default\: found\]]:DIR:_files' \
'--base=[Stock files of the release that the site'\''s files came from]:DIR:_files' \
'--root=[Treat DIR as the root directory of the product]:DIR:_files' \
'--state-dir=[Keep the journal and saved originals of runs in DIR]:DIR:_files' \
'--report=[Also write the result as JSON to FILE]:FILE:_files' \
'--undo=[Undo a run \[default\: the newest one\]]::RUN:_default' \
'--prune=[Delete what is kept of a run; it cannot be undone afterwards]:RUN:_default' \
'--color=[When to use colours]:WHEN:((auto\:"On a terminal that can, unless \`NO_COLOR\` is set"
always\:"Always"
never\:"Never"))' \
'--dry-run[Show what would be done and change nothing]' \
'--json[Print the result as JSON]' \
'--resume[Finish the run that was interrupted]' \
'--list-runs[List the runs]' \
'-y[Answer yes when a change must be confirmed]' \
'--yes[Answer yes when a change must be confirmed]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(snapshot)
_arguments "${_arguments_options[@]}" : \
'--da-base=[Where Delegated Administrator is installed, below the root \[default\: found\]]:DIR:_files' \
'--out=[The directory to make \[default\: one beside the runs, where merge finds it\]]:DIR:_files' \
'--root=[Treat DIR as the root directory of the product]:DIR:_files' \
'--state-dir=[Keep the journal and saved originals of runs in DIR]:DIR:_files' \
'--report=[Also write the result as JSON to FILE]:FILE:_files' \
'--undo=[Undo a run \[default\: the newest one\]]::RUN:_default' \
'--prune=[Delete what is kept of a run; it cannot be undone afterwards]:RUN:_default' \
'--color=[When to use colours]:WHEN:((auto\:"On a terminal that can, unless \`NO_COLOR\` is set"
always\:"Always"
never\:"Never"))' \
'--dry-run[Show what would be done and change nothing]' \
'--json[Print the result as JSON]' \
'--resume[Finish the run that was interrupted]' \
'--list-runs[List the runs]' \
'-y[Answer yes when a change must be confirmed]' \
'--yes[Answer yes when a change must be confirmed]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(merge)
_arguments "${_arguments_options[@]}" : \
'--da-base=[Where Delegated Administrator is installed, below the root \[default\: found\]]:DIR:_files' \
'--saved=[The site'\''s files from before config-commda\: a snapshot, a directory of them, or a tree like a root \[default\: the newest snapshot\]]:DIR:_files' \
'--base=[Stock files of the release that the site'\''s files came from \[default\: those of the snapshot, else the documented values\]]:DIR:_files' \
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
'--dry-run[Show what would be done and change nothing]' \
'--json[Print the result as JSON]' \
'--resume[Finish the run that was interrupted]' \
'--list-runs[List the runs]' \
'-y[Answer yes when a change must be confirmed]' \
'--yes[Answer yes when a change must be confirmed]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(file)
_arguments "${_arguments_options[@]}" : \
'-o+[Where the merged file goes \[default\: standard output\]]:OUT:_files' \
'--name=[The name that tells which of the six files it is (in a git merge driver\: %P) \[default\: that of NEW\]]:NAME:_files' \
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
'--dry-run[Show what would be done and change nothing]' \
'--json[Print the result as JSON]' \
'--resume[Finish the run that was interrupted]' \
'--list-runs[List the runs]' \
'-y[Answer yes when a change must be confirmed]' \
'--yes[Answer yes when a change must be confirmed]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
':base -- What the old release shipped; /dev/null when it is not known:_files' \
':saved -- The site'\''s file:_files' \
':new -- The new file:_files' \
&& ret=0
;;
(deploy)
_arguments "${_arguments_options[@]}" : \
'--da-base=[Where Delegated Administrator is installed, below the root \[default\: found\]]:DIR:_files' \
'--container=[The web container that was chosen at the last config-commda \[default\: the one that holds deployed copies\]]:CONTAINER:((wbsvr\:"Web Server 6.x"
wbsvr7x\:"Web Server 7.x"
appsvr\:"Application Server 7.x"
appsvr8x\:"Application Server 8.x"))' \
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
'--resume[Finish the run that was interrupted]' \
'--list-runs[List the runs]' \
'-y[Answer yes when a change must be confirmed]' \
'--yes[Answer yes when a change must be confirmed]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(service-packages)
_arguments "${_arguments_options[@]}" : \
'--suffix=[The root suffix (ugldapbasedn)]:DN:_default' \
'--from=[LDIF export of the directory, with at least o=cosTemplates and the definitions]:LDIF:_files' \
'-o+[Where the changes go]:LDIF:_files' \
'--root=[Treat DIR as the root directory of the product]:DIR:_files' \
'--state-dir=[Keep the journal and saved originals of runs in DIR]:DIR:_files' \
'--report=[Also write the result as JSON to FILE]:FILE:_files' \
'--undo=[Undo a run \[default\: the newest one\]]::RUN:_default' \
'--prune=[Delete what is kept of a run; it cannot be undone afterwards]:RUN:_default' \
'--color=[When to use colours]:WHEN:((auto\:"On a terminal that can, unless \`NO_COLOR\` is set"
always\:"Always"
never\:"Never"))' \
'--dry-run[Show what would be done and change nothing]' \
'--json[Print the result as JSON]' \
'--resume[Finish the run that was interrupted]' \
'--list-runs[List the runs]' \
'-y[Answer yes when a change must be confirmed]' \
'--yes[Answer yes when a change must be confirmed]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(undo)
_arguments "${_arguments_options[@]}" : \
'--root=[Treat DIR as the root directory of the product]:DIR:_files' \
'--state-dir=[Keep the journal and saved originals of runs in DIR]:DIR:_files' \
'--report=[Also write the result as JSON to FILE]:FILE:_files' \
'--undo=[Undo a run \[default\: the newest one\]]::RUN:_default' \
'--prune=[Delete what is kept of a run; it cannot be undone afterwards]:RUN:_default' \
'--color=[When to use colours]:WHEN:((auto\:"On a terminal that can, unless \`NO_COLOR\` is set"
always\:"Always"
never\:"Never"))' \
'--dry-run[Show what would be done and change nothing]' \
'--json[Print the result as JSON]' \
'--resume[Finish the run that was interrupted]' \
'--list-runs[List the runs]' \
'-y[Answer yes when a change must be confirmed]' \
'--yes[Answer yes when a change must be confirmed]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'::run -- The run \[default\: the newest one\]:_default' \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
":: :_config-commda-merge__subcmd__help_commands" \
"*::: :->help" \
&& ret=0

    case $state in
    (help)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:config-commda-merge-help-command-$line[1]:"
        case $line[1] in
            (status)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(snapshot)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(merge)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(file)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(deploy)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(service-packages)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(undo)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
        esac
    ;;
esac
;;
        esac
    ;;
esac
}

(( $+functions[_config-commda-merge_commands] )) ||
_config-commda-merge_commands() {
    local commands; commands=(
'status:Show which keys are customised now, and what a merge would need' \
'snapshot:Save the files, their deployed copies and the stock defaults, before config-commda runs' \
'merge:Put the site'\''s values into the files that config-commda has written' \
'file:Merge one file; as a git merge driver\: file %O %A %B -o %A' \
'deploy:Run the deploy scripts for the files whose deployed copies differ' \
'service-packages:Write the LDIF that moves custom service packages to the 6.4 nodes' \
'undo:Undo a merge\: the same as --undo' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'config-commda-merge commands' commands "$@"
}
(( $+functions[_config-commda-merge__subcmd__deploy_commands] )) ||
_config-commda-merge__subcmd__deploy_commands() {
    local commands; commands=()
    _describe -t commands 'config-commda-merge deploy commands' commands "$@"
}
(( $+functions[_config-commda-merge__subcmd__file_commands] )) ||
_config-commda-merge__subcmd__file_commands() {
    local commands; commands=()
    _describe -t commands 'config-commda-merge file commands' commands "$@"
}
(( $+functions[_config-commda-merge__subcmd__help_commands] )) ||
_config-commda-merge__subcmd__help_commands() {
    local commands; commands=(
'status:Show which keys are customised now, and what a merge would need' \
'snapshot:Save the files, their deployed copies and the stock defaults, before config-commda runs' \
'merge:Put the site'\''s values into the files that config-commda has written' \
'file:Merge one file; as a git merge driver\: file %O %A %B -o %A' \
'deploy:Run the deploy scripts for the files whose deployed copies differ' \
'service-packages:Write the LDIF that moves custom service packages to the 6.4 nodes' \
'undo:Undo a merge\: the same as --undo' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'config-commda-merge help commands' commands "$@"
}
(( $+functions[_config-commda-merge__subcmd__help__subcmd__deploy_commands] )) ||
_config-commda-merge__subcmd__help__subcmd__deploy_commands() {
    local commands; commands=()
    _describe -t commands 'config-commda-merge help deploy commands' commands "$@"
}
(( $+functions[_config-commda-merge__subcmd__help__subcmd__file_commands] )) ||
_config-commda-merge__subcmd__help__subcmd__file_commands() {
    local commands; commands=()
    _describe -t commands 'config-commda-merge help file commands' commands "$@"
}
(( $+functions[_config-commda-merge__subcmd__help__subcmd__help_commands] )) ||
_config-commda-merge__subcmd__help__subcmd__help_commands() {
    local commands; commands=()
    _describe -t commands 'config-commda-merge help help commands' commands "$@"
}
(( $+functions[_config-commda-merge__subcmd__help__subcmd__merge_commands] )) ||
_config-commda-merge__subcmd__help__subcmd__merge_commands() {
    local commands; commands=()
    _describe -t commands 'config-commda-merge help merge commands' commands "$@"
}
(( $+functions[_config-commda-merge__subcmd__help__subcmd__service-packages_commands] )) ||
_config-commda-merge__subcmd__help__subcmd__service-packages_commands() {
    local commands; commands=()
    _describe -t commands 'config-commda-merge help service-packages commands' commands "$@"
}
(( $+functions[_config-commda-merge__subcmd__help__subcmd__snapshot_commands] )) ||
_config-commda-merge__subcmd__help__subcmd__snapshot_commands() {
    local commands; commands=()
    _describe -t commands 'config-commda-merge help snapshot commands' commands "$@"
}
(( $+functions[_config-commda-merge__subcmd__help__subcmd__status_commands] )) ||
_config-commda-merge__subcmd__help__subcmd__status_commands() {
    local commands; commands=()
    _describe -t commands 'config-commda-merge help status commands' commands "$@"
}
(( $+functions[_config-commda-merge__subcmd__help__subcmd__undo_commands] )) ||
_config-commda-merge__subcmd__help__subcmd__undo_commands() {
    local commands; commands=()
    _describe -t commands 'config-commda-merge help undo commands' commands "$@"
}
(( $+functions[_config-commda-merge__subcmd__merge_commands] )) ||
_config-commda-merge__subcmd__merge_commands() {
    local commands; commands=()
    _describe -t commands 'config-commda-merge merge commands' commands "$@"
}
(( $+functions[_config-commda-merge__subcmd__service-packages_commands] )) ||
_config-commda-merge__subcmd__service-packages_commands() {
    local commands; commands=()
    _describe -t commands 'config-commda-merge service-packages commands' commands "$@"
}
(( $+functions[_config-commda-merge__subcmd__snapshot_commands] )) ||
_config-commda-merge__subcmd__snapshot_commands() {
    local commands; commands=()
    _describe -t commands 'config-commda-merge snapshot commands' commands "$@"
}
(( $+functions[_config-commda-merge__subcmd__status_commands] )) ||
_config-commda-merge__subcmd__status_commands() {
    local commands; commands=()
    _describe -t commands 'config-commda-merge status commands' commands "$@"
}
(( $+functions[_config-commda-merge__subcmd__undo_commands] )) ||
_config-commda-merge__subcmd__undo_commands() {
    local commands; commands=()
    _describe -t commands 'config-commda-merge undo commands' commands "$@"
}

if [ "$funcstack[1]" = "_config-commda-merge" ]; then
    _config-commda-merge "$@"
else
    compdef _config-commda-merge config-commda-merge
fi
