#compdef occ-upgrade

autoload -U is-at-least

_occ-upgrade() {
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
'--report=[Also write the result as JSON to FILE]:FILE:_files' \
'--color=[When to use colours]:WHEN:((auto\:"On a terminal that can, unless \`NO_COLOR\` is set"
always\:"Always"
never\:"Never"))' \
'--root=[Treat DIR as the root directory of the product]:DIR:_files' \
'--state-dir=[Keep the journal and saved originals of runs in DIR]:DIR:_files' \
'--undo=[Undo a run \[default\: the newest one\]]::RUN:_default' \
'--prune=[Delete what is kept of a run; it cannot be undone afterwards]:RUN:_default' \
'--dry-run[Show what would be done and change nothing]' \
'--json[Print the result as JSON]' \
'--resume[Finish the run that was interrupted]' \
'--list-runs[List the runs]' \
'--yes[Ask nothing\: take the default of each question]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'-V[Print version]' \
'--version[Print version]' \
":: :_occ-upgrade_commands" \
"*::: :->occ-upgrade" \
&& ret=0
    case $state in
    (occ-upgrade)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:occ-upgrade-command-$line[1]:"
        case $line[1] in
            (new)
_arguments "${_arguments_options[@]}" : \
'-o+[What to make]:PATH:_files' \
'--output=[What to make]:PATH:_files' \
'--answers=[TOML file with the answers\: setting = "value", one a line]:FILE:_files' \
'--codepage=[Code page of the new file, or utf-16le; needed for text that is not ASCII]:NAME:_default' \
'--report=[Also write the result as JSON to FILE]:FILE:_files' \
'--color=[When to use colours]:WHEN:((auto\:"On a terminal that can, unless \`NO_COLOR\` is set"
always\:"Always"
never\:"Never"))' \
'--root=[Treat DIR as the root directory of the product]:DIR:_files' \
'--state-dir=[Keep the journal and saved originals of runs in DIR]:DIR:_files' \
'--undo=[Undo a run \[default\: the newest one\]]::RUN:_default' \
'--prune=[Delete what is kept of a run; it cannot be undone afterwards]:RUN:_default' \
'--replace[Replace what is there; the old one is kept beside it, and its name is printed]' \
'--dry-run[Show what would be done and change nothing]' \
'--json[Print the result as JSON]' \
'--resume[Finish the run that was interrupted]' \
'--list-runs[List the runs]' \
'--yes[Ask nothing\: take the default of each question]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(upgrade)
_arguments "${_arguments_options[@]}" : \
'-o+[What to make]:PATH:_files' \
'--output=[What to make]:PATH:_files' \
'--from=[The old release\: 7.1 or 7.2]:VERSION:_default' \
'--map=[Which section and key of the vendor'\''s .ini holds which setting; not needed for a file of this tool]:MAP.toml:_files' \
'--codepage=[Code page of FILE.ini, such as windows-1252, windows-1251 or shift_jis \[default\: as the file or the map says\]]:NAME:_default' \
'--report=[Also write the result as JSON to FILE]:FILE:_files' \
'--color=[When to use colours]:WHEN:((auto\:"On a terminal that can, unless \`NO_COLOR\` is set"
always\:"Always"
never\:"Never"))' \
'--root=[Treat DIR as the root directory of the product]:DIR:_files' \
'--state-dir=[Keep the journal and saved originals of runs in DIR]:DIR:_files' \
'--undo=[Undo a run \[default\: the newest one\]]::RUN:_default' \
'--prune=[Delete what is kept of a run; it cannot be undone afterwards]:RUN:_default' \
'--replace[Replace what is there; the old one is kept beside it, and its name is printed]' \
'--dry-run[Show what would be done and change nothing]' \
'--json[Print the result as JSON]' \
'--resume[Finish the run that was interrupted]' \
'--list-runs[List the runs]' \
'--yes[Ask nothing\: take the default of each question]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
':old -- The configuration of the old release:_files' \
&& ret=0
;;
(check)
_arguments "${_arguments_options[@]}" : \
'--site-root=[Compare with the browsing index in the dse.ldif of each directory server below DIR]:DIR:_files' \
'--index=[Compare with the browsing index in this LDIF file, such as an export of cn=config]:LDIF:_files' \
'--map=[Which section and key of the vendor'\''s .ini holds which setting; not needed for a file of this tool]:MAP.toml:_files' \
'--codepage=[Code page of FILE.ini, such as windows-1252, windows-1251 or shift_jis \[default\: as the file or the map says\]]:NAME:_default' \
'--report=[Also write the result as JSON to FILE]:FILE:_files' \
'--color=[When to use colours]:WHEN:((auto\:"On a terminal that can, unless \`NO_COLOR\` is set"
always\:"Always"
never\:"Never"))' \
'--root=[Treat DIR as the root directory of the product]:DIR:_files' \
'--state-dir=[Keep the journal and saved originals of runs in DIR]:DIR:_files' \
'--undo=[Undo a run \[default\: the newest one\]]::RUN:_default' \
'--prune=[Delete what is kept of a run; it cannot be undone afterwards]:RUN:_default' \
'--dry-run[Show what would be done and change nothing]' \
'--json[Print the result as JSON]' \
'--resume[Finish the run that was interrupted]' \
'--list-runs[List the runs]' \
'--yes[Ask nothing\: take the default of each question]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
':file -- The configuration, or an Outlook profile file:_files' \
&& ret=0
;;
(requirements)
_arguments "${_arguments_options[@]}" : \
'--messaging=[Version of Messaging Server]:VERSION:_default' \
'--calendar=[Version of Calendar Server]:VERSION:_default' \
'--directory=[Version of Directory Server]:VERSION:_default' \
'--convergence=[Version of Convergence]:VERSION:_default' \
'--communications-express=[Version of Communications Express]:VERSION:_default' \
'--site-root=[Read the versions that are not given from the site below DIR]:DIR:_files' \
'--first-calendar=[The first Calendar Server that this site ran, such as 5.1 or "6 2004Q2"]:VERSION:_default' \
'--report=[Also write the result as JSON to FILE]:FILE:_files' \
'--color=[When to use colours]:WHEN:((auto\:"On a terminal that can, unless \`NO_COLOR\` is set"
always\:"Always"
never\:"Never"))' \
'--root=[Treat DIR as the root directory of the product]:DIR:_files' \
'--state-dir=[Keep the journal and saved originals of runs in DIR]:DIR:_files' \
'--undo=[Undo a run \[default\: the newest one\]]::RUN:_default' \
'--prune=[Delete what is kept of a run; it cannot be undone afterwards]:RUN:_default' \
'--recurring-converted[The recurring events of older releases were converted (cs5migrate -r, cs5migrate_recurring)]' \
'--dry-run[Show what would be done and change nothing]' \
'--json[Print the result as JSON]' \
'--resume[Finish the run that was interrupted]' \
'--list-runs[List the runs]' \
'--yes[Ask nothing\: take the default of each question]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(package)
_arguments "${_arguments_options[@]}" : \
'-o+[What to make]:PATH:_files' \
'--output=[What to make]:PATH:_files' \
'--kit=[Also put the files of DIR into the package\: the programs that the Deployment Configuration Program has built]:DIR:_files' \
'--map=[Which section and key of the vendor'\''s .ini holds which setting; not needed for a file of this tool]:MAP.toml:_files' \
'--codepage=[Code page of FILE.ini, such as windows-1252, windows-1251 or shift_jis \[default\: as the file or the map says\]]:NAME:_default' \
'--report=[Also write the result as JSON to FILE]:FILE:_files' \
'--color=[When to use colours]:WHEN:((auto\:"On a terminal that can, unless \`NO_COLOR\` is set"
always\:"Always"
never\:"Never"))' \
'--root=[Treat DIR as the root directory of the product]:DIR:_files' \
'--state-dir=[Keep the journal and saved originals of runs in DIR]:DIR:_files' \
'--undo=[Undo a run \[default\: the newest one\]]::RUN:_default' \
'--prune=[Delete what is kept of a run; it cannot be undone afterwards]:RUN:_default' \
'--replace[Replace what is there; the old one is kept beside it, and its name is printed]' \
'--dry-run[Show what would be done and change nothing]' \
'--json[Print the result as JSON]' \
'--resume[Finish the run that was interrupted]' \
'--list-runs[List the runs]' \
'--yes[Ask nothing\: take the default of each question]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
':file -- The configuration:_files' \
&& ret=0
;;
(prf)
_arguments "${_arguments_options[@]}" : \
'--users=[The users\: CSV with a header line (RFC 4180), or LDIF, in UTF-8]:FILE:_files' \
'-o+[What to make]:PATH:_files' \
'--output=[What to make]:PATH:_files' \
'--preset=[What Outlook does with a profile that is there]:PRESET:((keep\:"Leave it as it is (OverwriteProfile=No)"
update\:"Add what it lacks and update what differs (OverwriteProfile=Append)"
replace\:"Replace it (OverwriteProfile=Yes)"))' \
'--target-codepage=[Code page of the desktops, which the profile files are written in \[default\: that of FILE.ini, else ASCII\]]:NAME:_default' \
'--map=[Which section and key of the vendor'\''s .ini holds which setting; not needed for a file of this tool]:MAP.toml:_files' \
'--codepage=[Code page of FILE.ini, such as windows-1252, windows-1251 or shift_jis \[default\: as the file or the map says\]]:NAME:_default' \
'--report=[Also write the result as JSON to FILE]:FILE:_files' \
'--color=[When to use colours]:WHEN:((auto\:"On a terminal that can, unless \`NO_COLOR\` is set"
always\:"Always"
never\:"Never"))' \
'--root=[Treat DIR as the root directory of the product]:DIR:_files' \
'--state-dir=[Keep the journal and saved originals of runs in DIR]:DIR:_files' \
'--undo=[Undo a run \[default\: the newest one\]]::RUN:_default' \
'--prune=[Delete what is kept of a run; it cannot be undone afterwards]:RUN:_default' \
'--replace[Replace what is there; the old one is kept beside it, and its name is printed]' \
'--dry-run[Show what would be done and change nothing]' \
'--json[Print the result as JSON]' \
'--resume[Finish the run that was interrupted]' \
'--list-runs[List the runs]' \
'--yes[Ask nothing\: take the default of each question]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
':file -- The configuration:_files' \
&& ret=0
;;
(vlv)
_arguments "${_arguments_options[@]}" : \
'-o+[What to make]:PATH:_files' \
'--output=[What to make]:PATH:_files' \
'--map=[Which section and key of the vendor'\''s .ini holds which setting; not needed for a file of this tool]:MAP.toml:_files' \
'--codepage=[Code page of FILE.ini, such as windows-1252, windows-1251 or shift_jis \[default\: as the file or the map says\]]:NAME:_default' \
'--report=[Also write the result as JSON to FILE]:FILE:_files' \
'--color=[When to use colours]:WHEN:((auto\:"On a terminal that can, unless \`NO_COLOR\` is set"
always\:"Always"
never\:"Never"))' \
'--root=[Treat DIR as the root directory of the product]:DIR:_files' \
'--state-dir=[Keep the journal and saved originals of runs in DIR]:DIR:_files' \
'--undo=[Undo a run \[default\: the newest one\]]::RUN:_default' \
'--prune=[Delete what is kept of a run; it cannot be undone afterwards]:RUN:_default' \
'--replace[Replace what is there; the old one is kept beside it, and its name is printed]' \
'--dry-run[Show what would be done and change nothing]' \
'--json[Print the result as JSON]' \
'--resume[Finish the run that was interrupted]' \
'--list-runs[List the runs]' \
'--yes[Ask nothing\: take the default of each question]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
':file -- The configuration:_files' \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
":: :_occ-upgrade__subcmd__help_commands" \
"*::: :->help" \
&& ret=0

    case $state in
    (help)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:occ-upgrade-help-command-$line[1]:"
        case $line[1] in
            (new)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(upgrade)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(check)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(requirements)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(package)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(prf)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(vlv)
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

(( $+functions[_occ-upgrade_commands] )) ||
_occ-upgrade_commands() {
    local commands; commands=(
'new:Make a configuration; on a terminal, the settings without a default are asked for' \
'upgrade:Prepare a configuration of 7.1 or 7.2 for the upgrade to 7.3' \
'check:Check a configuration, or an Outlook profile file (.prf)' \
'requirements:Check the versions of the servers against the requirements of Connector 7.3' \
'package:Make a directory or zip file with the configuration, a manifest and scripts that run the Setup Wizard' \
'prf:Make an Outlook profile file for each user' \
'vlv:Write the browsing index of the Global Address List as LDIF for ldapmodify' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'occ-upgrade commands' commands "$@"
}
(( $+functions[_occ-upgrade__subcmd__check_commands] )) ||
_occ-upgrade__subcmd__check_commands() {
    local commands; commands=()
    _describe -t commands 'occ-upgrade check commands' commands "$@"
}
(( $+functions[_occ-upgrade__subcmd__help_commands] )) ||
_occ-upgrade__subcmd__help_commands() {
    local commands; commands=(
'new:Make a configuration; on a terminal, the settings without a default are asked for' \
'upgrade:Prepare a configuration of 7.1 or 7.2 for the upgrade to 7.3' \
'check:Check a configuration, or an Outlook profile file (.prf)' \
'requirements:Check the versions of the servers against the requirements of Connector 7.3' \
'package:Make a directory or zip file with the configuration, a manifest and scripts that run the Setup Wizard' \
'prf:Make an Outlook profile file for each user' \
'vlv:Write the browsing index of the Global Address List as LDIF for ldapmodify' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'occ-upgrade help commands' commands "$@"
}
(( $+functions[_occ-upgrade__subcmd__help__subcmd__check_commands] )) ||
_occ-upgrade__subcmd__help__subcmd__check_commands() {
    local commands; commands=()
    _describe -t commands 'occ-upgrade help check commands' commands "$@"
}
(( $+functions[_occ-upgrade__subcmd__help__subcmd__help_commands] )) ||
_occ-upgrade__subcmd__help__subcmd__help_commands() {
    local commands; commands=()
    _describe -t commands 'occ-upgrade help help commands' commands "$@"
}
(( $+functions[_occ-upgrade__subcmd__help__subcmd__new_commands] )) ||
_occ-upgrade__subcmd__help__subcmd__new_commands() {
    local commands; commands=()
    _describe -t commands 'occ-upgrade help new commands' commands "$@"
}
(( $+functions[_occ-upgrade__subcmd__help__subcmd__package_commands] )) ||
_occ-upgrade__subcmd__help__subcmd__package_commands() {
    local commands; commands=()
    _describe -t commands 'occ-upgrade help package commands' commands "$@"
}
(( $+functions[_occ-upgrade__subcmd__help__subcmd__prf_commands] )) ||
_occ-upgrade__subcmd__help__subcmd__prf_commands() {
    local commands; commands=()
    _describe -t commands 'occ-upgrade help prf commands' commands "$@"
}
(( $+functions[_occ-upgrade__subcmd__help__subcmd__requirements_commands] )) ||
_occ-upgrade__subcmd__help__subcmd__requirements_commands() {
    local commands; commands=()
    _describe -t commands 'occ-upgrade help requirements commands' commands "$@"
}
(( $+functions[_occ-upgrade__subcmd__help__subcmd__upgrade_commands] )) ||
_occ-upgrade__subcmd__help__subcmd__upgrade_commands() {
    local commands; commands=()
    _describe -t commands 'occ-upgrade help upgrade commands' commands "$@"
}
(( $+functions[_occ-upgrade__subcmd__help__subcmd__vlv_commands] )) ||
_occ-upgrade__subcmd__help__subcmd__vlv_commands() {
    local commands; commands=()
    _describe -t commands 'occ-upgrade help vlv commands' commands "$@"
}
(( $+functions[_occ-upgrade__subcmd__new_commands] )) ||
_occ-upgrade__subcmd__new_commands() {
    local commands; commands=()
    _describe -t commands 'occ-upgrade new commands' commands "$@"
}
(( $+functions[_occ-upgrade__subcmd__package_commands] )) ||
_occ-upgrade__subcmd__package_commands() {
    local commands; commands=()
    _describe -t commands 'occ-upgrade package commands' commands "$@"
}
(( $+functions[_occ-upgrade__subcmd__prf_commands] )) ||
_occ-upgrade__subcmd__prf_commands() {
    local commands; commands=()
    _describe -t commands 'occ-upgrade prf commands' commands "$@"
}
(( $+functions[_occ-upgrade__subcmd__requirements_commands] )) ||
_occ-upgrade__subcmd__requirements_commands() {
    local commands; commands=()
    _describe -t commands 'occ-upgrade requirements commands' commands "$@"
}
(( $+functions[_occ-upgrade__subcmd__upgrade_commands] )) ||
_occ-upgrade__subcmd__upgrade_commands() {
    local commands; commands=()
    _describe -t commands 'occ-upgrade upgrade commands' commands "$@"
}
(( $+functions[_occ-upgrade__subcmd__vlv_commands] )) ||
_occ-upgrade__subcmd__vlv_commands() {
    local commands; commands=()
    _describe -t commands 'occ-upgrade vlv commands' commands "$@"
}

if [ "$funcstack[1]" = "_occ-upgrade" ]; then
    _occ-upgrade "$@"
else
    compdef _occ-upgrade occ-upgrade
fi
