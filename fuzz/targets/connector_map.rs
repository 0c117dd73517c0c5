//! Maps and filters of any text: no panic, and words that a map spells are read back.

pub(crate) fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(filter) = occ_upgrade::filter::Filter::parse(text) {
        let again = occ_upgrade::filter::Filter::parse(&filter.to_string()).expect("a canonical filter is one");
        assert_eq!(again, filter);
    }
    let Ok(map) = occ_upgrade::map::Map::parse(text) else { return };
    for (setting, place) in &map.settings {
        for word in place.values.keys() {
            let spelled = place.spell(word);
            assert!(place.values.values().any(|theirs| *theirs == spelled), "{}", setting.id());
        }
    }
}
