# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_config_commda_merge_global_optspecs
    string join \n root= state-dir= dry-run json report= resume undo= list-runs prune= color= y/yes h/help V/version
end

function __fish_config_commda_merge_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_config_commda_merge_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_config_commda_merge_using_subcommand
    set -l cmd (__fish_config_commda_merge_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c config-commda-merge -n "__fish_config_commda_merge_needs_command" -l root -d 'Treat DIR as the root directory of the product' -r -F
complete -c config-commda-merge -n "__fish_config_commda_merge_needs_command" -l state-dir -d 'Keep the journal and saved originals of runs in DIR' -r -F
complete -c config-commda-merge -n "__fish_config_commda_merge_needs_command" -l report -d 'Also write the result as JSON to FILE' -r -F
complete -c config-commda-merge -n "__fish_config_commda_merge_needs_command" -l undo -d 'Undo a run [default: the newest one]' -r
complete -c config-commda-merge -n "__fish_config_commda_merge_needs_command" -l prune -d 'Delete what is kept of a run; it cannot be undone afterwards' -r
complete -c config-commda-merge -n "__fish_config_commda_merge_needs_command" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal that can, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c config-commda-merge -n "__fish_config_commda_merge_needs_command" -l dry-run -d 'Show what would be done and change nothing'
complete -c config-commda-merge -n "__fish_config_commda_merge_needs_command" -l json -d 'Print the result as JSON'
complete -c config-commda-merge -n "__fish_config_commda_merge_needs_command" -l resume -d 'Finish the run that was interrupted'
complete -c config-commda-merge -n "__fish_config_commda_merge_needs_command" -l list-runs -d 'List the runs'
complete -c config-commda-merge -n "__fish_config_commda_merge_needs_command" -s y -l yes -d 'Answer yes when a change must be confirmed'
complete -c config-commda-merge -n "__fish_config_commda_merge_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c config-commda-merge -n "__fish_config_commda_merge_needs_command" -s V -l version -d 'Print version'
complete -c config-commda-merge -n "__fish_config_commda_merge_needs_command" -f -a "status" -d 'Show which keys are customised now, and what a merge would need'
complete -c config-commda-merge -n "__fish_config_commda_merge_needs_command" -f -a "snapshot" -d 'Save the files, their deployed copies and the stock defaults, before config-commda runs'
complete -c config-commda-merge -n "__fish_config_commda_merge_needs_command" -f -a "merge" -d 'Put the site\'s values into the files that config-commda has written'
complete -c config-commda-merge -n "__fish_config_commda_merge_needs_command" -f -a "file" -d 'Merge one file; as a git merge driver: file %O %A %B -o %A'
complete -c config-commda-merge -n "__fish_config_commda_merge_needs_command" -f -a "deploy" -d 'Run the deploy scripts for the files whose deployed copies differ'
complete -c config-commda-merge -n "__fish_config_commda_merge_needs_command" -f -a "service-packages" -d 'Write the LDIF that moves custom service packages to the 6.4 nodes'
complete -c config-commda-merge -n "__fish_config_commda_merge_needs_command" -f -a "undo" -d 'Undo a merge: the same as --undo'
complete -c config-commda-merge -n "__fish_config_commda_merge_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand status" -l da-base -d 'Where Delegated Administrator is installed, below the root [default: found]' -r -F
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand status" -l base -d 'Stock files of the release that the site\'s files came from' -r -F
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand status" -l root -d 'Treat DIR as the root directory of the product' -r -F
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand status" -l state-dir -d 'Keep the journal and saved originals of runs in DIR' -r -F
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand status" -l report -d 'Also write the result as JSON to FILE' -r -F
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand status" -l undo -d 'Undo a run [default: the newest one]' -r
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand status" -l prune -d 'Delete what is kept of a run; it cannot be undone afterwards' -r
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand status" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal that can, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand status" -l dry-run -d 'Show what would be done and change nothing'
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand status" -l json -d 'Print the result as JSON'
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand status" -l resume -d 'Finish the run that was interrupted'
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand status" -l list-runs -d 'List the runs'
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand status" -s y -l yes -d 'Answer yes when a change must be confirmed'
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand status" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand snapshot" -l da-base -d 'Where Delegated Administrator is installed, below the root [default: found]' -r -F
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand snapshot" -l out -d 'The directory to make [default: one beside the runs, where merge finds it]' -r -F
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand snapshot" -l root -d 'Treat DIR as the root directory of the product' -r -F
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand snapshot" -l state-dir -d 'Keep the journal and saved originals of runs in DIR' -r -F
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand snapshot" -l report -d 'Also write the result as JSON to FILE' -r -F
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand snapshot" -l undo -d 'Undo a run [default: the newest one]' -r
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand snapshot" -l prune -d 'Delete what is kept of a run; it cannot be undone afterwards' -r
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand snapshot" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal that can, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand snapshot" -l dry-run -d 'Show what would be done and change nothing'
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand snapshot" -l json -d 'Print the result as JSON'
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand snapshot" -l resume -d 'Finish the run that was interrupted'
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand snapshot" -l list-runs -d 'List the runs'
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand snapshot" -s y -l yes -d 'Answer yes when a change must be confirmed'
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand snapshot" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand merge" -l da-base -d 'Where Delegated Administrator is installed, below the root [default: found]' -r -F
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand merge" -l saved -d 'The site\'s files from before config-commda: a snapshot, a directory of them, or a tree like a root [default: the newest snapshot]' -r -F
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand merge" -l base -d 'Stock files of the release that the site\'s files came from [default: those of the snapshot, else the documented values]' -r -F
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand merge" -l resolve -d 'Resolve a conflict: the site\'s value, the new one, or another one (a secret\'s goes into a --resolutions file)' -r
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand merge" -l resolutions -d 'A file with one such line for each conflict; lines that begin with # are comments' -r -F
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand merge" -l root -d 'Treat DIR as the root directory of the product' -r -F
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand merge" -l state-dir -d 'Keep the journal and saved originals of runs in DIR' -r -F
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand merge" -l report -d 'Also write the result as JSON to FILE' -r -F
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand merge" -l undo -d 'Undo a run [default: the newest one]' -r
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand merge" -l prune -d 'Delete what is kept of a run; it cannot be undone afterwards' -r
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand merge" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal that can, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand merge" -l dry-run -d 'Show what would be done and change nothing'
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand merge" -l json -d 'Print the result as JSON'
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand merge" -l resume -d 'Finish the run that was interrupted'
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand merge" -l list-runs -d 'List the runs'
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand merge" -s y -l yes -d 'Answer yes when a change must be confirmed'
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand merge" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand file" -s o -d 'Where the merged file goes [default: standard output]' -r -F
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand file" -l name -d 'The name that tells which of the six files it is (in a git merge driver: %P) [default: that of NEW]' -r -F
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand file" -l resolve -d 'Resolve a conflict: the site\'s value, the new one, or another one (a secret\'s goes into a --resolutions file)' -r
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand file" -l resolutions -d 'A file with one such line for each conflict; lines that begin with # are comments' -r -F
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand file" -l root -d 'Treat DIR as the root directory of the product' -r -F
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand file" -l state-dir -d 'Keep the journal and saved originals of runs in DIR' -r -F
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand file" -l report -d 'Also write the result as JSON to FILE' -r -F
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand file" -l undo -d 'Undo a run [default: the newest one]' -r
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand file" -l prune -d 'Delete what is kept of a run; it cannot be undone afterwards' -r
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand file" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal that can, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand file" -l dry-run -d 'Show what would be done and change nothing'
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand file" -l json -d 'Print the result as JSON'
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand file" -l resume -d 'Finish the run that was interrupted'
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand file" -l list-runs -d 'List the runs'
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand file" -s y -l yes -d 'Answer yes when a change must be confirmed'
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand file" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand deploy" -l da-base -d 'Where Delegated Administrator is installed, below the root [default: found]' -r -F
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand deploy" -l container -d 'The web container that was chosen at the last config-commda [default: the one that holds deployed copies]' -r -f -a "wbsvr\t'Web Server 6.x'
wbsvr7x\t'Web Server 7.x'
appsvr\t'Application Server 7.x'
appsvr8x\t'Application Server 8.x'"
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand deploy" -l root -d 'Treat DIR as the root directory of the product' -r -F
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand deploy" -l state-dir -d 'Keep the journal and saved originals of runs in DIR' -r -F
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand deploy" -l report -d 'Also write the result as JSON to FILE' -r -F
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand deploy" -l undo -d 'Undo a run [default: the newest one]' -r
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand deploy" -l prune -d 'Delete what is kept of a run; it cannot be undone afterwards' -r
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand deploy" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal that can, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand deploy" -l run-commands -d 'Run commands of the product although --root names another root; without this they are printed'
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand deploy" -l dry-run -d 'Show what would be done and change nothing'
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand deploy" -l json -d 'Print the result as JSON'
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand deploy" -l resume -d 'Finish the run that was interrupted'
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand deploy" -l list-runs -d 'List the runs'
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand deploy" -s y -l yes -d 'Answer yes when a change must be confirmed'
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand deploy" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand service-packages" -l suffix -d 'The root suffix (ugldapbasedn)' -r
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand service-packages" -l from -d 'LDIF export of the directory, with at least o=cosTemplates and the definitions' -r -F
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand service-packages" -s o -d 'Where the changes go' -r -F
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand service-packages" -l root -d 'Treat DIR as the root directory of the product' -r -F
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand service-packages" -l state-dir -d 'Keep the journal and saved originals of runs in DIR' -r -F
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand service-packages" -l report -d 'Also write the result as JSON to FILE' -r -F
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand service-packages" -l undo -d 'Undo a run [default: the newest one]' -r
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand service-packages" -l prune -d 'Delete what is kept of a run; it cannot be undone afterwards' -r
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand service-packages" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal that can, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand service-packages" -l dry-run -d 'Show what would be done and change nothing'
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand service-packages" -l json -d 'Print the result as JSON'
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand service-packages" -l resume -d 'Finish the run that was interrupted'
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand service-packages" -l list-runs -d 'List the runs'
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand service-packages" -s y -l yes -d 'Answer yes when a change must be confirmed'
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand service-packages" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand undo" -l root -d 'Treat DIR as the root directory of the product' -r -F
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand undo" -l state-dir -d 'Keep the journal and saved originals of runs in DIR' -r -F
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand undo" -l report -d 'Also write the result as JSON to FILE' -r -F
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand undo" -l undo -d 'Undo a run [default: the newest one]' -r
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand undo" -l prune -d 'Delete what is kept of a run; it cannot be undone afterwards' -r
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand undo" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal that can, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand undo" -l dry-run -d 'Show what would be done and change nothing'
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand undo" -l json -d 'Print the result as JSON'
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand undo" -l resume -d 'Finish the run that was interrupted'
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand undo" -l list-runs -d 'List the runs'
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand undo" -s y -l yes -d 'Answer yes when a change must be confirmed'
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand undo" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand help; and not __fish_seen_subcommand_from status snapshot merge file deploy service-packages undo help" -f -a "status" -d 'Show which keys are customised now, and what a merge would need'
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand help; and not __fish_seen_subcommand_from status snapshot merge file deploy service-packages undo help" -f -a "snapshot" -d 'Save the files, their deployed copies and the stock defaults, before config-commda runs'
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand help; and not __fish_seen_subcommand_from status snapshot merge file deploy service-packages undo help" -f -a "merge" -d 'Put the site\'s values into the files that config-commda has written'
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand help; and not __fish_seen_subcommand_from status snapshot merge file deploy service-packages undo help" -f -a "file" -d 'Merge one file; as a git merge driver: file %O %A %B -o %A'
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand help; and not __fish_seen_subcommand_from status snapshot merge file deploy service-packages undo help" -f -a "deploy" -d 'Run the deploy scripts for the files whose deployed copies differ'
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand help; and not __fish_seen_subcommand_from status snapshot merge file deploy service-packages undo help" -f -a "service-packages" -d 'Write the LDIF that moves custom service packages to the 6.4 nodes'
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand help; and not __fish_seen_subcommand_from status snapshot merge file deploy service-packages undo help" -f -a "undo" -d 'Undo a merge: the same as --undo'
complete -c config-commda-merge -n "__fish_config_commda_merge_using_subcommand help; and not __fish_seen_subcommand_from status snapshot merge file deploy service-packages undo help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
