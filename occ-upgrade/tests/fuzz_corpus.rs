//! Replays the corpus of the fuzz targets, which run long only by hand.

#[path = "../../fuzz/targets/connector_map.rs"]
mod connector_map;
#[path = "../../fuzz/targets/connector_users.rs"]
mod connector_users;

fn replay(target: &str, least: usize, run: fn(&[u8])) {
    let corpus = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus").join(target);
    let inputs: Vec<_> = std::fs::read_dir(corpus).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(inputs.len() >= least, "the corpus of {target} is incomplete");
    for input in inputs {
        run(&std::fs::read(input).unwrap());
    }
}

#[test]
fn the_corpora_pass() {
    replay("connector_users", 4, connector_users::run);
    replay("connector_map", 3, connector_map::run);
}
