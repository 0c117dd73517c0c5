//! Behaviour of the programs, each test on a site of its own below a temporary root.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    missing_docs
)]

mod hostile;
mod support;

mod install {
    mod canary;
    mod chains;
    mod installs;
    mod refuses;
    mod runs_cnbuild;
    mod sweeps;
}

mod patch {
    mod copies;
    mod every_expected_row;
    mod refuses;
    mod resolves;
    mod site_values;
    mod structures;
}

mod cluster {
    mod ha_ip_config;
    mod support;
    mod sweeps;
    mod useconfig;
}

mod facts {
    mod compatibility;
    mod high_availability;
    mod references;
    mod release;
    mod running;
    mod store;
    mod store_backup;
    mod support;
}

mod migrate_config {
    mod as_another_user;
    mod canary;
    mod copies;
    mod dry_run;
    mod interrupted;
    mod moves_the_sample_site;
    mod random_trees;
    mod refuses_files;
    mod refuses_roots;
    mod rewrites_by_class;
    mod settings_from_ldap;
    mod strace_kills;
    mod support;
    mod sweeps;
    mod takes_back;
}
