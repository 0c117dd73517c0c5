complete -c csmigrate -s l -d 'How much to log in csmigrate.log' -r -f -a "min\t'Phases and totals'
max\t'Details of every file as well'"
complete -c csmigrate -s b -d 'Where the source is copied first [default: source_dbdir/backup]' -r -F
complete -c csmigrate -l inspect -d 'Show the files of a database directory and change nothing' -r -F
complete -c csmigrate -l byte-order -d 'Byte order of the new files' -r -f -a "native\t'That of this machine'
little\t'Least significant byte first'
big\t'Most significant byte first'
keep\t'That of each source file'"
complete -c csmigrate -l dup-sorted -d 'Whether duplicates in Berkeley DB 2.x and 3.0 files are sorted [default: found from the data]' -r -f -a "yes\t'Yes'
no\t'No'"
complete -c csmigrate -l log-files -d 'Where the databases\' log files (log.*) are [default: as DB_CONFIG says, source_dbdir, or near it]' -r -F
complete -c csmigrate -l owner -d 'Owner of the new files [default: that of each source file]' -r
complete -c csmigrate -l give-away -d 'With --owner: also give this file of source_dbdir away, although it may be somebody else\'s (repeatable)' -r -F
complete -c csmigrate -l log-dir -d 'Where the two logs are written; made when it is missing, but not its parents [default: the calendar\'s logs directory]' -r -F
complete -c csmigrate -l ics-conf -d 'Point caldb.berkeleydb.homedir.path in this ics.conf to the target' -r -F
complete -c csmigrate -l read-only -d 'Set caldb.berkeleydb.readonly in that ics.conf (for a parallel upgrade)' -r -f -a "on\t'On'
off\t'Off'"
complete -c csmigrate -l root -d 'Treat DIR as the root directory of the product' -r -F
complete -c csmigrate -l state-dir -d 'Keep the journal and saved originals of runs in DIR' -r -F
complete -c csmigrate -l report -d 'Also write the result as JSON to FILE' -r -F
complete -c csmigrate -l prune -d 'Delete what is kept of a run; it cannot be undone afterwards' -r
complete -c csmigrate -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal that can, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c csmigrate -l undo -d 'Undo the migration into this directory, or the run of this name [default: the newest run]' -r
complete -c csmigrate -s q -d 'Print nothing on success'
complete -c csmigrate -s V -l version -d 'Print the version'
complete -c csmigrate -s ? -l help -d 'Print this help'
complete -c csmigrate -l deep -d 'With --inspect: check every page, and list everything that is wrong or odd'
complete -c csmigrate -l salvage -d 'Migrate what can be read of damaged databases, into salvaged in target_dbdir'
complete -c csmigrate -l without-logs -d 'Migrate the databases as they are when their log files cannot be found'
complete -c csmigrate -l backup-all -d 'Copy hotbackup and archive to the backup as well'
complete -c csmigrate -l json -d 'Print the result as JSON'
complete -c csmigrate -l resume -d 'Finish the run that was interrupted'
complete -c csmigrate -l list-runs -d 'List the runs'
complete -c csmigrate -s d -l dry-run -d 'Show what would be done and write nothing but the logs'
complete -c csmigrate -l yes -d 'Accepted because every tool has it; csmigrate never asks'
