//! What has to be run before the server uses changed files: `reference/messaging.md` section 3.2, at its end.

use std::collections::BTreeSet;

use command::{CommandOptions, Context, ProductCommand, ProductCommands};
use upgrade_engine::fs::{RelPath, RootPath};
use upgrade_engine::plan::Plan;

/// What makes the server use a changed file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Needs {
    /// `imsimta cnbuild`, then a restart of the SMTP servers.
    Build,
    /// A restart of the dispatcher.
    Dispatcher,
    /// A restart of the job controller.
    JobController,
    /// `imsimta reload`.
    Reload,
    /// A restart of the proxy.
    Proxy,
    /// A restart of everything.
    Everything,
    /// Nothing: nobody reads it while the server runs.
    Nothing,
}

impl Needs {
    fn of(name: &str) -> Self {
        match name.rsplit('/').next().unwrap_or(name) {
            "dispatcher.cnf" => Self::Dispatcher,
            "job_controller.cnf" => Self::JobController,
            "general.txt" | "forward.txt" | "reverse.txt" => Self::Reload,
            "msg.conf" | "msg.conf.defaults" | "local.conf" | "sslpassword.conf" => Self::Everything,
            "backup-groups.conf" => Self::Nothing,
            "certmap.conf" => Self::Proxy,
            name if name.ends_with("-def.cfg") => Self::Nothing,
            name if name.ends_with(".cfg") => Self::Proxy,
            _ => Self::Build,
        }
    }
}

/// What has to be run after a plan.
pub(crate) struct Activation {
    sbin: String,
    needs: BTreeSet<Needs>,
}

/// Whether what the MTA compiles of its configuration was built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Built {
    Yes,
    No,
}

impl Activation {
    /// Returns that of the files that a plan changes; each is an anchor of it.
    pub(crate) fn of(plan: &Plan, new_root: &RootPath) -> Self {
        let needs = plan.anchors.keys().map(|name| Needs::of(name)).collect();
        Self { sbin: format!("{new_root}/sbin"), needs }
    }

    /// Returns whether the compiled configuration of the MTA has to be built anew.
    pub(crate) fn builds(&self) -> bool {
        self.needs.contains(&Needs::Build)
    }

    /// Returns the command that builds it, as it is typed.
    pub(crate) fn build(&self) -> String {
        format!("{}/imsimta cnbuild", self.sbin)
    }

    /// Returns the command that builds it, where that is needed, the program is there, and commands are run; or why it is not run.
    pub(crate) fn build_here(
        &self,
        context: &Context<'_>,
        options: &CommandOptions,
    ) -> Option<Result<ProductCommand, String>> {
        if !self.builds() || !options.are_run(context.options) {
            return None;
        }
        let program = RootPath::new(format!("{}/imsimta", self.sbin)).ok()?;
        let (parent, name) = program.split_last()?;
        // Where it is missing, the administrator is told what to run.
        context.fs.open_dir(&parent).ok()?.stat(&RelPath::from(name)).ok()?;
        let command = ProductCommand::new(program, &["cnbuild"]);
        Some(ProductCommands::new(context).check(&command).map(|()| command))
    }

    /// Returns the lines about what is to be run next.
    pub(crate) fn next(&self, built: Built) -> Vec<String> {
        let build = (built == Built::No && self.builds()).then(|| format!("Next: {}", self.build()));
        build.into_iter().chain(self.restarts()).collect()
    }

    /// Returns the lines about what makes a server that runs use the files.
    fn restarts(&self) -> Vec<String> {
        let sbin = &self.sbin;
        if self.needs.contains(&Needs::Everything) {
            return vec![format!("A server that runs must be restarted: {sbin}/stop-msg, then {sbin}/start-msg")];
        }
        let command = |needs: &Needs| match needs {
            Needs::Build => Some(format!("{sbin}/imsimta restart smtp")),
            Needs::Dispatcher => Some(format!("{sbin}/imsimta restart dispatcher")),
            Needs::JobController => Some(format!("{sbin}/imsimta restart job_controller")),
            Needs::Reload => Some(format!("{sbin}/imsimta reload")),
            Needs::Proxy => Some(format!("{sbin}/stop-msg mmp, then {sbin}/start-msg mmp")),
            Needs::Everything | Needs::Nothing => None,
        };
        self.needs.iter().filter_map(command).map(|line| format!("Where the server runs: {line}")).collect()
    }
}

#[cfg(test)]
mod tests {
    use upgrade_engine::fs::RootPath;
    use upgrade_engine::place::Anchor;
    use upgrade_engine::plan::Plan;

    use super::Activation;

    fn of(names: &[&str]) -> Activation {
        let root = RootPath::new("/new").unwrap();
        let mut plan = Plan::new("", serde_json::Value::Null);
        for name in names {
            plan.anchors.insert((*name).to_owned(), Anchor { path: root.clone(), device: 1, inode: 2 });
        }
        Activation::of(&plan, &root)
    }

    #[test]
    fn each_file_names_the_documented_commands() {
        for (name, builds, restart) in [
            ("imta.cnf", true, "/new/sbin/imsimta restart smtp"),
            ("mappings", true, "/new/sbin/imsimta restart smtp"),
            ("option.dat", true, "/new/sbin/imsimta restart smtp"),
            ("dispatcher.cnf", false, "/new/sbin/imsimta restart dispatcher"),
            ("job_controller.cnf", false, "/new/sbin/imsimta restart job_controller"),
            ("general.txt", false, "/new/sbin/imsimta reload"),
            ("ImapProxyAService.cfg", false, "/new/sbin/stop-msg mmp"),
            ("msg.conf", false, "/new/sbin/stop-msg, then /new/sbin/start-msg"),
        ] {
            let activation = of(&[name]);
            assert_eq!(activation.builds(), builds, "{name}");
            assert!(activation.restarts().iter().any(|line| line.contains(restart)), "{name}");
        }
        assert!(of(&["AService-def.cfg"]).restarts().is_empty());
        assert_eq!(of(&["imta.cnf", "mappings", "msg.conf"]).restarts().len(), 1, "one restart is enough");
    }
}
