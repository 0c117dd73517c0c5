#compdef im-upgrade

autoload -U is-at-least

_im-upgrade() {
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
":: :_im-upgrade_commands" \
"*::: :->im-upgrade" \
&& ret=0
    case $state in
    (im-upgrade)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:im-upgrade-command-$line[1]:"
        case $line[1] in
            (check)
_arguments "${_arguments_options[@]}" : \
'--im-base=[Where Instant Messaging is installed, below the root \[default\: found\]]:DIR:_files' \
'(--all-instances)--instance=[Only this instance \[default\: all below the configuration root\]]:NAME:_default' \
'--base=[Stock files of 7.2\: a tree like a root, an installation, or a configuration directory]:DIR:_files' \
'--new=[Stock files of 7.3, likewise \[default\: the files that the package step left\]]:DIR:_files' \
'*--resolve=[Resolve a conflict\: the site'\''s value, the new one, or another one (a secret'\''s goes into a --resolutions file)]:FILE:KEY=site|new|VALUE:_default' \
'--resolutions=[A file with one such line for each conflict; lines that begin with # are comments]:FILE:_files' \
'--release=[The release that is installed, where that cannot be found out, such as 7.2]:VERSION:_default' \
'(--no-service)--ha=[The server is this resource of a cluster\: use scswitch, never imadmin]:RESOURCE:_default' \
'--stop-timeout=[How long to wait until the server has stopped]:SECONDS:_default' \
'--root=[Treat DIR as the root directory of the product]:DIR:_files' \
'--state-dir=[Keep the journal and saved originals of runs in DIR]:DIR:_files' \
'--report=[Also write the result as JSON to FILE]:FILE:_files' \
'--undo=[Undo a run \[default\: the newest one\]]::RUN:_default' \
'--prune=[Delete what is kept of a run; it cannot be undone afterwards]:RUN:_default' \
'--color=[When to use colours]:WHEN:((auto\:"On a terminal that can, unless \`NO_COLOR\` is set"
always\:"Always"
never\:"Never"))' \
'--all-instances[All instances below the configuration root\: the default, spelled out]' \
'--no-service[Only change files\: stop and start nothing]' \
'--run-commands[Run commands of the product although --root names another root; without this they are printed]' \
'--dry-run[Show what would be done and change nothing]' \
'--json[Print the result as JSON]' \
'--yes[Answer yes when a change must be confirmed]' \
'--resume[Finish the run that was interrupted]' \
'--list-runs[List the runs]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(prepare)
_arguments "${_arguments_options[@]}" : \
'--im-base=[Where Instant Messaging is installed, below the root \[default\: found\]]:DIR:_files' \
'(--all-instances)--instance=[Only this instance \[default\: all below the configuration root\]]:NAME:_default' \
'--base=[Stock files of 7.2\: a tree like a root, an installation, or a configuration directory]:DIR:_files' \
'--new=[Stock files of 7.3, likewise \[default\: the files that the package step left\]]:DIR:_files' \
'*--resolve=[Resolve a conflict\: the site'\''s value, the new one, or another one (a secret'\''s goes into a --resolutions file)]:FILE:KEY=site|new|VALUE:_default' \
'--resolutions=[A file with one such line for each conflict; lines that begin with # are comments]:FILE:_files' \
'--release=[The release that is installed, where that cannot be found out, such as 7.2]:VERSION:_default' \
'(--no-service)--ha=[The server is this resource of a cluster\: use scswitch, never imadmin]:RESOURCE:_default' \
'--stop-timeout=[How long to wait until the server has stopped]:SECONDS:_default' \
'--root=[Treat DIR as the root directory of the product]:DIR:_files' \
'--state-dir=[Keep the journal and saved originals of runs in DIR]:DIR:_files' \
'--report=[Also write the result as JSON to FILE]:FILE:_files' \
'--undo=[Undo a run \[default\: the newest one\]]::RUN:_default' \
'--prune=[Delete what is kept of a run; it cannot be undone afterwards]:RUN:_default' \
'--color=[When to use colours]:WHEN:((auto\:"On a terminal that can, unless \`NO_COLOR\` is set"
always\:"Always"
never\:"Never"))' \
'--all-instances[All instances below the configuration root\: the default, spelled out]' \
'--no-service[Only change files\: stop and start nothing]' \
'--run-commands[Run commands of the product although --root names another root; without this they are printed]' \
'--dry-run[Show what would be done and change nothing]' \
'--json[Print the result as JSON]' \
'--yes[Answer yes when a change must be confirmed]' \
'--resume[Finish the run that was interrupted]' \
'--list-runs[List the runs]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(finish)
_arguments "${_arguments_options[@]}" : \
'--im-base=[Where Instant Messaging is installed, below the root \[default\: found\]]:DIR:_files' \
'(--all-instances)--instance=[Only this instance \[default\: all below the configuration root\]]:NAME:_default' \
'--base=[Stock files of 7.2\: a tree like a root, an installation, or a configuration directory]:DIR:_files' \
'--new=[Stock files of 7.3, likewise \[default\: the files that the package step left\]]:DIR:_files' \
'*--resolve=[Resolve a conflict\: the site'\''s value, the new one, or another one (a secret'\''s goes into a --resolutions file)]:FILE:KEY=site|new|VALUE:_default' \
'--resolutions=[A file with one such line for each conflict; lines that begin with # are comments]:FILE:_files' \
'--release=[The release that is installed, where that cannot be found out, such as 7.2]:VERSION:_default' \
'(--no-service)--ha=[The server is this resource of a cluster\: use scswitch, never imadmin]:RESOURCE:_default' \
'--stop-timeout=[How long to wait until the server has stopped]:SECONDS:_default' \
'--codebase=[The address that clients fetch the resources from \[default\: that of the template, else of each resource\]]:URL:_default' \
'--server=[What clients connect to \[default\: iim_mux.listenport\]]:HOST:PORT:_default' \
'(--container-command)--container=[Copy the archives into this deployment directory of a servlet container, below the root]:DIR:_files' \
'--container-command=[Run this command for each archive\: {war} stands for its path, {name} for the application'\''s name]:CMD:_default' \
'--root=[Treat DIR as the root directory of the product]:DIR:_files' \
'--state-dir=[Keep the journal and saved originals of runs in DIR]:DIR:_files' \
'--report=[Also write the result as JSON to FILE]:FILE:_files' \
'--undo=[Undo a run \[default\: the newest one\]]::RUN:_default' \
'--prune=[Delete what is kept of a run; it cannot be undone afterwards]:RUN:_default' \
'--color=[When to use colours]:WHEN:((auto\:"On a terminal that can, unless \`NO_COLOR\` is set"
always\:"Always"
never\:"Never"))' \
'--all-instances[All instances below the configuration root\: the default, spelled out]' \
'--no-service[Only change files\: stop and start nothing]' \
'--run-commands[Run commands of the product although --root names another root; without this they are printed]' \
'--dry-run[Show what would be done and change nothing]' \
'--json[Print the result as JSON]' \
'--yes[Answer yes when a change must be confirmed]' \
'--resume[Finish the run that was interrupted]' \
'--list-runs[List the runs]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(upgrade)
_arguments "${_arguments_options[@]}" : \
'--im-base=[Where Instant Messaging is installed, below the root \[default\: found\]]:DIR:_files' \
'(--all-instances)--instance=[Only this instance \[default\: all below the configuration root\]]:NAME:_default' \
'--base=[Stock files of 7.2\: a tree like a root, an installation, or a configuration directory]:DIR:_files' \
'--new=[Stock files of 7.3, likewise \[default\: the files that the package step left\]]:DIR:_files' \
'*--resolve=[Resolve a conflict\: the site'\''s value, the new one, or another one (a secret'\''s goes into a --resolutions file)]:FILE:KEY=site|new|VALUE:_default' \
'--resolutions=[A file with one such line for each conflict; lines that begin with # are comments]:FILE:_files' \
'--release=[The release that is installed, where that cannot be found out, such as 7.2]:VERSION:_default' \
'(--no-service)--ha=[The server is this resource of a cluster\: use scswitch, never imadmin]:RESOURCE:_default' \
'--stop-timeout=[How long to wait until the server has stopped]:SECONDS:_default' \
'--codebase=[The address that clients fetch the resources from \[default\: that of the template, else of each resource\]]:URL:_default' \
'--server=[What clients connect to \[default\: iim_mux.listenport\]]:HOST:PORT:_default' \
'(--container-command)--container=[Copy the archives into this deployment directory of a servlet container, below the root]:DIR:_files' \
'--container-command=[Run this command for each archive\: {war} stands for its path, {name} for the application'\''s name]:CMD:_default' \
'--root=[Treat DIR as the root directory of the product]:DIR:_files' \
'--state-dir=[Keep the journal and saved originals of runs in DIR]:DIR:_files' \
'--report=[Also write the result as JSON to FILE]:FILE:_files' \
'--undo=[Undo a run \[default\: the newest one\]]::RUN:_default' \
'--prune=[Delete what is kept of a run; it cannot be undone afterwards]:RUN:_default' \
'--color=[When to use colours]:WHEN:((auto\:"On a terminal that can, unless \`NO_COLOR\` is set"
always\:"Always"
never\:"Never"))' \
'--all-instances[All instances below the configuration root\: the default, spelled out]' \
'--no-service[Only change files\: stop and start nothing]' \
'--run-commands[Run commands of the product although --root names another root; without this they are printed]' \
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
'--im-base=[Where Instant Messaging is installed, below the root \[default\: found\]]:DIR:_files' \
'(--all-instances)--instance=[Only this instance \[default\: all below the configuration root\]]:NAME:_default' \
'--root=[Treat DIR as the root directory of the product]:DIR:_files' \
'--state-dir=[Keep the journal and saved originals of runs in DIR]:DIR:_files' \
'--report=[Also write the result as JSON to FILE]:FILE:_files' \
'--undo=[Undo a run \[default\: the newest one\]]::RUN:_default' \
'--prune=[Delete what is kept of a run; it cannot be undone afterwards]:RUN:_default' \
'--color=[When to use colours]:WHEN:((auto\:"On a terminal that can, unless \`NO_COLOR\` is set"
always\:"Always"
never\:"Never"))' \
'--all-instances[All instances below the configuration root\: the default, spelled out]' \
'--dry-run[Show what would be done and change nothing]' \
'--json[Print the result as JSON]' \
'--yes[Answer yes when a change must be confirmed]' \
'--resume[Finish the run that was interrupted]' \
'--list-runs[List the runs]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(rollback)
_arguments "${_arguments_options[@]}" : \
'--codebase=[The address that clients fetch the resources from \[default\: that of the template, else of each resource\]]:URL:_default' \
'--server=[What clients connect to \[default\: iim_mux.listenport\]]:HOST:PORT:_default' \
'(--container-command)--container=[Copy the archives into this deployment directory of a servlet container, below the root]:DIR:_files' \
'--container-command=[Run this command for each archive\: {war} stands for its path, {name} for the application'\''s name]:CMD:_default' \
'--im-base=[Where Instant Messaging is installed, below the root \[default\: found\]]:DIR:_files' \
'(--all-instances)--instance=[Only this instance \[default\: all below the configuration root\]]:NAME:_default' \
'(--no-service)--ha=[The server is this resource of a cluster\: use scswitch, never imadmin]:RESOURCE:_default' \
'--stop-timeout=[How long to wait until the server has stopped]:SECONDS:_default' \
'--root=[Treat DIR as the root directory of the product]:DIR:_files' \
'--state-dir=[Keep the journal and saved originals of runs in DIR]:DIR:_files' \
'--report=[Also write the result as JSON to FILE]:FILE:_files' \
'--undo=[Undo a run \[default\: the newest one\]]::RUN:_default' \
'--prune=[Delete what is kept of a run; it cannot be undone afterwards]:RUN:_default' \
'--color=[When to use colours]:WHEN:((auto\:"On a terminal that can, unless \`NO_COLOR\` is set"
always\:"Always"
never\:"Never"))' \
'(--skip-packages --force)--finish[After the packages of 7.2 are installed\: put its configuration back and start it]' \
'--skip-packages[Do both parts at once\: 7.2 is installed already]' \
'--force[Replace files that the site edited after the upgrade]' \
'--all-instances[All instances below the configuration root\: the default, spelled out]' \
'--no-service[Only change files\: stop and start nothing]' \
'--run-commands[Run commands of the product although --root names another root; without this they are printed]' \
'--dry-run[Show what would be done and change nothing]' \
'--json[Print the result as JSON]' \
'--yes[Answer yes when a change must be confirmed]' \
'--resume[Finish the run that was interrupted]' \
'--list-runs[List the runs]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(redeploy)
_arguments "${_arguments_options[@]}" : \
'--codebase=[The address that clients fetch the resources from \[default\: that of the template, else of each resource\]]:URL:_default' \
'--server=[What clients connect to \[default\: iim_mux.listenport\]]:HOST:PORT:_default' \
'(--container-command)--container=[Copy the archives into this deployment directory of a servlet container, below the root]:DIR:_files' \
'--container-command=[Run this command for each archive\: {war} stands for its path, {name} for the application'\''s name]:CMD:_default' \
'--im-base=[Where Instant Messaging is installed, below the root \[default\: found\]]:DIR:_files' \
'(--all-instances)--instance=[Only this instance \[default\: all below the configuration root\]]:NAME:_default' \
'--root=[Treat DIR as the root directory of the product]:DIR:_files' \
'--state-dir=[Keep the journal and saved originals of runs in DIR]:DIR:_files' \
'--report=[Also write the result as JSON to FILE]:FILE:_files' \
'--undo=[Undo a run \[default\: the newest one\]]::RUN:_default' \
'--prune=[Delete what is kept of a run; it cannot be undone afterwards]:RUN:_default' \
'--color=[When to use colours]:WHEN:((auto\:"On a terminal that can, unless \`NO_COLOR\` is set"
always\:"Always"
never\:"Never"))' \
'--all-instances[All instances below the configuration root\: the default, spelled out]' \
'--run-commands[Run commands of the product although --root names another root; without this they are printed]' \
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
":: :_im-upgrade__subcmd__help_commands" \
"*::: :->help" \
&& ret=0

    case $state in
    (help)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:im-upgrade-help-command-$line[1]:"
        case $line[1] in
            (check)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(prepare)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(finish)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(upgrade)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(status)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(rollback)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(redeploy)
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

(( $+functions[_im-upgrade_commands] )) ||
_im-upgrade_commands() {
    local commands; commands=(
'check:Show whether the server can be upgraded; it may run meanwhile' \
'prepare:Before the packages are upgraded\: check, stop the server, save its configuration' \
'finish:After the packages were upgraded\: merge the configuration, redeploy, start the server' \
'upgrade:Both, where the files of 7.3 are there already or are given with --new' \
'status:Show the installation, its instances, and how far an upgrade is' \
'rollback:Go back from 7.3 to 7.2\: stop, copy the saved configuration out, and after the packages put it back' \
'redeploy:Make the client resources anew from their templates, pack them and the HTTP gateway, and deploy them' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'im-upgrade commands' commands "$@"
}
(( $+functions[_im-upgrade__subcmd__check_commands] )) ||
_im-upgrade__subcmd__check_commands() {
    local commands; commands=()
    _describe -t commands 'im-upgrade check commands' commands "$@"
}
(( $+functions[_im-upgrade__subcmd__finish_commands] )) ||
_im-upgrade__subcmd__finish_commands() {
    local commands; commands=()
    _describe -t commands 'im-upgrade finish commands' commands "$@"
}
(( $+functions[_im-upgrade__subcmd__help_commands] )) ||
_im-upgrade__subcmd__help_commands() {
    local commands; commands=(
'check:Show whether the server can be upgraded; it may run meanwhile' \
'prepare:Before the packages are upgraded\: check, stop the server, save its configuration' \
'finish:After the packages were upgraded\: merge the configuration, redeploy, start the server' \
'upgrade:Both, where the files of 7.3 are there already or are given with --new' \
'status:Show the installation, its instances, and how far an upgrade is' \
'rollback:Go back from 7.3 to 7.2\: stop, copy the saved configuration out, and after the packages put it back' \
'redeploy:Make the client resources anew from their templates, pack them and the HTTP gateway, and deploy them' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'im-upgrade help commands' commands "$@"
}
(( $+functions[_im-upgrade__subcmd__help__subcmd__check_commands] )) ||
_im-upgrade__subcmd__help__subcmd__check_commands() {
    local commands; commands=()
    _describe -t commands 'im-upgrade help check commands' commands "$@"
}
(( $+functions[_im-upgrade__subcmd__help__subcmd__finish_commands] )) ||
_im-upgrade__subcmd__help__subcmd__finish_commands() {
    local commands; commands=()
    _describe -t commands 'im-upgrade help finish commands' commands "$@"
}
(( $+functions[_im-upgrade__subcmd__help__subcmd__help_commands] )) ||
_im-upgrade__subcmd__help__subcmd__help_commands() {
    local commands; commands=()
    _describe -t commands 'im-upgrade help help commands' commands "$@"
}
(( $+functions[_im-upgrade__subcmd__help__subcmd__prepare_commands] )) ||
_im-upgrade__subcmd__help__subcmd__prepare_commands() {
    local commands; commands=()
    _describe -t commands 'im-upgrade help prepare commands' commands "$@"
}
(( $+functions[_im-upgrade__subcmd__help__subcmd__redeploy_commands] )) ||
_im-upgrade__subcmd__help__subcmd__redeploy_commands() {
    local commands; commands=()
    _describe -t commands 'im-upgrade help redeploy commands' commands "$@"
}
(( $+functions[_im-upgrade__subcmd__help__subcmd__rollback_commands] )) ||
_im-upgrade__subcmd__help__subcmd__rollback_commands() {
    local commands; commands=()
    _describe -t commands 'im-upgrade help rollback commands' commands "$@"
}
(( $+functions[_im-upgrade__subcmd__help__subcmd__status_commands] )) ||
_im-upgrade__subcmd__help__subcmd__status_commands() {
    local commands; commands=()
    _describe -t commands 'im-upgrade help status commands' commands "$@"
}
(( $+functions[_im-upgrade__subcmd__help__subcmd__upgrade_commands] )) ||
_im-upgrade__subcmd__help__subcmd__upgrade_commands() {
    local commands; commands=()
    _describe -t commands 'im-upgrade help upgrade commands' commands "$@"
}
(( $+functions[_im-upgrade__subcmd__prepare_commands] )) ||
_im-upgrade__subcmd__prepare_commands() {
    local commands; commands=()
    _describe -t commands 'im-upgrade prepare commands' commands "$@"
}
(( $+functions[_im-upgrade__subcmd__redeploy_commands] )) ||
_im-upgrade__subcmd__redeploy_commands() {
    local commands; commands=()
    _describe -t commands 'im-upgrade redeploy commands' commands "$@"
}
(( $+functions[_im-upgrade__subcmd__rollback_commands] )) ||
_im-upgrade__subcmd__rollback_commands() {
    local commands; commands=()
    _describe -t commands 'im-upgrade rollback commands' commands "$@"
}
(( $+functions[_im-upgrade__subcmd__status_commands] )) ||
_im-upgrade__subcmd__status_commands() {
    local commands; commands=()
    _describe -t commands 'im-upgrade status commands' commands "$@"
}
(( $+functions[_im-upgrade__subcmd__upgrade_commands] )) ||
_im-upgrade__subcmd__upgrade_commands() {
    local commands; commands=()
    _describe -t commands 'im-upgrade upgrade commands' commands "$@"
}

if [ "$funcstack[1]" = "_im-upgrade" ]; then
    _im-upgrade "$@"
else
    compdef _im-upgrade im-upgrade
fi
