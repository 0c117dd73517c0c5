complete -c migrate-config -l new-root -d 'The server root of the new release [default: the one that this program is installed in]' -r -F
complete -c migrate-config -l data-root -d 'Make an independent copy of the configuration in DIR, which becomes the data root of the new server' -r -F
complete -c migrate-config -l old-host -d 'With --data-root: replace this host name in the copy' -r
complete -c migrate-config -l new-host -d 'The host name that replaces it' -r
complete -c migrate-config -l old-ip -d 'With --data-root: replace this address in the copy' -r
complete -c migrate-config -l new-ip -d 'The address that replaces it' -r
complete -c migrate-config -l configutil-export -d 'What `configutil` of the old release printed: the settings that 6.0, 6.1 and 6.2 keep in LDAP' -r -F
complete -c migrate-config -l store-backup -d 'Where the backup of the message store is: a directory, a volume snapshot, or none' -r
complete -c migrate-config -l from-release -d 'The old release, where it cannot be found out' -r
complete -c migrate-config -l from-bits -d 'Whether the old programs are 32-bit or 64-bit, where that cannot be found out' -r
complete -c migrate-config -l to-bits -d 'Whether the new programs are 32-bit or 64-bit, where that cannot be found out' -r
complete -c migrate-config -l root -d 'Treat DIR as the root directory of the product' -r -F
complete -c migrate-config -l state-dir -d 'Keep the journal and saved originals of runs in DIR' -r -F
complete -c migrate-config -l report -d 'Also write the result as JSON to FILE' -r -F
complete -c migrate-config -l prune -d 'Delete what is kept of a run; it cannot be undone afterwards' -r
complete -c migrate-config -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal that can, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c migrate-config -l undo -d 'Undo a run, or the move from OLDROOT as -u does [default: the newest run]' -r
complete -c migrate-config -s u -d 'Undo the move from OLDROOT, and every later run on the new root first'
complete -c migrate-config -l store-restored -d 'With -u: the message store was restored from its backup'
complete -c migrate-config -l force-path -d 'Go on although the upgrade guide does not support this pair of releases'
complete -c migrate-config -l strict -d 'Refuse configuration files that another user can replace'
complete -c migrate-config -l references -d 'List the files outside the configuration that name OLDROOT, and change nothing'
complete -c migrate-config -l dry-run -d 'Show what would be done and change nothing'
complete -c migrate-config -l json -d 'Print the result as JSON'
complete -c migrate-config -l yes -d 'Answer yes when a change must be confirmed'
complete -c migrate-config -l resume -d 'Finish the run that was interrupted'
complete -c migrate-config -l list-runs -d 'List the runs'
complete -c migrate-config -s h -l help -d 'Print help (see more with \'--help\')'
complete -c migrate-config -s V -l version -d 'Print version'
