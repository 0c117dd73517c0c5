//! After a run on a fresh directory, entries of every product can be added and found.

use super::server::Live;
use crate::support::SILENT;

/// Entries as the products make them: where to look, what finds it, the entry.
const ENTRIES: [(&str, &str, &str); 20] = [
    (
        "o=usergroup",
        "(&(mailEquivalentAddress=jd@old.example.com)(mailAllowedServiceAccess=+imap:ALL))",
        "dn: uid=jdoe,o=usergroup\nobjectClass: inetOrgPerson\nobjectClass: inetUser\nobjectClass: ipUser\nobjectClass: inetMailUser\n\
         objectClass: inetLocalMailRecipient\nobjectClass: iPlanetPreferences\nuid: jdoe\ncn: Jane Doe\nsn: Doe\n\
         mail: jdoe@example.com\nmailEquivalentAddress: jd@old.example.com\nmailAlternateAddress: j@example.com\nmailAlternateAddress: d@example.com\n\
         mailAllowedServiceAccess: +imap:ALL\nmailUserStatus: active\nmailHost: mail.example.com\nmailDeliveryOption: mailbox\nmailQuota: -1\n\
         mailMsgMaxBlocks: 700\nmailConversionTag: x\nmailSieveRuleSource: keep;\nmailAntiUBEService: brightmail\nmailParentalControl: y\n\
         mailEventNotificationDestination: jmq\npabURI: ldap://h/ou=jdoe,o=pab\npsRoot: ldap://h/piPStoreOwner=jdoe,o=PiServerDb\npsIncludeInGAB: true\n\
         maxPabEntries: 500\ninetCoS: gold\npreferredTimeZone: Europe/Paris\n",
    ),
    (
        "o=usergroup",
        "(&(icsCalendarOwned=jdoe:work$Work)(aclGroupAddr=g@example.com))",
        "dn: uid=cal,o=usergroup\nobjectClass: inetOrgPerson\nobjectClass: icsCalendarUser\nuid: cal\ncn: C\nsn: C\nmail: cal@example.com\n\
         icsCalendar: cal\nicsCalendarOwned: jdoe:work$Work\nicsSubscribed: x$y\nicsDWPHost: back.example.com\nicsPartition: 1\nicsStatus: active\n\
         icsExtendedUserPrefs: ceAllCalendarTZIDs=0\nicsTimezone: Europe/Paris\nicsFirstDay: 2\naclGroupAddr: g@example.com\n",
    ),
    (
        "o=usergroup",
        "(&(objectClass=sunIMUser)(objectClass=sunPresenceUser)(sunIMUserProperties=*))",
        "dn: uid=im,o=usergroup\nobjectClass: inetOrgPerson\nobjectClass: sunIMUser\nobjectClass: sunPresenceUser\nuid: im\ncn: I\nsn: I\n\
         sunIMUserProperties: <p/>\nsunIMUserRoster: <r/>\nsunIMConferenceRoster: <c/>\nsunPresenceUserPrivacy: <v/>\n\
         sunPresenceEntityDefaultAccess: permit\n",
    ),
    (
        "o=usergroup",
        "(sunUCTimeZone=Europe/Paris)",
        "dn: uid=uc,o=usergroup\nobjectClass: inetOrgPerson\nobjectClass: sunUCPreferences\nuid: uc\ncn: U\nsn: U\nsunUCTheme: blue\nsunUCDefaultApplication: mail\n\
         sunUCDefaultEmailHandler: uwc\nsunUCDateFormat: M/D/Y\nsunUCDateDelimiter: /\nsunUCTimeFormat: 12\nsunUCTimeZone: Europe/Paris\n\
         sunUCExtendedUserPrefs: a=1\nsunUCExtendedUserPrefs: b=2\nsunUCColorScheme: 1\nsunAbExtendedUserPrefs: c=3\n",
    ),
    (
        "o=usergroup",
        "(davUniqueId=u-1)",
        "dn: uid=dav,o=usergroup\nobjectClass: inetOrgPerson\nobjectClass: davEntity\nobjectClass: nabUser\nobjectClass: msgVanityDomainUser\nuid: dav\ncn: D\nsn: D\n\
         davUniqueId: u-1\ndavStore: s\nnabStatus: active\nnabStore: s\nmsgVanityDomain: jane.example.org\n",
    ),
    (
        "o=usergroup",
        "(&(groupid=team)(icsSecondaryowners=*))",
        "dn: cn=team,o=usergroup\nobjectClass: groupOfUniqueNames\nobjectClass: inetMailGroup\nobjectClass: inetLocalMailRecipient\nobjectClass: icsCalendarGroup\n\
         objectClass: inetMailGroupManagement\ncn: team\ngroupid: team\nmail: team@example.com\nicsSecondaryowners: uid=jdoe,o=usergroup\nicsDoublebooking: 1\n\
         icsAutoaccept: 1\nmgrpAuthPassword: x\nmgrpMsgPrefixText: x\nmgrpMsgSuffixText: x\nmgrpMsgMaxSize: 10\nmgmanGoodbyeText: x\nmailDeliveryFileURL: /x\n\
         mailDeferProcessing: No\nmgrpAdvertised: x\ninetMailGroupStatus: active\n",
    ),
    (
        "o=usergroup",
        "(&(objectClass=icsCalendarResource)(icsCalendar=room))",
        "dn: uid=room,o=usergroup\nobjectClass: inetResource\nobjectClass: icsCalendarResource\nuid: room\ncn: Room\nmail: room@example.com\nicsCalendar: room\n\
         icsCapacity: 10\nicsAutoaccept: 1\nowner: uid=jdoe,o=usergroup\n",
    ),
    (
        "o=usergroup",
        "(mailFolderName=Shared)",
        "dn: mailFolderName=Shared,o=usergroup\nobjectClass: mailPublicFolder\nmailFolderName: Shared\nmailMessageStore: primary\nmailFolderDefaultAcl: anyone lrs\n",
    ),
    (
        "o=usergroup",
        "(&(sunOrgType=full)(mailDomainStatus=active)(icsDomainNames=a.example.com))",
        "dn: o=example.com,o=usergroup\nobjectClass: organization\nobjectClass: sunManagedOrganization\nobjectClass: sunISManagedOrganization\nobjectClass: sunNameSpace\n\
         objectClass: inetDomain\nobjectClass: inetDomainAuthInfo\nobjectClass: sunDelegatedOrganization\nobjectClass: sunMailOrganization\nobjectClass: mailDomain\n\
         objectClass: icsCalendarDomain\nobjectClass: sunABDomain\nobjectClass: nabDomain\no: example.com\nsunPreferredDomain: example.com\nassociatedDomain: a.example.com\n\
         sunOrganizationAlias: ex\nsunOrgType: full\nsunAvailableServices: gold:3:1\nsunAvailableDomainNames: a.example.com\nsunMaxUsers: 10\nsunNumUsers: 1\nsunMaxGroups: 3\n\
         sunNumGroups: 0\nsunEnableGAB: true\nsunAllowMultipleServices: true\npreferredMailHost: mail.example.com\nmailDomainStatus: active\nmailDomainMsgQuota: -1\n\
         mailDomainAllowedServiceAccess: +all:*\nmailDomainCatchallAddress: c@example.com\nmailDomainReportAddress: r@example.com\nmailDomainSieveRuleSource: keep;\n\
         mailDomainConversionTag: x\nmailDomainMsgMaxBlocks: 5\nmailClientAttachmentQuota: 5\nmailAccessProxyReplay: %U\ninetDomainSearchFilter: (uid=%U)\n\
         icsDomainNames: a.example.com\nicsDWPBackEndHosts: b\nnabDomainNames: x\n",
    ),
    (
        "o=usergroup",
        "(&(objectClass=sunManagedLocation)(objectClass=sunSharedDomain))",
        "dn: o=provider,o=usergroup\nobjectClass: organization\nobjectClass: sunManagedProvider\nobjectClass: sunManagedLocation\nobjectClass: sunSharedDomain\no: provider\n\
         sunBusinessRoot: o=business,o=usergroup\nsunAllowBusinessOrgType: full\n",
    ),
    (
        "o=usergroup",
        "(&(objectClass=inetMailAdministrator)(mailAdminRole=storeAdmin))",
        "dn: uid=admin,o=usergroup\nobjectClass: inetOrgPerson\nobjectClass: inetMailAdministrator\nobjectClass: inetAdmin\nobjectClass: iplanet-am-managed-person\n\
         objectClass: iplanet-am-user-service\nuid: admin\ncn: A\nsn: A\nmailAdminRole: storeAdmin\niplanet-am-user-login-status: Active\n",
    ),
    (
        "o=usergroup",
        "(objectClass=sunIMConference)",
        "dn: cn=conference,o=usergroup\nobjectClass: organizationalRole\nobjectClass: sunIMConference\ncn: conference\nsunIMConferenceConfiguration: <c/>\n",
    ),
    (
        "o=usergroup",
        "(objectClass=sunIMNews)",
        "dn: cn=news,o=usergroup\nobjectClass: organizationalRole\nobjectClass: sunIMNews\ncn: news\nsunIMNewsConfiguration: <n/>\n",
    ),
    (
        "o=PiServerDb",
        "(piDefaultAB=e1)",
        "dn: piPStoreOwner=jdoe,o=PiServerDb\nobjectClass: piPStoreRoot\npiPStoreOwner: jdoe\npiDefaultAB: e1\npiMaxStoreEntries: 1000\nlastPurgeDate: 20040401\n",
    ),
    (
        "o=PiServerDb",
        "(&(piBookType=abook)(objectClass=piLocalBook))",
        "dn: piEntryID=e1,piPStoreOwner=jdoe,o=PiServerDb\nobjectClass: piTypeBook\nobjectClass: piLocalBook\npiEntryID: e1\npiBookType: abook\nabBookType: abook\n\
         displayName: Personal\nmultiLineDescription: two\\nlines\npiReader: a\npiReader: b\npiCreator: jdoe\n",
    ),
    (
        "o=PiServerDb",
        "(&(memberOfPIBook=e1)(displayName=Ann*))",
        "dn: piEntryID=e2,piPStoreOwner=jdoe,o=PiServerDb\nobjectClass: piEntry\nobjectClass: piTypePerson\npiEntryID: e2\ndisplayName: Ann\nmemberOfPIBook: e1\n\
         memberOfPIGroup: e3\npiEmail1: ann@example.com\npiPhone1: 1\npiPhone1Type: work\nhomeCity: Paris\nsn: A\ngivenName: Ann\ncompany: X\n",
    ),
    (
        "o=PiServerDb",
        "(objectClass=piTypeGroup)",
        "dn: piEntryID=e3,piPStoreOwner=jdoe,o=PiServerDb\nobjectClass: piEntry\nobjectClass: piTypeGroup\npiEntryID: e3\ndisplayName: Friends\nmemberOfPIBook: e1\n",
    ),
    (
        "o=PiServerDb",
        "(piRemotePiURL=ldap*)",
        "dn: piEntryID=e4,piPStoreOwner=jdoe,o=PiServerDb\nobjectClass: piTypeBook\nobjectClass: piRemoteBook\npiEntryID: e4\npiBookType: abook\npiRemotePiURL: ldap://h/o=x\n",
    ),
    (
        "o=pab",
        "(&(objectClass=pabGroup)(memberOfPAB=p1))",
        "dn: cn=g1,o=pab\nobjectClass: pabGroup\ncn: g1\nun: g1\nmemberOfPAB: p1\nnickName: friends\n",
    ),
    (
        "o=internet",
        "(objectClass=inetDomainAlias)",
        "dn: dc=other,o=internet\nobjectClass: alias\nobjectClass: inetDomainAlias\ndc: other\naliasedObjectName: dc=example,o=internet\n",
    ),
];

#[test]
fn entries_of_every_product_can_be_added_and_found_after_a_run_without_options() {
    let live = Live::start("users");
    live.run(&SILENT).exits(0).says("\nSuccessful: ");
    for (base, filter, entry) in ENTRIES {
        // The control: before it is added, nothing is found.
        assert_eq!(live.search(base, "sub", filter, &["1.1"]).len(), 0, "{filter}");
        let (dn, rest) = entry.split_once('\n').unwrap();
        live.take(&format!("{dn}\nchangetype: add\n{rest}"));
        assert_eq!(live.search(base, "sub", filter, &["1.1"]).len(), 1, "{filter}");
    }
}
