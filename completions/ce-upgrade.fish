# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_ce_upgrade_global_optspecs
    string join \n root= state-dir= dry-run json report= yes resume undo= list-runs prune= color= h/help V/version
end

function __fish_ce_upgrade_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_ce_upgrade_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_ce_upgrade_using_subcommand
    set -l cmd (__fish_ce_upgrade_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c ce-upgrade -n "__fish_ce_upgrade_needs_command" -l root -d 'Treat DIR as the root directory of the product' -r -F
complete -c ce-upgrade -n "__fish_ce_upgrade_needs_command" -l state-dir -d 'Keep the journal and saved originals of runs in DIR' -r -F
complete -c ce-upgrade -n "__fish_ce_upgrade_needs_command" -l report -d 'Also write the result as JSON to FILE' -r -F
complete -c ce-upgrade -n "__fish_ce_upgrade_needs_command" -l undo -d 'Undo a run [default: the newest one]' -r
complete -c ce-upgrade -n "__fish_ce_upgrade_needs_command" -l prune -d 'Delete what is kept of a run; it cannot be undone afterwards' -r
complete -c ce-upgrade -n "__fish_ce_upgrade_needs_command" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal that can, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c ce-upgrade -n "__fish_ce_upgrade_needs_command" -l dry-run -d 'Show what would be done and change nothing'
complete -c ce-upgrade -n "__fish_ce_upgrade_needs_command" -l json -d 'Print the result as JSON'
complete -c ce-upgrade -n "__fish_ce_upgrade_needs_command" -l yes -d 'Answer yes when a change must be confirmed'
complete -c ce-upgrade -n "__fish_ce_upgrade_needs_command" -l resume -d 'Finish the run that was interrupted'
complete -c ce-upgrade -n "__fish_ce_upgrade_needs_command" -l list-runs -d 'List the runs'
complete -c ce-upgrade -n "__fish_ce_upgrade_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ce-upgrade -n "__fish_ce_upgrade_needs_command" -s V -l version -d 'Print version'
complete -c ce-upgrade -n "__fish_ce_upgrade_needs_command" -f -a "patch-config" -d 'Merge the site\'s configuration with that of the new release into a work directory; nothing live is touched'
complete -c ce-upgrade -n "__fish_ce_upgrade_needs_command" -f -a "install-newconfig" -d 'Install the merged files of patch-config into the deployed configuration'
complete -c ce-upgrade -n "__fish_ce_upgrade_needs_command" -f -a "uninstall-newconfig" -d 'Undo the newest installation of merged files'
complete -c ce-upgrade -n "__fish_ce_upgrade_needs_command" -f -a "undo" -d 'Undo the newest installation of merged files'
complete -c ce-upgrade -n "__fish_ce_upgrade_needs_command" -f -a "migrate-mail-ui" -d 'Move the customised mail pages that were saved from the mail server to where 6.3 has them, once'
complete -c ce-upgrade -n "__fish_ce_upgrade_needs_command" -f -a "check" -d 'Check the remote address books, the order of upgrades, and the files of the user interface'
complete -c ce-upgrade -n "__fish_ce_upgrade_needs_command" -f -a "status" -d 'Show the installation, and how far its upgrade is'
complete -c ce-upgrade -n "__fish_ce_upgrade_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand patch-config" -l uwc-base -d 'Where Communications Express is installed, below the root [default: found]' -r -F
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand patch-config" -l deployed -d 'What is deployed to the web container: the directory that holds WEB-INF [default: found]' -r -F
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand patch-config" -l from -d 'Take the site\'s files from this deployment: the old one beside the new one, or one that was copied from another host' -r -F
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand patch-config" -l old-host -d 'With --from: replace this host name or address in the site\'s files' -r
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand patch-config" -l new-host -d 'The host name or address that replaces it' -r
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand patch-config" -l base -d 'Stock files of the old release: a tree like a root, an installation, or a directory WEB-INF [default: not known]' -r -F
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand patch-config" -l new -d 'Stock files of the new release, likewise [default: lib/config-templates of the installation]' -r -F
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand patch-config" -l work-dir -d 'Where the merged files go [default: newconfig below the installation]' -r -F
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand patch-config" -l resolve -d 'Resolve a conflict: the site\'s value, the new one, or another one (a secret\'s goes into a --resolutions file)' -r
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand patch-config" -l resolutions -d 'A file with one such line for each conflict; lines that begin with # are comments' -r -F
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand patch-config" -l root -d 'Treat DIR as the root directory of the product' -r -F
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand patch-config" -l state-dir -d 'Keep the journal and saved originals of runs in DIR' -r -F
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand patch-config" -l report -d 'Also write the result as JSON to FILE' -r -F
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand patch-config" -l undo -d 'Undo a run [default: the newest one]' -r
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand patch-config" -l prune -d 'Delete what is kept of a run; it cannot be undone afterwards' -r
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand patch-config" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal that can, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand patch-config" -l forget-resolutions -d 'Forget how conflicts were resolved in earlier calls'
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand patch-config" -l dry-run -d 'Show what would be done and change nothing'
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand patch-config" -l json -d 'Print the result as JSON'
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand patch-config" -l yes -d 'Answer yes when a change must be confirmed'
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand patch-config" -l resume -d 'Finish the run that was interrupted'
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand patch-config" -l list-runs -d 'List the runs'
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand patch-config" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand install-newconfig" -l uwc-base -d 'Where Communications Express is installed, below the root [default: found]' -r -F
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand install-newconfig" -l deployed -d 'What is deployed to the web container: the directory that holds WEB-INF [default: found]' -r -F
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand install-newconfig" -l work-dir -d 'Where patch-config put the merged files [default: newconfig below the installation]' -r -F
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand install-newconfig" -l root -d 'Treat DIR as the root directory of the product' -r -F
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand install-newconfig" -l state-dir -d 'Keep the journal and saved originals of runs in DIR' -r -F
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand install-newconfig" -l report -d 'Also write the result as JSON to FILE' -r -F
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand install-newconfig" -l undo -d 'Undo a run [default: the newest one]' -r
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand install-newconfig" -l prune -d 'Delete what is kept of a run; it cannot be undone afterwards' -r
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand install-newconfig" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal that can, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand install-newconfig" -s f -l force -d 'Install although conflicts are not resolved: the site\'s values are kept in them'
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand install-newconfig" -l dry-run -d 'Show what would be done and change nothing'
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand install-newconfig" -l json -d 'Print the result as JSON'
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand install-newconfig" -l yes -d 'Answer yes when a change must be confirmed'
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand install-newconfig" -l resume -d 'Finish the run that was interrupted'
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand install-newconfig" -l list-runs -d 'List the runs'
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand install-newconfig" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand uninstall-newconfig" -l uwc-base -d 'Where Communications Express is installed, below the root [default: found]' -r -F
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand uninstall-newconfig" -l deployed -d 'What is deployed to the web container: the directory that holds WEB-INF [default: found]' -r -F
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand uninstall-newconfig" -l root -d 'Treat DIR as the root directory of the product' -r -F
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand uninstall-newconfig" -l state-dir -d 'Keep the journal and saved originals of runs in DIR' -r -F
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand uninstall-newconfig" -l report -d 'Also write the result as JSON to FILE' -r -F
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand uninstall-newconfig" -l undo -d 'Undo a run [default: the newest one]' -r
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand uninstall-newconfig" -l prune -d 'Delete what is kept of a run; it cannot be undone afterwards' -r
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand uninstall-newconfig" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal that can, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand uninstall-newconfig" -l dry-run -d 'Show what would be done and change nothing'
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand uninstall-newconfig" -l json -d 'Print the result as JSON'
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand uninstall-newconfig" -l yes -d 'Answer yes when a change must be confirmed'
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand uninstall-newconfig" -l resume -d 'Finish the run that was interrupted'
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand uninstall-newconfig" -l list-runs -d 'List the runs'
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand uninstall-newconfig" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand undo" -l uwc-base -d 'Where Communications Express is installed, below the root [default: found]' -r -F
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand undo" -l deployed -d 'What is deployed to the web container: the directory that holds WEB-INF [default: found]' -r -F
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand undo" -l root -d 'Treat DIR as the root directory of the product' -r -F
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand undo" -l state-dir -d 'Keep the journal and saved originals of runs in DIR' -r -F
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand undo" -l report -d 'Also write the result as JSON to FILE' -r -F
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand undo" -l undo -d 'Undo a run [default: the newest one]' -r
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand undo" -l prune -d 'Delete what is kept of a run; it cannot be undone afterwards' -r
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand undo" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal that can, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand undo" -l dry-run -d 'Show what would be done and change nothing'
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand undo" -l json -d 'Print the result as JSON'
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand undo" -l yes -d 'Answer yes when a change must be confirmed'
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand undo" -l resume -d 'Finish the run that was interrupted'
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand undo" -l list-runs -d 'List the runs'
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand undo" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand migrate-mail-ui" -l uwc-base -d 'Where Communications Express is installed, below the root [default: found]' -r -F
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand migrate-mail-ui" -l deployed -d 'What is deployed to the web container: the directory that holds WEB-INF [default: found]' -r -F
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand migrate-mail-ui" -l from -d 'The saved copy of the mail server\'s config/html, below the root [default: data/preJES5/config/html of Messaging Server]' -r -F
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand migrate-mail-ui" -l base -d 'The pages that the old release shipped: their directory, a mail server, or a tree like a root [default: not known]' -r -F
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand migrate-mail-ui" -l resolve -d 'Resolve a conflict: take the saved page, or leave the deployed one' -r
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand migrate-mail-ui" -l proposals -d 'Write a merge by line of each page in conflict below this new directory' -r -F
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand migrate-mail-ui" -l root -d 'Treat DIR as the root directory of the product' -r -F
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand migrate-mail-ui" -l state-dir -d 'Keep the journal and saved originals of runs in DIR' -r -F
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand migrate-mail-ui" -l report -d 'Also write the result as JSON to FILE' -r -F
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand migrate-mail-ui" -l undo -d 'Undo a run [default: the newest one]' -r
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand migrate-mail-ui" -l prune -d 'Delete what is kept of a run; it cannot be undone afterwards' -r
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand migrate-mail-ui" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal that can, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand migrate-mail-ui" -l dry-run -d 'Show what would be done and change nothing'
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand migrate-mail-ui" -l json -d 'Print the result as JSON'
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand migrate-mail-ui" -l yes -d 'Answer yes when a change must be confirmed'
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand migrate-mail-ui" -l resume -d 'Finish the run that was interrupted'
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand migrate-mail-ui" -l list-runs -d 'List the runs'
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand migrate-mail-ui" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand check" -l uwc-base -d 'Where Communications Express is installed, below the root [default: found]' -r -F
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand check" -l deployed -d 'What is deployed to the web container: the directory that holds WEB-INF [default: found]' -r -F
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand check" -l messaging -d 'The version of Messaging Server, such as 7.0-0.03 [default: what is installed below the root]' -r
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand check" -l calendar -d 'The version of Calendar Server, such as 6.3-7.03 [default: what is installed below the root]' -r
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand check" -l dssetup -d 'The version of Comms DSSetup, such as 6.4-1.04 [default: what is installed below the root]' -r
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand check" -l root -d 'Treat DIR as the root directory of the product' -r -F
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand check" -l state-dir -d 'Keep the journal and saved originals of runs in DIR' -r -F
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand check" -l report -d 'Also write the result as JSON to FILE' -r -F
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand check" -l undo -d 'Undo a run [default: the newest one]' -r
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand check" -l prune -d 'Delete what is kept of a run; it cannot be undone afterwards' -r
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand check" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal that can, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand check" -l dry-run -d 'Show what would be done and change nothing'
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand check" -l json -d 'Print the result as JSON'
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand check" -l yes -d 'Answer yes when a change must be confirmed'
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand check" -l resume -d 'Finish the run that was interrupted'
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand check" -l list-runs -d 'List the runs'
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand status" -l uwc-base -d 'Where Communications Express is installed, below the root [default: found]' -r -F
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand status" -l deployed -d 'What is deployed to the web container: the directory that holds WEB-INF [default: found]' -r -F
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand status" -l work-dir -d 'Where patch-config put the merged files [default: newconfig below the installation]' -r -F
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand status" -l root -d 'Treat DIR as the root directory of the product' -r -F
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand status" -l state-dir -d 'Keep the journal and saved originals of runs in DIR' -r -F
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand status" -l report -d 'Also write the result as JSON to FILE' -r -F
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand status" -l undo -d 'Undo a run [default: the newest one]' -r
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand status" -l prune -d 'Delete what is kept of a run; it cannot be undone afterwards' -r
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand status" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal that can, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand status" -l dry-run -d 'Show what would be done and change nothing'
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand status" -l json -d 'Print the result as JSON'
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand status" -l yes -d 'Answer yes when a change must be confirmed'
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand status" -l resume -d 'Finish the run that was interrupted'
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand status" -l list-runs -d 'List the runs'
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand status" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand help; and not __fish_seen_subcommand_from patch-config install-newconfig uninstall-newconfig migrate-mail-ui check status help" -f -a "patch-config" -d 'Merge the site\'s configuration with that of the new release into a work directory; nothing live is touched'
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand help; and not __fish_seen_subcommand_from patch-config install-newconfig uninstall-newconfig migrate-mail-ui check status help" -f -a "install-newconfig" -d 'Install the merged files of patch-config into the deployed configuration'
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand help; and not __fish_seen_subcommand_from patch-config install-newconfig uninstall-newconfig migrate-mail-ui check status help" -f -a "uninstall-newconfig" -d 'Undo the newest installation of merged files'
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand help; and not __fish_seen_subcommand_from patch-config install-newconfig uninstall-newconfig migrate-mail-ui check status help" -f -a "migrate-mail-ui" -d 'Move the customised mail pages that were saved from the mail server to where 6.3 has them, once'
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand help; and not __fish_seen_subcommand_from patch-config install-newconfig uninstall-newconfig migrate-mail-ui check status help" -f -a "check" -d 'Check the remote address books, the order of upgrades, and the files of the user interface'
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand help; and not __fish_seen_subcommand_from patch-config install-newconfig uninstall-newconfig migrate-mail-ui check status help" -f -a "status" -d 'Show the installation, and how far its upgrade is'
complete -c ce-upgrade -n "__fish_ce_upgrade_using_subcommand help; and not __fish_seen_subcommand_from patch-config install-newconfig uninstall-newconfig migrate-mail-ui check status help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
