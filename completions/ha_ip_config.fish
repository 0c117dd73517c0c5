complete -c ha_ip_config -l ip -d 'The address of the logical host' -r
complete -c ha_ip_config -l new-root -d 'The server root whose configuration is changed [default: the one that this program is installed in]' -r -F
complete -c ha_ip_config -l root -d 'Treat DIR as the root directory of the product' -r -F
complete -c ha_ip_config -l state-dir -d 'Keep the journal and saved originals of runs in DIR' -r -F
complete -c ha_ip_config -l report -d 'Also write the result as JSON to FILE' -r -F
complete -c ha_ip_config -l undo -d 'Undo a run [default: the newest one]' -r
complete -c ha_ip_config -l prune -d 'Delete what is kept of a run; it cannot be undone afterwards' -r
complete -c ha_ip_config -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal that can, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c ha_ip_config -l dry-run -d 'Show what would be done and change nothing'
complete -c ha_ip_config -l json -d 'Print the result as JSON'
complete -c ha_ip_config -l yes -d 'Answer yes when a change must be confirmed'
complete -c ha_ip_config -l resume -d 'Finish the run that was interrupted'
complete -c ha_ip_config -l list-runs -d 'List the runs'
complete -c ha_ip_config -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ha_ip_config -s V -l version -d 'Print version'
