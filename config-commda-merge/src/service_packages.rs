//! Custom service packages of 6.3, moved to the nodes where 6.4 looks for them: each template is added at its new place,
//! then deleted at the old one, then gets `daServiceType` (`reference/delegated-administrator.md` section 8).

use std::fmt;

use ldif::{Attribute, Change, Dn, DnError, Entry, Rdn};

/// The node of all templates, below the suffix.
const TEMPLATES: &str = "o=cosTemplates";
/// The attribute that says what a package is for.
const SERVICE_TYPE: &str = "daServiceType";
/// Attributes of mail packages for users only; `mailMsgMaxBlocks` is also one of groups.
const USER_MAIL: [&str; 3] = ["mailAllowedServiceAccess", "mailquota", "mailmsgquota"];
/// Attributes of calendar packages for users.
const USER_CALENDAR: [&str; 3] = ["icsPreferredHost", "icsDWPHost", "icsFirstDay"];
/// What a server keeps about an entry by itself, and refuses in an added one (RFC 4512, RFC 4530, RFC 5020, and those of
/// Directory Server and OpenLDAP).
const OPERATIONAL: [&str; 20] = [
    "createTimestamp",
    "creatorsName",
    "modifyTimestamp",
    "modifiersName",
    "structuralObjectClass",
    "governingStructureRule",
    "subschemaSubentry",
    "entryUUID",
    "entryDN",
    "entryCSN",
    "contextCSN",
    "hasSubordinates",
    "numSubordinates",
    "tombstoneNumSubordinates",
    "nsUniqueId",
    "nscpEntryDN",
    "parentid",
    "entryid",
    "dsEntryDN",
    "copiedFrom",
];

/// A node that 6.4 has for packages of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Target {
    MailUser,
    CalendarUser,
    MailCalendarUser,
    MailGroup,
}

impl Target {
    const ALL: [Self; 4] = [Self::MailUser, Self::CalendarUser, Self::MailCalendarUser, Self::MailGroup];

    fn name(self) -> &'static str {
        match self {
            Self::MailUser => "mailuser",
            Self::CalendarUser => "calendaruser",
            Self::MailCalendarUser => "mailcalendaruser",
            Self::MailGroup => "mailgroup",
        }
    }

    /// The documents give the targets as users and groups; each of their examples writes `user` or `group`.
    fn service_types(self) -> &'static [&'static str] {
        match self {
            Self::MailUser => &["mail user"],
            Self::CalendarUser => &["calendar user"],
            Self::MailCalendarUser => &["mail user", "calendar user"],
            Self::MailGroup => &["mail group"],
        }
    }
}

/// The nodes, as the documents name them.
struct Nodes {
    templates: Dn,
    containers: [(Target, Dn, bool); 4],
}

impl Nodes {
    fn new(suffix: &Dn) -> Result<Self, DnError> {
        let templates = suffix.child(&Rdn::parse(TEMPLATES)?);
        let container = |target: Target| {
            let rdn = Rdn::parse(&format!("o={}", target.name()))?;
            Ok((target, templates.child(&rdn), false))
        };
        let [a, b, c, d] = Target::ALL.map(container);
        Ok(Self { containers: [a?, b?, c?, d?], templates })
    }

    fn container(&self, target: Target) -> Option<&Dn> {
        self.containers.iter().find(|(of, _, _)| *of == target).map(|(_, dn, _)| dn)
    }
}

/// What the export holds about service packages.
pub struct Survey {
    nodes: Nodes,
    /// Direct children of the old node that are no containers.
    templates: Vec<Entry>,
    /// Names of entries deeper below the old node.
    deeper: Vec<Dn>,
    /// Names of definitions whose templates are at the old node.
    definitions: Vec<Dn>,
}

/// What is to be done.
#[derive(Debug, Default)]
pub struct Move {
    /// In the order in which they have to be made.
    pub changes: Vec<Change>,
    /// What is moved where, and why there.
    pub moved: Vec<String>,
    /// What stays as it is.
    pub left: Vec<String>,
    /// What needs a human.
    pub findings: Vec<String>,
}

impl Survey {
    /// Begins a survey.
    ///
    /// # Errors
    /// [`DnError`] when the suffix is no name.
    pub fn new(suffix: &str) -> Result<Self, DnError> {
        let nodes = Nodes::new(&Dn::parse(suffix)?)?;
        Ok(Self { nodes, templates: Vec::new(), deeper: Vec::new(), definitions: Vec::new() })
    }

    /// Looks at an entry of the export and keeps it where it matters.
    pub fn see(&mut self, entry: Entry) {
        let names_old_node = |value: &[u8]| {
            std::str::from_utf8(value)
                .ok()
                .and_then(|text| Dn::parse(text).ok())
                .is_some_and(|dn| dn == self.nodes.templates)
        };
        if entry.values("cosTemplateDn").any(names_old_node) {
            self.definitions.push(entry.dn.clone());
        }
        if !entry.dn.is_below(&self.nodes.templates) {
            return;
        }
        if let Some((_, _, there)) = self.nodes.containers.iter_mut().find(|(_, dn, _)| *dn == entry.dn) {
            *there = true;
        } else if entry.dn.split_first().is_some_and(|(_, above)| above == self.nodes.templates) {
            self.templates.push(entry);
        } else {
            self.deeper.push(entry.dn);
        }
    }

    /// Decides what is moved.
    pub fn plan(&self) -> Move {
        let mut all = Move::default();
        for template in &self.templates {
            self.plan_one(template, &mut all);
        }
        for definition in &self.definitions {
            all.findings.push(format!(
                "{definition}: its cosTemplateDn is {}: 6.4 looks below one of its nodes, such as {}",
                self.nodes.templates,
                self.nodes.container(Target::MailUser).map(ToString::to_string).unwrap_or_default()
            ));
        }
        for (target, dn, there) in &self.nodes.containers {
            let needed =
                all.changes.iter().any(|change| matches!(change, Change::Add { dn: new, .. } if new.is_below(dn)));
            if needed && !there {
                all.findings.push(format!(
                    "{dn} is not in the export: the packages for o={} can be added only when it is there",
                    target.name()
                ));
            }
        }
        all
    }

    fn plan_one(&self, template: &Entry, all: &mut Move) {
        let old = &template.dn;
        let Some((rdn, _)) = old.split_first() else { return };
        if self.deeper.iter().any(|dn| dn.is_below(old)) {
            all.findings.push(format!("{old}: entries lie below it, so it is not a service package: it is not moved"));
            return;
        }
        let (target, why) = match target(template) {
            Ok(known) => known,
            Err(reason) => {
                all.findings.push(format!("{old}: {reason}"));
                return;
            }
        };
        let Some(new) = self.nodes.container(target).map(|container| container.child(rdn)) else { return };
        if self.deeper.contains(&new) {
            all.left.push(format!("{old}: {new} exists already; both are kept"));
            return;
        }
        let is_added_twice = all.changes.iter().any(|change| matches!(change, Change::Add { dn, .. } if *dn == new));
        if is_added_twice {
            all.findings
                .push(format!("{old}: it is in the export twice (line {}): only the first is moved", template.line));
            return;
        }
        let is_kept = |attribute: &&Attribute| !OPERATIONAL.iter().any(|name| attribute.is(name));
        let attributes = template.attributes.iter().filter(is_kept).cloned().collect();
        all.changes.push(Change::Add { dn: new.clone(), attributes });
        all.changes.push(Change::Delete { dn: old.clone() });
        if !template.has(SERVICE_TYPE) {
            let values = target.service_types().iter().map(|value| value.as_bytes().to_vec()).collect();
            all.changes.push(Change::AddValues { dn: new.clone(), attribute: SERVICE_TYPE.to_owned(), values });
        }
        all.moved.push(format!("{old} -> {new} ({why})"));
    }
}

/// A service of a package.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Service {
    MailUser,
    CalendarUser,
    MailGroup,
    CalendarGroup,
}

/// Returns the node that a template belongs to, and what tells so.
fn target(template: &Entry) -> Result<(Target, String), String> {
    if !template.has(SERVICE_TYPE) {
        return target_by_attributes(template);
    }
    let mut services = Vec::new();
    for value in template.values(SERVICE_TYPE) {
        let text = String::from_utf8_lossy(value);
        services.push(service(&text).ok_or_else(|| format!("{SERVICE_TYPE}: {text} is not known"))?);
    }
    let is = |service| services.contains(&service);
    let target = match (is(Service::MailUser), is(Service::CalendarUser), is(Service::MailGroup)) {
        _ if is(Service::CalendarGroup) => {
            return Err("no document names the node of calendar packages for groups: it is not moved".to_owned());
        }
        (true, false, false) => Target::MailUser,
        (false, true, false) => Target::CalendarUser,
        (true, true, false) => Target::MailCalendarUser,
        (false, false, true) => Target::MailGroup,
        _ => return Err(format!("its values of {SERVICE_TYPE} contradict each other: it is not moved")),
    };
    Ok((target, format!("by its {SERVICE_TYPE}")))
}

/// Reads `mail user`, `calendar users`, `mail group`.
fn service(value: &str) -> Option<Service> {
    let words: Vec<String> = value.split_whitespace().map(str::to_ascii_lowercase).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    Some(match words.as_slice() {
        ["mail", "user" | "users"] => Service::MailUser,
        ["calendar", "user" | "users"] => Service::CalendarUser,
        ["mail", "group" | "groups"] => Service::MailGroup,
        ["calendar", "group" | "groups"] => Service::CalendarGroup,
        _ => return None,
    })
}

fn target_by_attributes(template: &Entry) -> Result<(Target, String), String> {
    let of =
        |names: &'static [&'static str]| names.iter().copied().filter(|name| template.has(name)).collect::<Vec<_>>();
    let (mail, calendar) = (of(&USER_MAIL), of(&USER_CALENDAR));
    let target = match (mail.is_empty(), calendar.is_empty()) {
        (false, true) => Target::MailUser,
        (true, false) => Target::CalendarUser,
        (false, false) => Target::MailCalendarUser,
        (true, true) => {
            return Err(format!(
                "its attributes do not show whether it is for users or groups: add `{SERVICE_TYPE}: mail user` (or another \
                 one) to the export and run this again"
            ));
        }
    };
    Ok((target, format!("by {}", [mail, calendar].concat().join(", "))))
}

impl fmt::Display for Move {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.moved {
            writeln!(f, "move  {line}")?;
        }
        for line in &self.left {
            writeln!(f, "leave {line}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(file: &str) -> (String, Move) {
        let mut survey = Survey::new("o=usergroup").unwrap();
        ldif::entries(file.as_bytes()).for_each(|entry| survey.see(entry.unwrap()));
        let plan = survey.plan();
        (String::from_utf8(ldif::write(&plan.changes)).unwrap(), plan)
    }

    const NODES: &str = "dn: o=cosTemplates,o=usergroup\no: cosTemplates\n\ndn: o=mailuser,o=cosTemplates,o=usergroup\n\
        o: mailuser\n\ndn: o=calendaruser,o=cosTemplates,o=usergroup\no: calendaruser\n\n\
        dn: o=mailcalendaruser,o=cosTemplates,o=usergroup\no: x\n\ndn: o=mailgroup,o=cosTemplates,o=usergroup\no: x\n\n";

    #[test]
    fn the_documented_example() {
        let (changes, plan) = plan(&format!(
            "{NODES}dn: o=myservicepackage, o=costemplates,o=userGroup\nobjectClass: top\nobjectClass: costemplate\n\
             o: myservicepackage\nmailQuota: 5\ncreateTimestamp: 20080101000000Z\nmailAllowedServiceAccess: +imap:ALL\n"
        ));
        insta::assert_snapshot!(changes, @"
        version: 1

        dn: o=myservicepackage,o=mailuser,o=cosTemplates,o=usergroup
        changetype: add
        objectClass: top
        objectClass: costemplate
        o: myservicepackage
        mailQuota: 5
        mailAllowedServiceAccess: +imap:ALL

        dn: o=myservicepackage,o=costemplates,o=userGroup
        changetype: delete

        dn: o=myservicepackage,o=mailuser,o=cosTemplates,o=usergroup
        changetype: modify
        add: daServiceType
        daServiceType: mail user
        -
        ");
        assert!(plan.findings.is_empty(), "{:?}", plan.findings);
    }

    #[test]
    fn where_a_package_goes() {
        for (attributes, place) in [
            ("mailquota: 1", "mailuser"),
            ("icsFirstDay: 2", "calendaruser"),
            ("icsDWPHost: a\nmailMsgQuota: 3", "mailcalendaruser"),
            ("daServiceType: mail group\nmailMsgMaxBlocks: 800", "mailgroup"),
            ("daServiceType: Mail Users", "mailuser"),
            ("daServiceType: calendar user\ndaservicetype: mail user", "mailcalendaruser"),
        ] {
            let (changes, plan) = plan(&format!("{NODES}dn: o=a,o=cosTemplates,o=usergroup\n{attributes}\n"));
            assert!(changes.contains(&format!("dn: o=a,o={place},o=cosTemplates,o=usergroup\n")), "{changes}");
            assert_eq!(changes.contains("changetype: modify"), !attributes.to_lowercase().contains("daservicetype"));
            assert!(plan.findings.is_empty());
        }
    }

    #[test]
    fn a_package_for_both_services_gets_both_types() {
        let (changes, _) = plan(&format!("{NODES}dn: o=a,o=cosTemplates,o=usergroup\nmailquota: 1\nicsFirstDay: 2\n"));
        assert!(changes.ends_with("daServiceType: mail user\ndaServiceType: calendar user\n-\n"), "{changes}");
    }

    #[test]
    fn what_cannot_be_told_is_left_to_a_human() {
        for (entry, finding) in [
            ("dn: o=a,o=cosTemplates,o=usergroup\nmailMsgMaxBlocks: 800\n", "users or groups"),
            ("dn: o=a,o=cosTemplates,o=usergroup\ndaServiceType: calendar group\n", "no document names the node"),
            ("dn: o=a,o=cosTemplates,o=usergroup\ndaServiceType: fax user\n", "fax user is not known"),
            (
                "dn: o=a,o=cosTemplates,o=usergroup\ndaServiceType: mail user\ndaServiceType: mail group\n",
                "contradict each other",
            ),
            (
                "dn: o=a,o=cosTemplates,o=usergroup\nmailquota: 1\n\ndn: o=b,o=a,o=cosTemplates,o=usergroup\no: b\n",
                "lie below",
            ),
        ] {
            let (changes, plan) = plan(&format!("{NODES}{entry}"));
            assert_eq!(changes, "version: 1\n");
            assert!(plan.findings.iter().any(|line| line.contains(finding)), "{:?}", plan.findings);
        }
    }

    #[test]
    fn a_definition_that_looks_at_the_old_node_is_named() {
        let (_, plan) = plan(
            "dn: cn=gold,o=usergroup\ncosTemplateDn: O=CosTemplates, o=usergroup\n\n\
             dn: cn=new,o=usergroup\ncosTemplateDn: o=mailuser,o=cosTemplates,o=usergroup\n",
        );
        assert_eq!(plan.findings.len(), 1, "{:?}", plan.findings);
        assert!(plan.findings[0].starts_with("cn=gold,o=usergroup: "));
    }

    #[test]
    fn a_missing_node_is_named_and_a_package_that_moved_is_left() {
        let package = "dn: o=a,o=cosTemplates,o=usergroup\nmailquota: 1\n";
        let (_, without) = plan(package);
        assert!(without.findings[0].starts_with("o=mailuser,o=cosTemplates,o=usergroup is not in the export"));
        let (changes, moved) =
            plan(&format!("{NODES}{package}\ndn: o=a,o=mailuser,o=cosTemplates,o=usergroup\no: a\n"));
        assert_eq!(changes, "version: 1\n");
        assert_eq!((moved.left.len(), moved.findings.len()), (1, 0));
        let (changes, twice) = plan(&format!("{NODES}{package}\n{package}"));
        assert_eq!(changes.matches("changetype: add").count(), 1);
        assert_eq!(twice.findings.len(), 1);
    }
}
