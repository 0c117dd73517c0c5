//! The steps of the upgrade guide that are done by hand, in its order (docs/reference/outlook-connector.md section 4.3).

/// Where the Deployment Configuration Program puts its packages.
pub const PACKAGES: &str = r"C:\Program Files\Sun\Deployment Configuration Program\Packages";

/// Returns the steps that follow `upgrade`, for a file of this name.
pub fn after_upgrade(file: &str) -> Vec<String> {
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
    let stem = name.strip_suffix(".ini").unwrap_or(name);
    [
        "Before: make Microsoft Outlook the default mail client on each desktop.".to_owned(),
        "1. Upgrade the Deployment Configuration Program: run setup.exe of Connector 7.3.".to_owned(),
        "2. Choose the language.".to_owned(),
        "3. Click Yes to upgrade the Deployment Configuration Program.".to_owned(),
        "4. Click OK.".to_owned(),
        format!("5. In the Deployment Configuration Program: File, Open, {name}; check the Processes tab."),
        format!("6. File, Save As, {name}: this also builds the package {PACKAGES}\\{stem}.exe."),
        format!("7. On each desktop, run {stem}.exe."),
        "8. In the Setup Wizard, click Next.".to_owned(),
        "9. Click Exit.".to_owned(),
        "There is no rollback of the client software: to go back, uninstall Connector in Add/Remove Programs and install the old \
         version."
            .to_owned(),
    ]
    .into()
}
