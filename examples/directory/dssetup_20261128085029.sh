#!/bin/sh
# Prepares a directory for the Communications Suite: applies the LDIF file beside it and builds the changed indexes.
# Needs ldapmodify and ldapsearch of the LDAP client tools. Stops at the first error. No password is kept in it: it is asked for, or read
# from the file that DSSETUP_PASSWORD_FILE names.
set -eu
umask 077
url='ldap://localhost:389'
ldif='/var/tmp/dssetup_20261128085029.ldif'
bind_dn='cn=Directory Manager'

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 1' HUP INT TERM
password_file=$scratch/password
if [ -n "${DSSETUP_PASSWORD_FILE:-}" ]; then
    # Its first line; the client tools take a line's end for a part of the password.
    head -n 1 <"$DSSETUP_PASSWORD_FILE" | tr -d '\r\n' >"$password_file"
else
    printf 'Password of %s: ' "$bind_dn" >&2
    trap 'stty echo 2>/dev/null; exit 1' HUP INT TERM
    stty -echo 2>/dev/null || :
    IFS= read -r password
    stty echo 2>/dev/null || :
    trap 'exit 1' HUP INT TERM
    printf '\n' >&2
    printf '%s' "$password" >"$password_file"
    unset password
fi
ldap() { tool=$1; shift; "$tool" -x -H "$url" -D "$bind_dn" -y "$password_file" "$@"; }

if grep -q '^dn:' "$ldif"; then
    ldap ldapmodify -f "$ldif" || {
        echo 'What was applied before stays. Run commdssetup again: it sends what is missing, and builds what is not built.' >&2
        exit 1
    }
else
    echo 'There is nothing to change.'
fi

# Waits for a task. Its entry goes away some time after its end, so an end that is not seen is an error.
wait_for() {
    while :; do
        state=$(ldap ldapsearch -LLL -o ldif-wrap=no -s base -b "$1" '(objectClass=*)' nsTaskExitCode nsTaskStatus)
        code=$(printf '%s\n' "$state" | sed -n 's/^nsTaskExitCode: *//p')
        [ -z "$code" ] || break
        sleep 1
    done
    printf '%s\n' "$state" | sed -n 's/^nsTaskStatus: */  /p'
    if [ "$code" != 0 ]; then
        echo "The task $1 failed with $code." >&2
        exit 1
    fi
}

printf '%s\n' 'Indexing mail, mailAlternateAddress, mailEquivalentAddress, cosspecifier, icsCalendar, icsCalendarOwned of userroot'
printf '%s\n' \
    'dn: cn=dssetup_20261128085029_userroot,cn=index,cn=tasks,cn=config' \
    'changetype: add' \
    'objectClass: top' \
    'objectClass: extensibleObject' \
    'cn: dssetup_20261128085029_userroot' \
    'nsInstance: userroot' \
    'nsIndexAttribute: mail' \
    'nsIndexAttribute: mailAlternateAddress' \
    'nsIndexAttribute: mailEquivalentAddress' \
    'nsIndexAttribute: cosspecifier' \
    'nsIndexAttribute: icsCalendar' \
    'nsIndexAttribute: icsCalendarOwned' |
    ldap ldapmodify
wait_for 'cn=dssetup_20261128085029_userroot,cn=index,cn=tasks,cn=config'

printf '%s\n' 'Indexing inetDomainBaseDN, inetCanonicalDomainName of internet'
printf '%s\n' \
    'dn: cn=dssetup_20261128085029_internet,cn=index,cn=tasks,cn=config' \
    'changetype: add' \
    'objectClass: top' \
    'objectClass: extensibleObject' \
    'cn: dssetup_20261128085029_internet' \
    'nsInstance: internet' \
    'nsIndexAttribute: inetDomainBaseDN' \
    'nsIndexAttribute: inetCanonicalDomainName' |
    ldap ldapmodify
wait_for 'cn=dssetup_20261128085029_internet,cn=index,cn=tasks,cn=config'

printf '%s\n' 'Indexing memberOfManagedGroup, memberOfPAB, memberOfPABGroup, un of pab'
printf '%s\n' \
    'dn: cn=dssetup_20261128085029_pab,cn=index,cn=tasks,cn=config' \
    'changetype: add' \
    'objectClass: top' \
    'objectClass: extensibleObject' \
    'cn: dssetup_20261128085029_pab' \
    'nsInstance: pab' \
    'nsIndexAttribute: memberOfManagedGroup' \
    'nsIndexAttribute: memberOfPAB' \
    'nsIndexAttribute: memberOfPABGroup' \
    'nsIndexAttribute: un' |
    ldap ldapmodify
wait_for 'cn=dssetup_20261128085029_pab,cn=index,cn=tasks,cn=config'

printf '%s\n' 'Indexing displayname, MemberOfPiBook, MemberofPiGroup of PiServerDb'
printf '%s\n' \
    'dn: cn=dssetup_20261128085029_PiServerDb,cn=index,cn=tasks,cn=config' \
    'changetype: add' \
    'objectClass: top' \
    'objectClass: extensibleObject' \
    'cn: dssetup_20261128085029_PiServerDb' \
    'nsInstance: PiServerDb' \
    'nsIndexAttribute: displayname' \
    'nsIndexAttribute: MemberOfPiBook' \
    'nsIndexAttribute: MemberofPiGroup' |
    ldap ldapmodify
wait_for 'cn=dssetup_20261128085029_PiServerDb,cn=index,cn=tasks,cn=config'

printf '%s\n' \
    'dn: cn=commdssetup,cn=config' \
    'changetype: modify' \
    'delete: description' \
    'description: unbuilt userroot mail' \
    'description: unbuilt userroot mailAlternateAddress' \
    'description: unbuilt userroot mailEquivalentAddress' \
    'description: unbuilt userroot cosspecifier' \
    'description: unbuilt userroot icsCalendar' \
    'description: unbuilt userroot icsCalendarOwned' \
    'description: unbuilt internet inetDomainBaseDN' \
    'description: unbuilt internet inetCanonicalDomainName' \
    'description: unbuilt pab memberOfManagedGroup' \
    'description: unbuilt pab memberOfPAB' \
    'description: unbuilt pab memberOfPABGroup' \
    'description: unbuilt pab un' \
    'description: unbuilt PiServerDb displayname' \
    'description: unbuilt PiServerDb MemberOfPiBook' \
    'description: unbuilt PiServerDb MemberofPiGroup' |
    ldap ldapmodify

echo 'Successful: the directory is prepared.'
