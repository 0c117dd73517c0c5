//! The browsing index of `vlv`, loaded with ldapmodify into a 389 Directory Server and used through it.

use std::time::{Duration, Instant};

use testkit::directory_server::{DirectoryServer, succeeded};

use crate::support::Site;

/// How many users there are.
const USERS: usize = 30;

#[test]
fn a_browsing_search_goes_by_the_index_that_was_loaded() {
    let server = DirectoryServer::start("vlv", "False");
    let mut people =
        "dn: ou=people,o=usergroup\nchangetype: add\nobjectClass: organizationalUnit\nou: people\n\n".to_owned();
    for number in 0..USERS {
        let number = (number * 7) % USERS;
        people.push_str(&format!(
            "dn: uid=u{number},ou=people,o=usergroup\nchangetype: add\nobjectClass: inetOrgPerson\nuid: u{number}\n\
             cn: User {number:02}\nsn: x\nmail: u{number}@siroe.com\n\n"
        ));
    }
    succeeded(server.modify(people.as_bytes()), "users");
    let site = Site::with_answers("search-base = \"o=usergroup\"\n");
    site.run(&["vlv", "site.ini", "-o", "vlv.ldif"]).exits(0);
    succeeded(server.modify(&site.get("vlv.ldif")), "vlv.ldif");

    let start = Instant::now();
    while is_building(&server) {
        assert!(start.elapsed() < Duration::from_secs(60), "the index is not built");
        std::thread::sleep(Duration::from_millis(100));
    }
    // Without a login: that is what the access rule is for.
    // After a window ldapsearch asks for the next one, and does not end by itself.
    let search = "timeout 3 ldapsearch -x -H \"$1\" -LLL -b o=usergroup -E '!sss=cn' -E '!vlv=0/4/11/0' '(&(mail=*)(cn=*))' cn | head -40";
    let mut command = std::process::Command::new("sh");
    command.args(["-c", search, "sh", &server.url]).stdin(std::process::Stdio::null());
    let aci = "dn: o=usergroup\nchangetype: modify\nadd: aci\naci: (targetattr=\"*\")(version 3.0; acl \"read\"; allow (read, search) userdn=\"ldap:///anyone\";)\n";
    succeeded(server.modify(aci.as_bytes()), "read access");
    let found = succeeded(command.output().unwrap(), "the browsing search");
    let names: Vec<_> = found.lines().filter_map(|line| line.strip_prefix("cn: ")).take(5).collect();
    assert_eq!(names, ["User 10", "User 11", "User 12", "User 13", "User 14"], "{found}");
    // The server says so when a search went by a browsing index: it has counted its use.
    let mut uses = server.client("ldapsearch");
    let uses = uses.args([
        "-LLL",
        "-b",
        "cn=ldbm database,cn=plugins,cn=config",
        "(objectClass=vlvIndex)",
        "vlvUses",
        "vlvEnabled",
    ]);
    let uses = succeeded(uses.output().unwrap(), "uses");
    assert!(uses.contains("vlvEnabled: 1") && !uses.contains("vlvUses: 0"), "{uses}");
    // What was loaded is what `check` wants to see.
    let dse = format!("/etc/dirsrv/slapd-{}/dse.ldif", server.name);
    site.run(&["check", "site.ini", "--index", &dse, "--json"]).says("\"details\"");
}

/// Whether the task that builds the index is at work. The server removes it some time after it has ended.
fn is_building(server: &DirectoryServer) -> bool {
    let mut task = server.client("ldapsearch");
    task.args([
        "-LLL",
        "-b",
        "cn=Outlook Connector GAL,cn=index,cn=tasks,cn=config",
        "-s",
        "base",
        "(objectClass=*)",
        "nsTaskExitCode",
    ]);
    let output = task.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(!text.contains("nsTaskExitCode: -") && !text.contains("nsTaskExitCode: 1"), "{text}");
    output.status.success() && !text.to_lowercase().contains("nstaskexitcode: 0")
}
