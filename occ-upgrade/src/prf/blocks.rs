//! Sections 6 and 7 of a profile file: how the keys of services and accounts become MAPI properties. A key without a mapping is
//! dropped in silence, so each key that is written has one here.

/// The address book of the contacts.
pub(super) const ADDRESS_BOOK: &str = "Outlook Address Book";
/// A local .pst.
pub(super) const PERSONAL_FOLDERS: &str = "Unicode Personal Folders";
/// A directory.
pub(super) const DIRECTORY: &str = "LDAP Directory";
/// An IMAP account.
pub(super) const IMAP: &str = "IMAP_I_Mail";

const ADDRESS_BOOK_BLOCK: &[&str] = &["ServiceName=CONTAB"];

const PERSONAL_FOLDERS_BLOCK: &[&str] = &[
    "ServiceName=MSUPST MS",
    "Name=PT_UNICODE,0x3001",
    "PathToPersonalFolders=PT_STRING8,0x6700",
    "RememberPassword=PT_BOOLEAN,0x6701",
    "EncryptionType=PT_LONG,0x6702",
];

const DIRECTORY_BLOCK: &[&str] = &[
    "ServiceName=EMABLT",
    "ServerName=PT_STRING8,0x6600",
    "ConnectionPort=PT_STRING8,0x6601",
    "UserName=PT_STRING8,0x6602",
    "SearchBase=PT_STRING8,0x6603",
    "SearchTimeout=PT_STRING8,0x6607",
    "MaxEntriesReturned=PT_STRING8,0x6608",
    "UseSSL=PT_BOOLEAN,0x6613",
    "UseSPA=PT_BOOLEAN,0x6615",
    "DisplayName=PT_STRING8,0x3001",
    "EnableBrowsing=PT_BOOLEAN,0x6622",
];

const OF_EACH_ACCOUNT: &[&str] = &[
    "AccountName=PT_UNICODE,0x0002",
    "DisplayName=PT_UNICODE,0x000B",
    "EmailAddress=PT_UNICODE,0x000C",
    "Organization=PT_UNICODE,0x0107",
    "ReplyEmailAddress=PT_UNICODE,0x0103",
];

const INCOMING: &[&str] = &[
    "Server=PT_UNICODE,0x0100",
    "UserName=PT_UNICODE,0x0101",
    "UseSPA=PT_LONG,0x0108",
    "Port=PT_LONG,0x0104",
    "UseSSL=PT_LONG,0x0105",
];

const SMTP: &[&str] = &[
    "SMTPServer=PT_UNICODE,0x0200",
    "SMTPPort=PT_LONG,0x0201",
    "SMTPUseSSL=PT_LONG,0x0202",
    "SMTPUseAuth=PT_LONG,0x0203",
    "SMTPUserName=PT_UNICODE,0x0204",
    "SMTPUseSPA=PT_LONG,0x0207",
    "SMTPAuthMethod=PT_LONG,0x0208",
    "ServerTimeOut=PT_LONG,0x0209",
    "ConnectionType=PT_LONG,0x000F",
    "ConnectionOID=PT_UNICODE,0x0010",
];

/// Returns the blocks of the services that a profile has, and of both kinds of accounts.
pub(super) fn of(has_folders: bool, has_directory: bool) -> String {
    let mut text = String::new();
    let mut block = |name: &str, lines: Vec<String>| {
        if !text.is_empty() {
            text.push_str("\r\n");
        }
        text.push_str(&format!("[{name}]\r\n"));
        for line in lines {
            text.push_str(&line);
            text.push_str("\r\n");
        }
    };
    let owned = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>();
    block(ADDRESS_BOOK, owned(ADDRESS_BOOK_BLOCK));
    if has_folders {
        block(PERSONAL_FOLDERS, owned(PERSONAL_FOLDERS_BLOCK));
    }
    if has_directory {
        block(DIRECTORY, owned(DIRECTORY_BLOCK));
    }
    block("I_Mail", account("POP3", "POP3", &["LeaveOnServer=PT_LONG,0x1000"]));
    let imap = ["CheckNewImap=PT_LONG,0x1100", "RootFolder=PT_UNICODE,0x1101"];
    block(IMAP, account("IMAP", "IMAP", &imap));
    text
}

fn account(kind: &str, prefix: &str, own: &[&str]) -> Vec<String> {
    let mut lines = vec![format!("AccountType={kind}")];
    lines.extend(OF_EACH_ACCOUNT.iter().map(|line| (*line).to_owned()));
    lines.extend(INCOMING.iter().map(|line| format!("{prefix}{line}")));
    lines.extend(SMTP.iter().chain(own).map(|line| (*line).to_owned()));
    lines
}
