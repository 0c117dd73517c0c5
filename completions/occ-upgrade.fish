# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_occ_upgrade_global_optspecs
    string join \n dry-run json report= color= root= state-dir= resume undo= list-runs prune= yes h/help V/version
end

function __fish_occ_upgrade_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_occ_upgrade_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_occ_upgrade_using_subcommand
    set -l cmd (__fish_occ_upgrade_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c occ-upgrade -n "__fish_occ_upgrade_needs_command" -l report -d 'Also write the result as JSON to FILE' -r -F
complete -c occ-upgrade -n "__fish_occ_upgrade_needs_command" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal that can, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c occ-upgrade -n "__fish_occ_upgrade_needs_command" -l root -d 'Treat DIR as the root directory of the product' -r -F
complete -c occ-upgrade -n "__fish_occ_upgrade_needs_command" -l state-dir -d 'Keep the journal and saved originals of runs in DIR' -r -F
complete -c occ-upgrade -n "__fish_occ_upgrade_needs_command" -l undo -d 'Undo a run [default: the newest one]' -r
complete -c occ-upgrade -n "__fish_occ_upgrade_needs_command" -l prune -d 'Delete what is kept of a run; it cannot be undone afterwards' -r
complete -c occ-upgrade -n "__fish_occ_upgrade_needs_command" -l dry-run -d 'Show what would be done and change nothing'
complete -c occ-upgrade -n "__fish_occ_upgrade_needs_command" -l json -d 'Print the result as JSON'
complete -c occ-upgrade -n "__fish_occ_upgrade_needs_command" -l resume -d 'Finish the run that was interrupted'
complete -c occ-upgrade -n "__fish_occ_upgrade_needs_command" -l list-runs -d 'List the runs'
complete -c occ-upgrade -n "__fish_occ_upgrade_needs_command" -l yes -d 'Ask nothing: take the default of each question'
complete -c occ-upgrade -n "__fish_occ_upgrade_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c occ-upgrade -n "__fish_occ_upgrade_needs_command" -s V -l version -d 'Print version'
complete -c occ-upgrade -n "__fish_occ_upgrade_needs_command" -f -a "new" -d 'Make a configuration; on a terminal, the settings without a default are asked for'
complete -c occ-upgrade -n "__fish_occ_upgrade_needs_command" -f -a "upgrade" -d 'Prepare a configuration of 7.1 or 7.2 for the upgrade to 7.3'
complete -c occ-upgrade -n "__fish_occ_upgrade_needs_command" -f -a "check" -d 'Check a configuration, or an Outlook profile file (.prf)'
complete -c occ-upgrade -n "__fish_occ_upgrade_needs_command" -f -a "requirements" -d 'Check the versions of the servers against the requirements of Connector 7.3'
complete -c occ-upgrade -n "__fish_occ_upgrade_needs_command" -f -a "package" -d 'Make a directory or zip file with the configuration, a manifest and scripts that run the Setup Wizard'
complete -c occ-upgrade -n "__fish_occ_upgrade_needs_command" -f -a "prf" -d 'Make an Outlook profile file for each user'
complete -c occ-upgrade -n "__fish_occ_upgrade_needs_command" -f -a "vlv" -d 'Write the browsing index of the Global Address List as LDIF for ldapmodify'
complete -c occ-upgrade -n "__fish_occ_upgrade_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand new" -s o -l output -d 'What to make' -r -F
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand new" -l answers -d 'TOML file with the answers: setting = "value", one a line' -r -F
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand new" -l codepage -d 'Code page of the new file, or utf-16le; needed for text that is not ASCII' -r
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand new" -l report -d 'Also write the result as JSON to FILE' -r -F
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand new" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal that can, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand new" -l root -d 'Treat DIR as the root directory of the product' -r -F
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand new" -l state-dir -d 'Keep the journal and saved originals of runs in DIR' -r -F
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand new" -l undo -d 'Undo a run [default: the newest one]' -r
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand new" -l prune -d 'Delete what is kept of a run; it cannot be undone afterwards' -r
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand new" -l replace -d 'Replace what is there; the old one is kept beside it, and its name is printed'
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand new" -l dry-run -d 'Show what would be done and change nothing'
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand new" -l json -d 'Print the result as JSON'
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand new" -l resume -d 'Finish the run that was interrupted'
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand new" -l list-runs -d 'List the runs'
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand new" -l yes -d 'Ask nothing: take the default of each question'
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand new" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand upgrade" -s o -l output -d 'What to make' -r -F
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand upgrade" -l from -d 'The old release: 7.1 or 7.2' -r
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand upgrade" -l map -d 'Which section and key of the vendor\'s .ini holds which setting; not needed for a file of this tool' -r -F
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand upgrade" -l codepage -d 'Code page of FILE.ini, such as windows-1252, windows-1251 or shift_jis [default: as the file or the map says]' -r
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand upgrade" -l report -d 'Also write the result as JSON to FILE' -r -F
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand upgrade" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal that can, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand upgrade" -l root -d 'Treat DIR as the root directory of the product' -r -F
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand upgrade" -l state-dir -d 'Keep the journal and saved originals of runs in DIR' -r -F
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand upgrade" -l undo -d 'Undo a run [default: the newest one]' -r
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand upgrade" -l prune -d 'Delete what is kept of a run; it cannot be undone afterwards' -r
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand upgrade" -l replace -d 'Replace what is there; the old one is kept beside it, and its name is printed'
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand upgrade" -l dry-run -d 'Show what would be done and change nothing'
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand upgrade" -l json -d 'Print the result as JSON'
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand upgrade" -l resume -d 'Finish the run that was interrupted'
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand upgrade" -l list-runs -d 'List the runs'
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand upgrade" -l yes -d 'Ask nothing: take the default of each question'
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand upgrade" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand check" -l site-root -d 'Compare with the browsing index in the dse.ldif of each directory server below DIR' -r -F
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand check" -l index -d 'Compare with the browsing index in this LDIF file, such as an export of cn=config' -r -F
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand check" -l map -d 'Which section and key of the vendor\'s .ini holds which setting; not needed for a file of this tool' -r -F
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand check" -l codepage -d 'Code page of FILE.ini, such as windows-1252, windows-1251 or shift_jis [default: as the file or the map says]' -r
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand check" -l report -d 'Also write the result as JSON to FILE' -r -F
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand check" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal that can, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand check" -l root -d 'Treat DIR as the root directory of the product' -r -F
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand check" -l state-dir -d 'Keep the journal and saved originals of runs in DIR' -r -F
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand check" -l undo -d 'Undo a run [default: the newest one]' -r
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand check" -l prune -d 'Delete what is kept of a run; it cannot be undone afterwards' -r
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand check" -l dry-run -d 'Show what would be done and change nothing'
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand check" -l json -d 'Print the result as JSON'
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand check" -l resume -d 'Finish the run that was interrupted'
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand check" -l list-runs -d 'List the runs'
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand check" -l yes -d 'Ask nothing: take the default of each question'
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand requirements" -l messaging -d 'Version of Messaging Server' -r
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand requirements" -l calendar -d 'Version of Calendar Server' -r
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand requirements" -l directory -d 'Version of Directory Server' -r
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand requirements" -l convergence -d 'Version of Convergence' -r
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand requirements" -l communications-express -d 'Version of Communications Express' -r
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand requirements" -l site-root -d 'Read the versions that are not given from the site below DIR' -r -F
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand requirements" -l first-calendar -d 'The first Calendar Server that this site ran, such as 5.1 or "6 2004Q2"' -r
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand requirements" -l report -d 'Also write the result as JSON to FILE' -r -F
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand requirements" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal that can, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand requirements" -l root -d 'Treat DIR as the root directory of the product' -r -F
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand requirements" -l state-dir -d 'Keep the journal and saved originals of runs in DIR' -r -F
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand requirements" -l undo -d 'Undo a run [default: the newest one]' -r
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand requirements" -l prune -d 'Delete what is kept of a run; it cannot be undone afterwards' -r
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand requirements" -l recurring-converted -d 'The recurring events of older releases were converted (cs5migrate -r, cs5migrate_recurring)'
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand requirements" -l dry-run -d 'Show what would be done and change nothing'
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand requirements" -l json -d 'Print the result as JSON'
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand requirements" -l resume -d 'Finish the run that was interrupted'
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand requirements" -l list-runs -d 'List the runs'
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand requirements" -l yes -d 'Ask nothing: take the default of each question'
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand requirements" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand package" -s o -l output -d 'What to make' -r -F
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand package" -l kit -d 'Also put the files of DIR into the package: the programs that the Deployment Configuration Program has built' -r -F
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand package" -l map -d 'Which section and key of the vendor\'s .ini holds which setting; not needed for a file of this tool' -r -F
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand package" -l codepage -d 'Code page of FILE.ini, such as windows-1252, windows-1251 or shift_jis [default: as the file or the map says]' -r
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand package" -l report -d 'Also write the result as JSON to FILE' -r -F
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand package" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal that can, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand package" -l root -d 'Treat DIR as the root directory of the product' -r -F
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand package" -l state-dir -d 'Keep the journal and saved originals of runs in DIR' -r -F
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand package" -l undo -d 'Undo a run [default: the newest one]' -r
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand package" -l prune -d 'Delete what is kept of a run; it cannot be undone afterwards' -r
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand package" -l replace -d 'Replace what is there; the old one is kept beside it, and its name is printed'
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand package" -l dry-run -d 'Show what would be done and change nothing'
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand package" -l json -d 'Print the result as JSON'
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand package" -l resume -d 'Finish the run that was interrupted'
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand package" -l list-runs -d 'List the runs'
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand package" -l yes -d 'Ask nothing: take the default of each question'
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand package" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand prf" -l users -d 'The users: CSV with a header line (RFC 4180), or LDIF, in UTF-8' -r -F
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand prf" -s o -l output -d 'What to make' -r -F
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand prf" -l preset -d 'What Outlook does with a profile that is there' -r -f -a "keep\t'Leave it as it is (OverwriteProfile=No)'
update\t'Add what it lacks and update what differs (OverwriteProfile=Append)'
replace\t'Replace it (OverwriteProfile=Yes)'"
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand prf" -l target-codepage -d 'Code page of the desktops, which the profile files are written in [default: that of FILE.ini, else ASCII]' -r
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand prf" -l map -d 'Which section and key of the vendor\'s .ini holds which setting; not needed for a file of this tool' -r -F
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand prf" -l codepage -d 'Code page of FILE.ini, such as windows-1252, windows-1251 or shift_jis [default: as the file or the map says]' -r
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand prf" -l report -d 'Also write the result as JSON to FILE' -r -F
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand prf" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal that can, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand prf" -l root -d 'Treat DIR as the root directory of the product' -r -F
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand prf" -l state-dir -d 'Keep the journal and saved originals of runs in DIR' -r -F
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand prf" -l undo -d 'Undo a run [default: the newest one]' -r
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand prf" -l prune -d 'Delete what is kept of a run; it cannot be undone afterwards' -r
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand prf" -l replace -d 'Replace what is there; the old one is kept beside it, and its name is printed'
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand prf" -l dry-run -d 'Show what would be done and change nothing'
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand prf" -l json -d 'Print the result as JSON'
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand prf" -l resume -d 'Finish the run that was interrupted'
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand prf" -l list-runs -d 'List the runs'
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand prf" -l yes -d 'Ask nothing: take the default of each question'
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand prf" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand vlv" -s o -l output -d 'What to make' -r -F
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand vlv" -l map -d 'Which section and key of the vendor\'s .ini holds which setting; not needed for a file of this tool' -r -F
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand vlv" -l codepage -d 'Code page of FILE.ini, such as windows-1252, windows-1251 or shift_jis [default: as the file or the map says]' -r
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand vlv" -l report -d 'Also write the result as JSON to FILE' -r -F
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand vlv" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal that can, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand vlv" -l root -d 'Treat DIR as the root directory of the product' -r -F
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand vlv" -l state-dir -d 'Keep the journal and saved originals of runs in DIR' -r -F
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand vlv" -l undo -d 'Undo a run [default: the newest one]' -r
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand vlv" -l prune -d 'Delete what is kept of a run; it cannot be undone afterwards' -r
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand vlv" -l replace -d 'Replace what is there; the old one is kept beside it, and its name is printed'
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand vlv" -l dry-run -d 'Show what would be done and change nothing'
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand vlv" -l json -d 'Print the result as JSON'
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand vlv" -l resume -d 'Finish the run that was interrupted'
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand vlv" -l list-runs -d 'List the runs'
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand vlv" -l yes -d 'Ask nothing: take the default of each question'
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand vlv" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand help; and not __fish_seen_subcommand_from new upgrade check requirements package prf vlv help" -f -a "new" -d 'Make a configuration; on a terminal, the settings without a default are asked for'
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand help; and not __fish_seen_subcommand_from new upgrade check requirements package prf vlv help" -f -a "upgrade" -d 'Prepare a configuration of 7.1 or 7.2 for the upgrade to 7.3'
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand help; and not __fish_seen_subcommand_from new upgrade check requirements package prf vlv help" -f -a "check" -d 'Check a configuration, or an Outlook profile file (.prf)'
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand help; and not __fish_seen_subcommand_from new upgrade check requirements package prf vlv help" -f -a "requirements" -d 'Check the versions of the servers against the requirements of Connector 7.3'
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand help; and not __fish_seen_subcommand_from new upgrade check requirements package prf vlv help" -f -a "package" -d 'Make a directory or zip file with the configuration, a manifest and scripts that run the Setup Wizard'
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand help; and not __fish_seen_subcommand_from new upgrade check requirements package prf vlv help" -f -a "prf" -d 'Make an Outlook profile file for each user'
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand help; and not __fish_seen_subcommand_from new upgrade check requirements package prf vlv help" -f -a "vlv" -d 'Write the browsing index of the Global Address List as LDIF for ldapmodify'
complete -c occ-upgrade -n "__fish_occ_upgrade_using_subcommand help; and not __fish_seen_subcommand_from new upgrade check requirements package prf vlv help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
