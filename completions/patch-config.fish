complete -c patch-config -l new-root -d 'The server root of the new release [default: the one that this program is installed in]' -r -F
complete -c patch-config -l base -d 'The stock files of the old release: their directory, or a tree like a root that holds one [default: found below install of the old root]' -r -F
complete -c patch-config -l new -d 'The stock files of the new release [default: found below install of the new root]' -r -F
complete -c patch-config -l work-dir -d 'Where the merged files go [default: install/newconfig below the new root]' -r -F
complete -c patch-config -l resolve -d 'Resolve a conflict: the site\'s value, the new one, or another one (a secret\'s goes into a --resolutions file)' -r
complete -c patch-config -l resolutions -d 'A file with one such line for each conflict; lines that begin with # are comments' -r -F
complete -c patch-config -l root -d 'Treat DIR as the root directory of the product' -r -F
complete -c patch-config -l state-dir -d 'Keep the journal and saved originals of runs in DIR' -r -F
complete -c patch-config -l report -d 'Also write the result as JSON to FILE' -r -F
complete -c patch-config -l undo -d 'Undo a run [default: the newest one]' -r
complete -c patch-config -l prune -d 'Delete what is kept of a run; it cannot be undone afterwards' -r
complete -c patch-config -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal that can, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c patch-config -l forget-resolutions -d 'Forget how conflicts were resolved in earlier calls'
complete -c patch-config -l dry-run -d 'Show what would be done and change nothing'
complete -c patch-config -l json -d 'Print the result as JSON'
complete -c patch-config -l yes -d 'Answer yes when a change must be confirmed'
complete -c patch-config -l resume -d 'Finish the run that was interrupted'
complete -c patch-config -l list-runs -d 'List the runs'
complete -c patch-config -s h -l help -d 'Print help (see more with \'--help\')'
complete -c patch-config -s V -l version -d 'Print version'
