#compdef commdssetup

autoload -U is-at-least

_commdssetup() {
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
'-i+[Configure new indexes]:yes|no:((yes\:"\`yes\`"
no\:"\`no\`"))' \
'-R+[Build the new indexes now; effective only when the directory is changed \[default\: yes\]]:yes|no:((yes\:"\`yes\`"
no\:"\`no\`"))' \
'-c+[Directory Server root, such as /etc/dirsrv or /var/opt/mps/serverroot]:DIR:_files' \
'-d+[Instance below it, such as slapd-host]:DIR:_files' \
'-r+[DC tree suffix, of schema types 1 and 1.5]:DN:_default' \
'-u+[User and group suffix]:DN:_default' \
'-s+[Update the schema]:yes|no:((yes\:"\`yes\`"
no\:"\`no\`"))' \
'-D+[Directory Manager]:DN:_default' \
'(--password-file)-w+[Its password, which every user of this machine can see; use --password-file instead]:PASSWORD:_default' \
'-b+[The instance holds users and groups; no\: configuration only]:yes|no:((yes\:"\`yes\`"
no\:"\`no\`"))' \
'-t+[Schema type\: Sun LDAP Schema 1, Schema 2 in compatibility mode, Schema 2 in native mode]:TYPE:((1\:"Sun LDAP Schema 1"
1.5\:"Schema 2, compatibility mode"
2\:"Schema 2, native mode"))' \
'-m+[Change the directory without asking; no\: ask on a terminal, and only write the files without one]:yes|no:((yes\:"\`yes\`"
no\:"\`no\`"))' \
'-S+[Directory with schema files of the vendor or of the site (LDIF of cn=schema, OpenLDAP or ApacheDS); they win over the built-in ones]:DIR:_files' \
'--ldap-url=[Address of the server\: ldap\://, ldaps\:// or ldapi\:// \[default\: that of the instance\]]:URL:_default' \
'--ca-file=[Trust the certificates in FILE (PEM) instead of the system'\''s]:FILE:_files' \
'--password-file=[Read the password from the first line of FILE]:FILE:_files' \
'--root=[Treat DIR as the root directory of the product]:DIR:_files' \
'--state-dir=[Keep the journal and saved originals of runs in DIR]:DIR:_files' \
'--report=[Also write the result as JSON to FILE]:FILE:_files' \
'--undo=[Undo a run \[default\: the newest one\]]::RUN:_default' \
'--prune=[Delete what is kept of a run; it cannot be undone afterwards]:RUN:_default' \
'--color=[When to use colours]:WHEN:((auto\:"On a terminal that can, unless \`NO_COLOR\` is set"
always\:"Always"
never\:"Never"))' \
'--start-tls[Begin TLS on an ldap\:// connection]' \
'--with-placeholder-oids[Send elements whose identifier was never published as NAME-oid, which 389 DS and Sun'\''s servers take]' \
'--migrate-ics-oids[Move calendar, mail group and domain classes from the identifiers of old releases to the newest ones]' \
'--json[Print the result as JSON]' \
'--resume[Finish the run that was interrupted]' \
'--list-runs[List the runs]' \
'--dry-run[Show what would be done, and on which other servers to run it; write nothing]' \
'--check[Show what would be done, and on which other servers to run it; write nothing]' \
'-y[Answer yes when a change must be confirmed]' \
'--yes[Answer yes when a change must be confirmed]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'-V[Print version]' \
'--version[Print version]' \
&& ret=0
}

(( $+functions[_commdssetup_commands] )) ||
_commdssetup_commands() {
    local commands; commands=()
    _describe -t commands 'commdssetup commands' commands "$@"
}

if [ "$funcstack[1]" = "_commdssetup" ]; then
    _commdssetup "$@"
else
    compdef _commdssetup commdssetup
fi
