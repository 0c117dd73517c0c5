#compdef ce-upgrade

autoload -U is-at-least

_ce-upgrade() {
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
'--yes[Answer yes when a change must be confirmed]' \
'--resume[Finish the run that was interrupted]' \
'--list-runs[List the runs]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'-V[Print version]' \
'--version[Print version]' \
":: :_ce-upgrade_commands" \
"*::: :->ce-upgrade" \
&& ret=0
    case $state in
    (ce-upgrade)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:ce-upgrade-command-$line[1]:"
        case $line[1] in
            (patch-config)
_arguments "${_arguments_options[@]}" : \
'--uwc-base=[Where Communications Express is installed, below the root \[default\: found\]]:DIR:_files' \
'--deployed=[What is deployed to the web container\: the directory that holds WEB-INF \[default\: found\]]:DIR:_files' \
'--from=[Take the site'\''s files from this deployment\: the old one beside the new one, or one that was copied from another host]:OLD_DEPLOYED:_files' \
'--old-host=[With --from\: replace this host name or address in the site'\''s files]:NAME:_default' \
'--new-host=[The host name or address that replaces it]:NAME:_default' \
'--base=[Stock files of the old release\: a tree like a root, an installation, or a directory WEB-INF \[default\: not known\]]:DIR:_files' \
'--new=[Stock files of the new release, likewise \[default\: lib/config-templates of the installation\]]:DIR:_files' \
'--work-dir=[Where the merged files go \[default\: newconfig below the installation\]]:DIR:_files' \
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
'::patch -- The patch that brought the new release, such as 122793-21, or a path that ends in it:_default' \
&& ret=0
;;
(install-newconfig)
_arguments "${_arguments_options[@]}" : \
'--uwc-base=[Where Communications Express is installed, below the root \[default\: found\]]:DIR:_files' \
'--deployed=[What is deployed to the web container\: the directory that holds WEB-INF \[default\: found\]]:DIR:_files' \
'--work-dir=[Where patch-config put the merged files \[default\: newconfig below the installation\]]:DIR:_files' \
'--root=[Treat DIR as the root directory of the product]:DIR:_files' \
'--state-dir=[Keep the journal and saved originals of runs in DIR]:DIR:_files' \
'--report=[Also write the result as JSON to FILE]:FILE:_files' \
'--undo=[Undo a run \[default\: the newest one\]]::RUN:_default' \
'--prune=[Delete what is kept of a run; it cannot be undone afterwards]:RUN:_default' \
'--color=[When to use colours]:WHEN:((auto\:"On a terminal that can, unless \`NO_COLOR\` is set"
always\:"Always"
never\:"Never"))' \
'-f[Install although conflicts are not resolved\: the site'\''s values are kept in them]' \
'--force[Install although conflicts are not resolved\: the site'\''s values are kept in them]' \
'--dry-run[Show what would be done and change nothing]' \
'--json[Print the result as JSON]' \
'--yes[Answer yes when a change must be confirmed]' \
'--resume[Finish the run that was interrupted]' \
'--list-runs[List the runs]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(uninstall-newconfig)
_arguments "${_arguments_options[@]}" : \
'--uwc-base=[Where Communications Express is installed, below the root \[default\: found\]]:DIR:_files' \
'--deployed=[What is deployed to the web container\: the directory that holds WEB-INF \[default\: found\]]:DIR:_files' \
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
'--yes[Answer yes when a change must be confirmed]' \
'--resume[Finish the run that was interrupted]' \
'--list-runs[List the runs]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(undo)
_arguments "${_arguments_options[@]}" : \
'--uwc-base=[Where Communications Express is installed, below the root \[default\: found\]]:DIR:_files' \
'--deployed=[What is deployed to the web container\: the directory that holds WEB-INF \[default\: found\]]:DIR:_files' \
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
'--yes[Answer yes when a change must be confirmed]' \
'--resume[Finish the run that was interrupted]' \
'--list-runs[List the runs]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(migrate-mail-ui)
_arguments "${_arguments_options[@]}" : \
'--uwc-base=[Where Communications Express is installed, below the root \[default\: found\]]:DIR:_files' \
'--deployed=[What is deployed to the web container\: the directory that holds WEB-INF \[default\: found\]]:DIR:_files' \
'--from=[The saved copy of the mail server'\''s config/html, below the root \[default\: data/preJES5/config/html of Messaging Server\]]:DIR:_files' \
'--base=[The pages that the old release shipped\: their directory, a mail server, or a tree like a root \[default\: not known\]]:DIR:_files' \
'*--resolve=[Resolve a conflict\: take the saved page, or leave the deployed one]:FILE:<file>=site|new:_default' \
'--proposals=[Write a merge by line of each page in conflict below this new directory]:DIR:_files' \
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
'--yes[Answer yes when a change must be confirmed]' \
'--resume[Finish the run that was interrupted]' \
'--list-runs[List the runs]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(check)
_arguments "${_arguments_options[@]}" : \
'--uwc-base=[Where Communications Express is installed, below the root \[default\: found\]]:DIR:_files' \
'--deployed=[What is deployed to the web container\: the directory that holds WEB-INF \[default\: found\]]:DIR:_files' \
'--messaging=[The version of Messaging Server, such as 7.0-0.03 \[default\: what is installed below the root\]]:VERSION:_default' \
'--calendar=[The version of Calendar Server, such as 6.3-7.03 \[default\: what is installed below the root\]]:VERSION:_default' \
'--dssetup=[The version of Comms DSSetup, such as 6.4-1.04 \[default\: what is installed below the root\]]:VERSION:_default' \
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
'--yes[Answer yes when a change must be confirmed]' \
'--resume[Finish the run that was interrupted]' \
'--list-runs[List the runs]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(status)
_arguments "${_arguments_options[@]}" : \
'--uwc-base=[Where Communications Express is installed, below the root \[default\: found\]]:DIR:_files' \
'--deployed=[What is deployed to the web container\: the directory that holds WEB-INF \[default\: found\]]:DIR:_files' \
'--work-dir=[Where patch-config put the merged files \[default\: newconfig below the installation\]]:DIR:_files' \
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
'--yes[Answer yes when a change must be confirmed]' \
'--resume[Finish the run that was interrupted]' \
'--list-runs[List the runs]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
":: :_ce-upgrade__subcmd__help_commands" \
"*::: :->help" \
&& ret=0

    case $state in
    (help)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:ce-upgrade-help-command-$line[1]:"
        case $line[1] in
            (patch-config)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(install-newconfig)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(uninstall-newconfig)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(migrate-mail-ui)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(check)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(status)
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

(( $+functions[_ce-upgrade_commands] )) ||
_ce-upgrade_commands() {
    local commands; commands=(
'patch-config:Merge the site'\''s configuration with that of the new release into a work directory; nothing live is touched' \
'install-newconfig:Install the merged files of patch-config into the deployed configuration' \
'uninstall-newconfig:Undo the newest installation of merged files' \
'undo:Undo the newest installation of merged files' \
'migrate-mail-ui:Move the customised mail pages that were saved from the mail server to where 6.3 has them, once' \
'check:Check the remote address books, the order of upgrades, and the files of the user interface' \
'status:Show the installation, and how far its upgrade is' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'ce-upgrade commands' commands "$@"
}
(( $+functions[_ce-upgrade__subcmd__check_commands] )) ||
_ce-upgrade__subcmd__check_commands() {
    local commands; commands=()
    _describe -t commands 'ce-upgrade check commands' commands "$@"
}
(( $+functions[_ce-upgrade__subcmd__help_commands] )) ||
_ce-upgrade__subcmd__help_commands() {
    local commands; commands=(
'patch-config:Merge the site'\''s configuration with that of the new release into a work directory; nothing live is touched' \
'install-newconfig:Install the merged files of patch-config into the deployed configuration' \
'uninstall-newconfig:Undo the newest installation of merged files' \
'migrate-mail-ui:Move the customised mail pages that were saved from the mail server to where 6.3 has them, once' \
'check:Check the remote address books, the order of upgrades, and the files of the user interface' \
'status:Show the installation, and how far its upgrade is' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'ce-upgrade help commands' commands "$@"
}
(( $+functions[_ce-upgrade__subcmd__help__subcmd__check_commands] )) ||
_ce-upgrade__subcmd__help__subcmd__check_commands() {
    local commands; commands=()
    _describe -t commands 'ce-upgrade help check commands' commands "$@"
}
(( $+functions[_ce-upgrade__subcmd__help__subcmd__help_commands] )) ||
_ce-upgrade__subcmd__help__subcmd__help_commands() {
    local commands; commands=()
    _describe -t commands 'ce-upgrade help help commands' commands "$@"
}
(( $+functions[_ce-upgrade__subcmd__help__subcmd__install-newconfig_commands] )) ||
_ce-upgrade__subcmd__help__subcmd__install-newconfig_commands() {
    local commands; commands=()
    _describe -t commands 'ce-upgrade help install-newconfig commands' commands "$@"
}
(( $+functions[_ce-upgrade__subcmd__help__subcmd__migrate-mail-ui_commands] )) ||
_ce-upgrade__subcmd__help__subcmd__migrate-mail-ui_commands() {
    local commands; commands=()
    _describe -t commands 'ce-upgrade help migrate-mail-ui commands' commands "$@"
}
(( $+functions[_ce-upgrade__subcmd__help__subcmd__patch-config_commands] )) ||
_ce-upgrade__subcmd__help__subcmd__patch-config_commands() {
    local commands; commands=()
    _describe -t commands 'ce-upgrade help patch-config commands' commands "$@"
}
(( $+functions[_ce-upgrade__subcmd__help__subcmd__status_commands] )) ||
_ce-upgrade__subcmd__help__subcmd__status_commands() {
    local commands; commands=()
    _describe -t commands 'ce-upgrade help status commands' commands "$@"
}
(( $+functions[_ce-upgrade__subcmd__help__subcmd__uninstall-newconfig_commands] )) ||
_ce-upgrade__subcmd__help__subcmd__uninstall-newconfig_commands() {
    local commands; commands=()
    _describe -t commands 'ce-upgrade help uninstall-newconfig commands' commands "$@"
}
(( $+functions[_ce-upgrade__subcmd__install-newconfig_commands] )) ||
_ce-upgrade__subcmd__install-newconfig_commands() {
    local commands; commands=()
    _describe -t commands 'ce-upgrade install-newconfig commands' commands "$@"
}
(( $+functions[_ce-upgrade__subcmd__migrate-mail-ui_commands] )) ||
_ce-upgrade__subcmd__migrate-mail-ui_commands() {
    local commands; commands=()
    _describe -t commands 'ce-upgrade migrate-mail-ui commands' commands "$@"
}
(( $+functions[_ce-upgrade__subcmd__patch-config_commands] )) ||
_ce-upgrade__subcmd__patch-config_commands() {
    local commands; commands=()
    _describe -t commands 'ce-upgrade patch-config commands' commands "$@"
}
(( $+functions[_ce-upgrade__subcmd__status_commands] )) ||
_ce-upgrade__subcmd__status_commands() {
    local commands; commands=()
    _describe -t commands 'ce-upgrade status commands' commands "$@"
}
(( $+functions[_ce-upgrade__subcmd__uninstall-newconfig_commands] )) ||
_ce-upgrade__subcmd__uninstall-newconfig_commands() {
    local commands; commands=()
    _describe -t commands 'ce-upgrade uninstall-newconfig commands' commands "$@"
}

if [ "$funcstack[1]" = "_ce-upgrade" ]; then
    _ce-upgrade "$@"
else
    compdef _ce-upgrade ce-upgrade
fi
