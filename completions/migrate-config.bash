_migrate__config() {
    local i cur prev opts cmd
    COMPREPLY=()
    if [[ "${BASH_VERSINFO[0]}" -ge 4 ]]; then
        cur="$2"
    else
        cur="${COMP_WORDS[COMP_CWORD]}"
    fi
    prev="$3"
    cmd=""
    opts=""

    for i in "${COMP_WORDS[@]:0:COMP_CWORD}"
    do
        case "${cmd},${i}" in
            ",$1")
                cmd="migrate__config"
                ;;
            *)
                ;;
        esac
    done

    case "${cmd}" in
        migrate__config)
            opts="-u -h -V --new-root --data-root --old-host --new-host --old-ip --new-ip --configutil-export --store-backup --store-restored --from-release --from-bits --to-bits --force-path --strict --references --root --state-dir --dry-run --json --report --yes --resume --list-runs --prune --color --undo --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 1 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                --new-root)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --data-root)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --old-host)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --new-host)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --old-ip)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --new-ip)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --configutil-export)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --store-backup)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --from-release)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --from-bits)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --to-bits)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --root)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --state-dir)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --report)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --prune)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --color)
                    COMPREPLY=($(compgen -W "auto always never" -- "${cur}"))
                    return 0
                    ;;
                --undo)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
    esac
}

if [[ "${BASH_VERSINFO[0]}" -eq 4 && "${BASH_VERSINFO[1]}" -ge 4 || "${BASH_VERSINFO[0]}" -gt 4 ]]; then
    complete -F _migrate__config -o nosort -o bashdefault -o default migrate-config
else
    complete -F _migrate__config -o bashdefault -o default migrate-config
fi
