complete -c install-newconfig -l new-root -d 'The server root of the new release [default: the one that this program is installed in]' -r -F
complete -c install-newconfig -l work-dir -d 'Where patch-config put the merged files [default: install/newconfig below the new root]' -r -F
complete -c install-newconfig -l root -d 'Treat DIR as the root directory of the product' -r -F
complete -c install-newconfig -l state-dir -d 'Keep the journal and saved originals of runs in DIR' -r -F
complete -c install-newconfig -l report -d 'Also write the result as JSON to FILE' -r -F
complete -c install-newconfig -l undo -d 'Undo a run [default: the newest one]' -r
complete -c install-newconfig -l prune -d 'Delete what is kept of a run; it cannot be undone afterwards' -r
complete -c install-newconfig -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal that can, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c install-newconfig -s f -l force -d 'Install although conflicts are not resolved: the site\'s values are kept in them'
complete -c install-newconfig -l run-commands -d 'Run commands of the product although --root names another root; without this they are printed'
complete -c install-newconfig -l dry-run -d 'Show what would be done and change nothing'
complete -c install-newconfig -l json -d 'Print the result as JSON'
complete -c install-newconfig -l yes -d 'Answer yes when a change must be confirmed'
complete -c install-newconfig -l resume -d 'Finish the run that was interrupted'
complete -c install-newconfig -l list-runs -d 'List the runs'
complete -c install-newconfig -s h -l help -d 'Print help (see more with \'--help\')'
complete -c install-newconfig -s V -l version -d 'Print version'
