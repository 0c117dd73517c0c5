//! `vlv`: writes the browsing index as LDIF.

use command::Completion;
use serde_json::json;

use super::Program;
use crate::cli;
use crate::configuration::Configuration;
use crate::error::Error;
use crate::output::Place;
use crate::vlv::{Index, records};

impl Program<'_> {
    pub(super) fn vlv(&self, args: &cli::Vlv) -> Result<Completion, Error> {
        let c = Configuration::read(self.context.own_files, &args.file, &args.reading, &["search-base"])?;
        let place = Place::new(self.context, &args.output)?;
        let index = Index::of(&c)?;
        let records = records(&c, &index)?;
        place.write(&ldif::write_records(&records), 0o644)?;
        let scope = match index.scope.as_str() {
            "0" => "base",
            "1" => "one level",
            _ => "subtree",
        };
        self.say(&format!(
            "Index: base {}, scope {scope}, filter {}, sorted by {}",
            index.base, index.filter, index.sort
        ));
        let file = args.output.output.display();
        self.say(&format!("Next: ldapmodify -D \"cn=Directory Manager\" -W -f {file}"));
        self.say("The last entry starts a task that builds the index; where the server has no such task, run its vlvindex command");
        Ok(self.written(json!({ "index": index })))
    }
}
