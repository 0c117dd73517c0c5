//! Users of any bytes: no panic, and what is read as CSV can be written and read again.

pub(crate) fn run(data: &[u8]) {
    let Ok(users) = occ_upgrade::users::users(data) else { return };
    for user in users.flatten() {
        assert!(user.mail().contains('@'));
        let name = occ_upgrade::prf::generation::file_name(user.uid());
        assert!(name.ends_with(".prf") && !name.contains(['/', '\\', ':']) && name.is_ascii());
        if let Ok(text) = user.expanded("%mail%") {
            assert_eq!(text, user.mail());
        }
    }
    let records: Vec<Vec<String>> =
        occ_upgrade::users::Records::new(data).flatten().map(|(_, fields)| fields).collect();
    let quoted = |field: &String| format!("\"{}\"", field.replace('"', "\"\""));
    let text: String =
        records.iter().map(|fields| fields.iter().map(quoted).collect::<Vec<_>>().join(",") + "\r\n").collect();
    let again: Vec<Vec<String>> = occ_upgrade::users::Records::new(text.as_bytes())
        .map(|record| record.expect("what was quoted is CSV").1)
        .collect();
    assert_eq!(again, records);
}
