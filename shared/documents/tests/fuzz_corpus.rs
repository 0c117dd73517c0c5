//! Replays the corpus of the fuzz targets, which run long only by hand.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

#[path = "../../../fuzz/targets/dialects.rs"]
mod dialects;
#[path = "../../../fuzz/targets/ics_conf.rs"]
mod ics_conf;
#[path = "../../../fuzz/targets/imta_cnf.rs"]
mod imta_cnf;
#[path = "../../../fuzz/targets/line_dialects.rs"]
mod line_dialects;
#[path = "../../../fuzz/targets/mappings.rs"]
mod mappings;
#[path = "../../../fuzz/targets/merge.rs"]
mod merge;
#[path = "../../../fuzz/targets/properties.rs"]
mod properties;
#[path = "../../../fuzz/targets/windows_ini.rs"]
mod windows_ini;
#[path = "../../../fuzz/targets/xml.rs"]
mod xml;

fn replay(target: &str, least: usize, run: fn(&[u8])) {
    let corpus = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(target);
    let inputs: Vec<_> = std::fs::read_dir(corpus).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(inputs.len() >= least, "the corpus of {target} is incomplete");
    for input in inputs {
        run(&std::fs::read(input).unwrap());
    }
}

#[test]
fn the_corpus_of_ics_conf_passes() {
    replay("ics_conf", 6, ics_conf::run);
}

#[test]
fn the_corpus_of_properties_passes() {
    replay("properties", 6, properties::run);
}

#[test]
fn the_corpus_of_windows_ini_passes() {
    replay("windows_ini", 4, windows_ini::run);
}

#[test]
fn the_corpus_of_mappings_passes() {
    replay("mappings", 6, mappings::run);
}

#[test]
fn the_corpus_of_imta_cnf_passes() {
    replay("imta_cnf", 6, imta_cnf::run);
}

#[test]
fn the_corpus_of_merge_passes() {
    replay("merge", 4, merge::run);
}

#[test]
fn the_corpora_of_the_line_dialects_pass() {
    replay("option_values", 6, line_dialects::option_values);
    replay("sectioned", 6, line_dialects::sectioned);
    replay("mmp", 6, line_dialects::mmp);
    replay("aliases", 3, line_dialects::aliases);
    replay("sslpassword", 2, line_dialects::sslpassword);
    replay("whole_lines", 3, line_dialects::whole_lines);
}

#[test]
fn the_corpus_of_dialects_passes() {
    replay("dialects", 12, dialects::run);
}

#[test]
fn the_corpus_of_xml_passes() {
    replay("xml", 5, xml::run);
}
