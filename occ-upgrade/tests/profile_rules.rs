//! Section 6.4, rule by rule: a profile file that keeps it, and one that breaks it.

use crate::support::{ANSWERS, Site, USERS};

/// Generates a profile with everything, replaces a text in it, and returns what `check` finds.
#[track_caller]
fn found(from: &str, to: &str) -> Vec<String> {
    let site = Site::with_answers(&format!("{ANSWERS}local-pst = 'C:\\Mail\\local.pst'\n"));
    site.put("users.csv", USERS);
    site.run(&["prf", "site.ini", "--users", "users.csv", "-o", "prf"]).exits(0);
    let text = site.get_text("prf/ann.prf");
    assert!(text.contains(from), "there is no {from}");
    site.put("edited.prf", text.replacen(from, to, 1));
    let outcome = site.run(&["check", "edited.prf", "--json"]);
    let json = outcome.json();
    let findings = json["details"]["findings"].as_array().unwrap();
    findings.iter().map(|finding| finding["text"].as_str().unwrap().to_owned()).collect()
}

#[track_caller]
fn assert_found(from: &str, to: &str, expected: &str) {
    let found = found(from, to);
    assert!(found.iter().any(|text| text.contains(expected)), "{to}: {found:?}");
}

#[track_caller]
fn assert_nothing(from: &str, to: &str) {
    assert_eq!(found(from, to), [""; 0], "{to}");
}

#[test]
fn rule_1_types_are_the_published_ones() {
    assert_nothing("SearchBase=PT_STRING8,0x6603", "SearchBase=PT_UNICODE,0x6603");
    assert_nothing("SearchBase=PT_STRING8,0x6603", "SearchBase=PT_STRING8,0x001e6603");
    assert_found("SearchBase=PT_STRING8,0x6603", "SearchBase=PT_BINARY,0x6603", "PT_BINARY is no type");
    assert_found("SearchBase=PT_STRING8,0x6603", "SearchBase=PT_STRING8,0x66", "no tag of 4 or 8");
}

#[test]
fn rule_2_each_key_has_a_mapping() {
    assert_found("ServerName=PT_STRING8,0x6600\r\n", "", "[Service3] ServerName: [LDAP Directory] has no mapping");
    assert_found("[IMAP_I_Mail]", "[Other]", "has no AccountType");
    assert_found("ServiceName=EMABLT", "Name=EMABLT", "has neither ServiceName nor SectionGUID");
}

#[test]
fn rule_3_only_some_services_may_be_there_twice() {
    assert_found("Service3=LDAP Directory", "Service3=Outlook Address Book", "CONTAB is there more than once");
    let second = "Service3=LDAP Directory\r\nService4=LDAP Directory";
    assert_found("Service3=LDAP Directory", second, "[Service4] is one of several EMABLT and needs UniqueService=No");
    let with_section = format!("{second}\r\n[Service4]\r\nUniqueService=No");
    assert_nothing("Service3=LDAP Directory", &with_section);
}

#[test]
fn rule_4_there_is_no_password() {
    assert_found("AccountName=ann", "IMAPPassword=x\r\nAccountName=ann", "no key for the password of a mail account");
}

#[test]
fn rule_5_paths_of_psts_are_ones() {
    assert_nothing(r"C:\Mail\local.pst", r"\\srv\mail\local.pst");
    assert_found(r"C:\Mail\local.pst", "local.pst", "is no absolute path");
    assert_found(r"C:\Mail\local.pst", r"C:\%USERNAME%\local.pst", "whether Outlook expands variables is not known");
}

#[test]
fn rule_6_a_unicode_pst_has_its_encryption() {
    assert_found("EncryptionType=0x50000000", "EncryptionType=0x40000000", "needs 0x50000000");
    assert_nothing("EncryptionType=0x50000000", "EncryptionType=0x80000000");
}

#[test]
fn rule_7_text_is_of_a_code_page_in_crlf_without_a_mark_or_control_characters() {
    assert_found("[General]", "\u{feff}[General]", "without a mark");
    assert_found("DisplayName=Ann", "DisplayName=\u{1}Ann", "control character");
    assert_found("Custom=1\r\n", "Custom=1\n", "end in CRLF");
    assert_found("DisplayName=Ann", "DisplayName=\u{e4}", "not ASCII");
}

#[test]
fn rule_8_noise_of_templates_is_tolerated() {
    assert_nothing("ServerName=PT_STRING8,0x6600", "ServerName=PT_STRING8,0x6600 ");
    assert_nothing(
        "AccountType=IMAP\r\n",
        "AccountType=IMAP\r\n--- IMAP Account Settings ---\r\n'Remark=no mapping\r\n",
    );
    assert_nothing("AccountType=IMAP", "AccountType=POP");
}

#[test]
fn rule_9_booleans_and_numbers_have_their_spellings() {
    for spelled in ["Yes", "no", "TRUE", "false", "0", "1"] {
        assert_nothing("UseSSL=FALSE", &format!("UseSSL={spelled}"));
    }
    assert_found("UseSSL=FALSE", "UseSSL=maybe", "does not fit its type PT_BOOLEAN");
    assert_nothing("IMAPPort=143", "IMAPPort=0x8F");
    assert_found("IMAPPort=143", "IMAPPort=mail", "does not fit its type PT_LONG");
}

#[test]
fn rule_10_generations_are_not_mixed() {
    assert_found("IMAPPort=PT_LONG,0x0104", "IMAPPort=PT_DWORD,0x1236", "mixes the mappings of Outlook 2000");
}

#[test]
fn the_general_section_is_checked() {
    assert_found("OverwriteProfile=No", "OverwriteProfile=Perhaps", "is not one of Yes, No, Append");
    assert_found("OverwriteProfile=No", "OverwriteProfile=Yes", "is warned against");
    assert_found("DefaultStore=Service2", "DefaultStore=Service9", "is no service");
    assert_found("ProfileName=Sun Java System Connector", "ProfileName=", "has no ProfileName");
}
