# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_im_upgrade_global_optspecs
    string join \n root= state-dir= dry-run json report= yes resume undo= list-runs prune= color= h/help V/version
end

function __fish_im_upgrade_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_im_upgrade_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_im_upgrade_using_subcommand
    set -l cmd (__fish_im_upgrade_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c im-upgrade -n "__fish_im_upgrade_needs_command" -l root -d 'Treat DIR as the root directory of the product' -r -F
complete -c im-upgrade -n "__fish_im_upgrade_needs_command" -l state-dir -d 'Keep the journal and saved originals of runs in DIR' -r -F
complete -c im-upgrade -n "__fish_im_upgrade_needs_command" -l report -d 'Also write the result as JSON to FILE' -r -F
complete -c im-upgrade -n "__fish_im_upgrade_needs_command" -l undo -d 'Undo a run [default: the newest one]' -r
complete -c im-upgrade -n "__fish_im_upgrade_needs_command" -l prune -d 'Delete what is kept of a run; it cannot be undone afterwards' -r
complete -c im-upgrade -n "__fish_im_upgrade_needs_command" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal that can, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c im-upgrade -n "__fish_im_upgrade_needs_command" -l dry-run -d 'Show what would be done and change nothing'
complete -c im-upgrade -n "__fish_im_upgrade_needs_command" -l json -d 'Print the result as JSON'
complete -c im-upgrade -n "__fish_im_upgrade_needs_command" -l yes -d 'Answer yes when a change must be confirmed'
complete -c im-upgrade -n "__fish_im_upgrade_needs_command" -l resume -d 'Finish the run that was interrupted'
complete -c im-upgrade -n "__fish_im_upgrade_needs_command" -l list-runs -d 'List the runs'
complete -c im-upgrade -n "__fish_im_upgrade_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c im-upgrade -n "__fish_im_upgrade_needs_command" -s V -l version -d 'Print version'
complete -c im-upgrade -n "__fish_im_upgrade_needs_command" -f -a "check" -d 'Show whether the server can be upgraded; it may run meanwhile'
complete -c im-upgrade -n "__fish_im_upgrade_needs_command" -f -a "prepare" -d 'Before the packages are upgraded: check, stop the server, save its configuration'
complete -c im-upgrade -n "__fish_im_upgrade_needs_command" -f -a "finish" -d 'After the packages were upgraded: merge the configuration, redeploy, start the server'
complete -c im-upgrade -n "__fish_im_upgrade_needs_command" -f -a "upgrade" -d 'Both, where the files of 7.3 are there already or are given with --new'
complete -c im-upgrade -n "__fish_im_upgrade_needs_command" -f -a "status" -d 'Show the installation, its instances, and how far an upgrade is'
complete -c im-upgrade -n "__fish_im_upgrade_needs_command" -f -a "rollback" -d 'Go back from 7.3 to 7.2: stop, copy the saved configuration out, and after the packages put it back'
complete -c im-upgrade -n "__fish_im_upgrade_needs_command" -f -a "redeploy" -d 'Make the client resources anew from their templates, pack them and the HTTP gateway, and deploy them'
complete -c im-upgrade -n "__fish_im_upgrade_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand check" -l im-base -d 'Where Instant Messaging is installed, below the root [default: found]' -r -F
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand check" -l instance -d 'Only this instance [default: all below the configuration root]' -r
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand check" -l base -d 'Stock files of 7.2: a tree like a root, an installation, or a configuration directory' -r -F
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand check" -l new -d 'Stock files of 7.3, likewise [default: the files that the package step left]' -r -F
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand check" -l resolve -d 'Resolve a conflict: the site\'s value, the new one, or another one (a secret\'s goes into a --resolutions file)' -r
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand check" -l resolutions -d 'A file with one such line for each conflict; lines that begin with # are comments' -r -F
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand check" -l release -d 'The release that is installed, where that cannot be found out, such as 7.2' -r
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand check" -l ha -d 'The server is this resource of a cluster: use scswitch, never imadmin' -r
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand check" -l stop-timeout -d 'How long to wait until the server has stopped' -r
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand check" -l root -d 'Treat DIR as the root directory of the product' -r -F
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand check" -l state-dir -d 'Keep the journal and saved originals of runs in DIR' -r -F
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand check" -l report -d 'Also write the result as JSON to FILE' -r -F
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand check" -l undo -d 'Undo a run [default: the newest one]' -r
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand check" -l prune -d 'Delete what is kept of a run; it cannot be undone afterwards' -r
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand check" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal that can, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand check" -l all-instances -d 'All instances below the configuration root: the default, spelled out'
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand check" -l no-service -d 'Only change files: stop and start nothing'
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand check" -l run-commands -d 'Run commands of the product although --root names another root; without this they are printed'
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand check" -l dry-run -d 'Show what would be done and change nothing'
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand check" -l json -d 'Print the result as JSON'
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand check" -l yes -d 'Answer yes when a change must be confirmed'
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand check" -l resume -d 'Finish the run that was interrupted'
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand check" -l list-runs -d 'List the runs'
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand prepare" -l im-base -d 'Where Instant Messaging is installed, below the root [default: found]' -r -F
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand prepare" -l instance -d 'Only this instance [default: all below the configuration root]' -r
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand prepare" -l base -d 'Stock files of 7.2: a tree like a root, an installation, or a configuration directory' -r -F
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand prepare" -l new -d 'Stock files of 7.3, likewise [default: the files that the package step left]' -r -F
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand prepare" -l resolve -d 'Resolve a conflict: the site\'s value, the new one, or another one (a secret\'s goes into a --resolutions file)' -r
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand prepare" -l resolutions -d 'A file with one such line for each conflict; lines that begin with # are comments' -r -F
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand prepare" -l release -d 'The release that is installed, where that cannot be found out, such as 7.2' -r
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand prepare" -l ha -d 'The server is this resource of a cluster: use scswitch, never imadmin' -r
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand prepare" -l stop-timeout -d 'How long to wait until the server has stopped' -r
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand prepare" -l root -d 'Treat DIR as the root directory of the product' -r -F
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand prepare" -l state-dir -d 'Keep the journal and saved originals of runs in DIR' -r -F
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand prepare" -l report -d 'Also write the result as JSON to FILE' -r -F
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand prepare" -l undo -d 'Undo a run [default: the newest one]' -r
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand prepare" -l prune -d 'Delete what is kept of a run; it cannot be undone afterwards' -r
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand prepare" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal that can, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand prepare" -l all-instances -d 'All instances below the configuration root: the default, spelled out'
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand prepare" -l no-service -d 'Only change files: stop and start nothing'
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand prepare" -l run-commands -d 'Run commands of the product although --root names another root; without this they are printed'
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand prepare" -l dry-run -d 'Show what would be done and change nothing'
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand prepare" -l json -d 'Print the result as JSON'
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand prepare" -l yes -d 'Answer yes when a change must be confirmed'
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand prepare" -l resume -d 'Finish the run that was interrupted'
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand prepare" -l list-runs -d 'List the runs'
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand prepare" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand finish" -l im-base -d 'Where Instant Messaging is installed, below the root [default: found]' -r -F
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand finish" -l instance -d 'Only this instance [default: all below the configuration root]' -r
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand finish" -l base -d 'Stock files of 7.2: a tree like a root, an installation, or a configuration directory' -r -F
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand finish" -l new -d 'Stock files of 7.3, likewise [default: the files that the package step left]' -r -F
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand finish" -l resolve -d 'Resolve a conflict: the site\'s value, the new one, or another one (a secret\'s goes into a --resolutions file)' -r
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand finish" -l resolutions -d 'A file with one such line for each conflict; lines that begin with # are comments' -r -F
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand finish" -l release -d 'The release that is installed, where that cannot be found out, such as 7.2' -r
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand finish" -l ha -d 'The server is this resource of a cluster: use scswitch, never imadmin' -r
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand finish" -l stop-timeout -d 'How long to wait until the server has stopped' -r
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand finish" -l codebase -d 'The address that clients fetch the resources from [default: that of the template, else of each resource]' -r
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand finish" -l server -d 'What clients connect to [default: iim_mux.listenport]' -r
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand finish" -l container -d 'Copy the archives into this deployment directory of a servlet container, below the root' -r -F
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand finish" -l container-command -d 'Run this command for each archive: {war} stands for its path, {name} for the application\'s name' -r
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand finish" -l root -d 'Treat DIR as the root directory of the product' -r -F
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand finish" -l state-dir -d 'Keep the journal and saved originals of runs in DIR' -r -F
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand finish" -l report -d 'Also write the result as JSON to FILE' -r -F
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand finish" -l undo -d 'Undo a run [default: the newest one]' -r
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand finish" -l prune -d 'Delete what is kept of a run; it cannot be undone afterwards' -r
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand finish" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal that can, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand finish" -l all-instances -d 'All instances below the configuration root: the default, spelled out'
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand finish" -l no-service -d 'Only change files: stop and start nothing'
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand finish" -l run-commands -d 'Run commands of the product although --root names another root; without this they are printed'
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand finish" -l dry-run -d 'Show what would be done and change nothing'
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand finish" -l json -d 'Print the result as JSON'
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand finish" -l yes -d 'Answer yes when a change must be confirmed'
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand finish" -l resume -d 'Finish the run that was interrupted'
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand finish" -l list-runs -d 'List the runs'
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand finish" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand upgrade" -l im-base -d 'Where Instant Messaging is installed, below the root [default: found]' -r -F
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand upgrade" -l instance -d 'Only this instance [default: all below the configuration root]' -r
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand upgrade" -l base -d 'Stock files of 7.2: a tree like a root, an installation, or a configuration directory' -r -F
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand upgrade" -l new -d 'Stock files of 7.3, likewise [default: the files that the package step left]' -r -F
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand upgrade" -l resolve -d 'Resolve a conflict: the site\'s value, the new one, or another one (a secret\'s goes into a --resolutions file)' -r
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand upgrade" -l resolutions -d 'A file with one such line for each conflict; lines that begin with # are comments' -r -F
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand upgrade" -l release -d 'The release that is installed, where that cannot be found out, such as 7.2' -r
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand upgrade" -l ha -d 'The server is this resource of a cluster: use scswitch, never imadmin' -r
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand upgrade" -l stop-timeout -d 'How long to wait until the server has stopped' -r
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand upgrade" -l codebase -d 'The address that clients fetch the resources from [default: that of the template, else of each resource]' -r
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand upgrade" -l server -d 'What clients connect to [default: iim_mux.listenport]' -r
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand upgrade" -l container -d 'Copy the archives into this deployment directory of a servlet container, below the root' -r -F
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand upgrade" -l container-command -d 'Run this command for each archive: {war} stands for its path, {name} for the application\'s name' -r
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand upgrade" -l root -d 'Treat DIR as the root directory of the product' -r -F
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand upgrade" -l state-dir -d 'Keep the journal and saved originals of runs in DIR' -r -F
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand upgrade" -l report -d 'Also write the result as JSON to FILE' -r -F
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand upgrade" -l undo -d 'Undo a run [default: the newest one]' -r
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand upgrade" -l prune -d 'Delete what is kept of a run; it cannot be undone afterwards' -r
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand upgrade" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal that can, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand upgrade" -l all-instances -d 'All instances below the configuration root: the default, spelled out'
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand upgrade" -l no-service -d 'Only change files: stop and start nothing'
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand upgrade" -l run-commands -d 'Run commands of the product although --root names another root; without this they are printed'
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand upgrade" -l dry-run -d 'Show what would be done and change nothing'
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand upgrade" -l json -d 'Print the result as JSON'
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand upgrade" -l yes -d 'Answer yes when a change must be confirmed'
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand upgrade" -l resume -d 'Finish the run that was interrupted'
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand upgrade" -l list-runs -d 'List the runs'
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand upgrade" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand status" -l im-base -d 'Where Instant Messaging is installed, below the root [default: found]' -r -F
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand status" -l instance -d 'Only this instance [default: all below the configuration root]' -r
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand status" -l root -d 'Treat DIR as the root directory of the product' -r -F
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand status" -l state-dir -d 'Keep the journal and saved originals of runs in DIR' -r -F
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand status" -l report -d 'Also write the result as JSON to FILE' -r -F
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand status" -l undo -d 'Undo a run [default: the newest one]' -r
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand status" -l prune -d 'Delete what is kept of a run; it cannot be undone afterwards' -r
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand status" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal that can, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand status" -l all-instances -d 'All instances below the configuration root: the default, spelled out'
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand status" -l dry-run -d 'Show what would be done and change nothing'
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand status" -l json -d 'Print the result as JSON'
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand status" -l yes -d 'Answer yes when a change must be confirmed'
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand status" -l resume -d 'Finish the run that was interrupted'
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand status" -l list-runs -d 'List the runs'
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand status" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand rollback" -l codebase -d 'The address that clients fetch the resources from [default: that of the template, else of each resource]' -r
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand rollback" -l server -d 'What clients connect to [default: iim_mux.listenport]' -r
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand rollback" -l container -d 'Copy the archives into this deployment directory of a servlet container, below the root' -r -F
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand rollback" -l container-command -d 'Run this command for each archive: {war} stands for its path, {name} for the application\'s name' -r
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand rollback" -l im-base -d 'Where Instant Messaging is installed, below the root [default: found]' -r -F
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand rollback" -l instance -d 'Only this instance [default: all below the configuration root]' -r
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand rollback" -l ha -d 'The server is this resource of a cluster: use scswitch, never imadmin' -r
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand rollback" -l stop-timeout -d 'How long to wait until the server has stopped' -r
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand rollback" -l root -d 'Treat DIR as the root directory of the product' -r -F
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand rollback" -l state-dir -d 'Keep the journal and saved originals of runs in DIR' -r -F
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand rollback" -l report -d 'Also write the result as JSON to FILE' -r -F
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand rollback" -l undo -d 'Undo a run [default: the newest one]' -r
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand rollback" -l prune -d 'Delete what is kept of a run; it cannot be undone afterwards' -r
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand rollback" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal that can, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand rollback" -l finish -d 'After the packages of 7.2 are installed: put its configuration back and start it'
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand rollback" -l skip-packages -d 'Do both parts at once: 7.2 is installed already'
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand rollback" -l force -d 'Replace files that the site edited after the upgrade'
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand rollback" -l all-instances -d 'All instances below the configuration root: the default, spelled out'
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand rollback" -l no-service -d 'Only change files: stop and start nothing'
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand rollback" -l run-commands -d 'Run commands of the product although --root names another root; without this they are printed'
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand rollback" -l dry-run -d 'Show what would be done and change nothing'
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand rollback" -l json -d 'Print the result as JSON'
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand rollback" -l yes -d 'Answer yes when a change must be confirmed'
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand rollback" -l resume -d 'Finish the run that was interrupted'
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand rollback" -l list-runs -d 'List the runs'
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand rollback" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand redeploy" -l codebase -d 'The address that clients fetch the resources from [default: that of the template, else of each resource]' -r
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand redeploy" -l server -d 'What clients connect to [default: iim_mux.listenport]' -r
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand redeploy" -l container -d 'Copy the archives into this deployment directory of a servlet container, below the root' -r -F
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand redeploy" -l container-command -d 'Run this command for each archive: {war} stands for its path, {name} for the application\'s name' -r
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand redeploy" -l im-base -d 'Where Instant Messaging is installed, below the root [default: found]' -r -F
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand redeploy" -l instance -d 'Only this instance [default: all below the configuration root]' -r
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand redeploy" -l root -d 'Treat DIR as the root directory of the product' -r -F
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand redeploy" -l state-dir -d 'Keep the journal and saved originals of runs in DIR' -r -F
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand redeploy" -l report -d 'Also write the result as JSON to FILE' -r -F
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand redeploy" -l undo -d 'Undo a run [default: the newest one]' -r
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand redeploy" -l prune -d 'Delete what is kept of a run; it cannot be undone afterwards' -r
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand redeploy" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal that can, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand redeploy" -l all-instances -d 'All instances below the configuration root: the default, spelled out'
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand redeploy" -l run-commands -d 'Run commands of the product although --root names another root; without this they are printed'
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand redeploy" -l dry-run -d 'Show what would be done and change nothing'
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand redeploy" -l json -d 'Print the result as JSON'
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand redeploy" -l yes -d 'Answer yes when a change must be confirmed'
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand redeploy" -l resume -d 'Finish the run that was interrupted'
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand redeploy" -l list-runs -d 'List the runs'
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand redeploy" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand help; and not __fish_seen_subcommand_from check prepare finish upgrade status rollback redeploy help" -f -a "check" -d 'Show whether the server can be upgraded; it may run meanwhile'
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand help; and not __fish_seen_subcommand_from check prepare finish upgrade status rollback redeploy help" -f -a "prepare" -d 'Before the packages are upgraded: check, stop the server, save its configuration'
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand help; and not __fish_seen_subcommand_from check prepare finish upgrade status rollback redeploy help" -f -a "finish" -d 'After the packages were upgraded: merge the configuration, redeploy, start the server'
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand help; and not __fish_seen_subcommand_from check prepare finish upgrade status rollback redeploy help" -f -a "upgrade" -d 'Both, where the files of 7.3 are there already or are given with --new'
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand help; and not __fish_seen_subcommand_from check prepare finish upgrade status rollback redeploy help" -f -a "status" -d 'Show the installation, its instances, and how far an upgrade is'
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand help; and not __fish_seen_subcommand_from check prepare finish upgrade status rollback redeploy help" -f -a "rollback" -d 'Go back from 7.3 to 7.2: stop, copy the saved configuration out, and after the packages put it back'
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand help; and not __fish_seen_subcommand_from check prepare finish upgrade status rollback redeploy help" -f -a "redeploy" -d 'Make the client resources anew from their templates, pack them and the HTTP gateway, and deploy them'
complete -c im-upgrade -n "__fish_im_upgrade_using_subcommand help; and not __fish_seen_subcommand_from check prepare finish upgrade status rollback redeploy help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
