complete -c useconfig -l new-root -d 'The server root whose links are changed [default: the one that this program is installed in]' -r -F
complete -c useconfig -l root -d 'Treat DIR as the root directory of the product' -r -F
complete -c useconfig -l state-dir -d 'Keep the journal and saved originals of runs in DIR' -r -F
complete -c useconfig -l report -d 'Also write the result as JSON to FILE' -r -F
complete -c useconfig -l undo -d 'Undo a run [default: the newest one]' -r
complete -c useconfig -l prune -d 'Delete what is kept of a run; it cannot be undone afterwards' -r
complete -c useconfig -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal that can, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c useconfig -l dry-run -d 'Show what would be done and change nothing'
complete -c useconfig -l json -d 'Print the result as JSON'
complete -c useconfig -l yes -d 'Answer yes when a change must be confirmed'
complete -c useconfig -l resume -d 'Finish the run that was interrupted'
complete -c useconfig -l list-runs -d 'List the runs'
complete -c useconfig -s h -l help -d 'Print help (see more with \'--help\')'
complete -c useconfig -s V -l version -d 'Print version'
