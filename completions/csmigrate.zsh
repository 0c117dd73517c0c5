#compdef csmigrate

autoload -U is-at-least

_csmigrate() {
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
'-l+[How much to log in csmigrate.log]:min|max:((min\:"Phases and totals"
max\:"Details of every file as well"))' \
'-b+[Where the source is copied first \[default\: source_dbdir/backup\]]:backup_dir:_files' \
'--inspect=[Show the files of a database directory and change nothing]::DIR:_files' \
'--byte-order=[Byte order of the new files]:ORDER:((native\:"That of this machine"
little\:"Least significant byte first"
big\:"Most significant byte first"
keep\:"That of each source file"))' \
'--dup-sorted=[Whether duplicates in Berkeley DB 2.x and 3.0 files are sorted \[default\: found from the data\]]:yes|no:((yes\:"Yes"
no\:"No"))' \
'--log-files=[Where the databases'\'' log files (log.*) are \[default\: as DB_CONFIG says, source_dbdir, or near it\]]:DIR:_files' \
'--owner=[Owner of the new files \[default\: that of each source file\]]:USER:GROUP:_default' \
'*--give-away=[With --owner\: also give this file of source_dbdir away, although it may be somebody else'\''s (repeatable)]:FILE:_files' \
'--log-dir=[Where the two logs are written; made when it is missing, but not its parents \[default\: the calendar'\''s logs directory\]]:DIR:_files' \
'--ics-conf=[Point caldb.berkeleydb.homedir.path in this ics.conf to the target]:FILE:_files' \
'--read-only=[Set caldb.berkeleydb.readonly in that ics.conf (for a parallel upgrade)]:on|off:((on\:"On"
off\:"Off"))' \
'--root=[Treat DIR as the root directory of the product]:DIR:_files' \
'--state-dir=[Keep the journal and saved originals of runs in DIR]:DIR:_files' \
'--report=[Also write the result as JSON to FILE]:FILE:_files' \
'--prune=[Delete what is kept of a run; it cannot be undone afterwards]:RUN:_default' \
'--color=[When to use colours]:WHEN:((auto\:"On a terminal that can, unless \`NO_COLOR\` is set"
always\:"Always"
never\:"Never"))' \
'--undo=[Undo the migration into this directory, or the run of this name \[default\: the newest run\]]::target_dbdir:_default' \
'-q[Print nothing on success]' \
'-V[Print the version]' \
'--version[Print the version]' \
'-?[Print this help]' \
'--help[Print this help]' \
'--deep[With --inspect\: check every page, and list everything that is wrong or odd]' \
'--salvage[Migrate what can be read of damaged databases, into salvaged in target_dbdir]' \
'(--log-files)--without-logs[Migrate the databases as they are when their log files cannot be found]' \
'--backup-all[Copy hotbackup and archive to the backup as well]' \
'--json[Print the result as JSON]' \
'--resume[Finish the run that was interrupted]' \
'--list-runs[List the runs]' \
'-d[Show what would be done and write nothing but the logs]' \
'--dry-run[Show what would be done and write nothing but the logs]' \
'--yes[Accepted because every tool has it; csmigrate never asks]' \
'::source -- The database directory to migrate:_files' \
'::target -- The directory for the migrated database\: empty, or not there yet:_files' \
&& ret=0
}

(( $+functions[_csmigrate_commands] )) ||
_csmigrate_commands() {
    local commands; commands=()
    _describe -t commands 'csmigrate commands' commands "$@"
}

if [ "$funcstack[1]" = "_csmigrate" ]; then
    _csmigrate "$@"
else
    compdef _csmigrate csmigrate
fi
