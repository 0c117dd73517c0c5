complete -c uninstall-newconfig -l new-root -d 'The server root of the new release [default: the one that this program is installed in]' -r -F
complete -c uninstall-newconfig -l root -d 'Treat DIR as the root directory of the product' -r -F
complete -c uninstall-newconfig -l state-dir -d 'Keep the journal and saved originals of runs in DIR' -r -F
complete -c uninstall-newconfig -l report -d 'Also write the result as JSON to FILE' -r -F
complete -c uninstall-newconfig -l undo -d 'Undo a run [default: the newest one]' -r
complete -c uninstall-newconfig -l prune -d 'Delete what is kept of a run; it cannot be undone afterwards' -r
complete -c uninstall-newconfig -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal that can, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c uninstall-newconfig -l run-commands -d 'Run commands of the product although --root names another root; without this they are printed'
complete -c uninstall-newconfig -l dry-run -d 'Show what would be done and change nothing'
complete -c uninstall-newconfig -l json -d 'Print the result as JSON'
complete -c uninstall-newconfig -l yes -d 'Answer yes when a change must be confirmed'
complete -c uninstall-newconfig -l resume -d 'Finish the run that was interrupted'
complete -c uninstall-newconfig -l list-runs -d 'List the runs'
complete -c uninstall-newconfig -s h -l help -d 'Print help (see more with \'--help\')'
complete -c uninstall-newconfig -s V -l version -d 'Print version'
