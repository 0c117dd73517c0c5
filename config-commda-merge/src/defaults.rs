//! The default values that documents print, as a base where no stock file is known (`reference/delegated-administrator.md`
//! section 5). They are not all that a release ships, so what they do not name stays unproven.

use install_root::delegated_administrator::ConfigFile;

const RESOURCE: &str = "\
loginAuth-searchBase=<$rootSuffix>
servicepackage-cosdefbasedn=<$rootSuffix>
loginAuth-idAttr-1=uid
jdapi-wildusersearchmaxresults=-1
jdapi-groupsmaxsearchresults=-1
jdapi-wildorgsearchmaxresults=-1
jdapi-mailhoststoreplugin=disabled
jdapi-mailhoststorepluginclass=sun.comm.cli.server.util.MailHostStorePlugin
jdapi-mailhoststorepluginfile=/tmp/mailhostmailstore
jdapi-maildomainreportaddressplugin=enabled
jdapi-maildomainreportaddresspluginclass=sun.comm.cli.server.util.MailDomainReportAddressPlugin
jdapi-uidautogenerationplugin=disabled
jdapi-uidautogenerationpluginclass=sun.comm.cli.server.util.UidPlugin
";

const LOGGER: &str = "\
da.logging.enable=no
da.log.file=/opt/SUNWcomm/log/da.log
";

/// Returns the documented defaults of a file; nothing for a file of which none is documented.
pub fn documented(file: ConfigFile) -> Option<&'static str> {
    match file {
        ConfigFile::Resource => Some(RESOURCE),
        ConfigFile::Logger => Some(LOGGER),
        ConfigFile::CliUsrprefs | ConfigFile::Daconfig | ConfigFile::Resources | ConfigFile::Security => None,
    }
}

/// Returns the keys whose values config-commda computes from what it is told in its panels.
pub fn computed(file: ConfigFile) -> &'static [&'static str] {
    match file {
        ConfigFile::Resource => &["loginAuth-searchBase", "servicepackage-cosdefbasedn"],
        _ => &[],
    }
}
