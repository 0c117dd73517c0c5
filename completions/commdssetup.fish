complete -c commdssetup -s i -d 'Configure new indexes' -r -f -a "yes\t'`yes`'
no\t'`no`'"
complete -c commdssetup -s R -d 'Build the new indexes now; effective only when the directory is changed [default: yes]' -r -f -a "yes\t'`yes`'
no\t'`no`'"
complete -c commdssetup -s c -d 'Directory Server root, such as /etc/dirsrv or /var/opt/mps/serverroot' -r -F
complete -c commdssetup -s d -d 'Instance below it, such as slapd-host' -r -F
complete -c commdssetup -s r -d 'DC tree suffix, of schema types 1 and 1.5' -r
complete -c commdssetup -s u -d 'User and group suffix' -r
complete -c commdssetup -s s -d 'Update the schema' -r -f -a "yes\t'`yes`'
no\t'`no`'"
complete -c commdssetup -s D -d 'Directory Manager' -r
complete -c commdssetup -s w -d 'Its password, which every user of this machine can see; use --password-file instead' -r
complete -c commdssetup -s b -d 'The instance holds users and groups; no: configuration only' -r -f -a "yes\t'`yes`'
no\t'`no`'"
complete -c commdssetup -s t -d 'Schema type: Sun LDAP Schema 1, Schema 2 in compatibility mode, Schema 2 in native mode' -r -f -a "1\t'Sun LDAP Schema 1'
1.5\t'Schema 2, compatibility mode'
2\t'Schema 2, native mode'"
complete -c commdssetup -s m -d 'Change the directory without asking; no: ask on a terminal, and only write the files without one' -r -f -a "yes\t'`yes`'
no\t'`no`'"
complete -c commdssetup -s S -d 'Directory with schema files of the vendor or of the site (LDIF of cn=schema, OpenLDAP or ApacheDS); they win over the built-in ones' -r -F
complete -c commdssetup -l ldap-url -d 'Address of the server: ldap://, ldaps:// or ldapi:// [default: that of the instance]' -r
complete -c commdssetup -l ca-file -d 'Trust the certificates in FILE (PEM) instead of the system\'s' -r -F
complete -c commdssetup -l password-file -d 'Read the password from the first line of FILE' -r -F
complete -c commdssetup -l root -d 'Treat DIR as the root directory of the product' -r -F
complete -c commdssetup -l state-dir -d 'Keep the journal and saved originals of runs in DIR' -r -F
complete -c commdssetup -l report -d 'Also write the result as JSON to FILE' -r -F
complete -c commdssetup -l undo -d 'Undo a run [default: the newest one]' -r
complete -c commdssetup -l prune -d 'Delete what is kept of a run; it cannot be undone afterwards' -r
complete -c commdssetup -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal that can, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c commdssetup -l start-tls -d 'Begin TLS on an ldap:// connection'
complete -c commdssetup -l with-placeholder-oids -d 'Send elements whose identifier was never published as NAME-oid, which 389 DS and Sun\'s servers take'
complete -c commdssetup -l migrate-ics-oids -d 'Move calendar, mail group and domain classes from the identifiers of old releases to the newest ones'
complete -c commdssetup -l json -d 'Print the result as JSON'
complete -c commdssetup -l resume -d 'Finish the run that was interrupted'
complete -c commdssetup -l list-runs -d 'List the runs'
complete -c commdssetup -l dry-run -l check -d 'Show what would be done, and on which other servers to run it; write nothing'
complete -c commdssetup -s y -l yes -d 'Answer yes when a change must be confirmed'
complete -c commdssetup -s h -l help -d 'Print help (see more with \'--help\')'
complete -c commdssetup -s V -l version -d 'Print version'
