//! What makes content and changes things in the runs of all these programs: each of them can resume and undo the runs of the others.

use command::{Context, Providers};
use config_merge::FileSystems;
use config_merge::candidates::CandidateProducer;

use crate::error::Error;

/// Returns all of them.
///
/// # Errors
/// None so far.
pub fn all<'s>(context: &Context<'s>) -> Result<Providers<'s>, Error> {
    let candidates = CandidateProducer { files: FileSystems::of(context) };
    Ok(Providers { producers: vec![Box::new(candidates)], ..Providers::default() })
}
