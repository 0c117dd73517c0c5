//! Where other programs are told to use a server root: schedulers, service managers, login scripts, backup software.

/// Files, and directories that are searched with what is below them. Those that are not there are left out.
pub(super) const PLACES: &[&str] = &[
    // cron, on Solaris and on Linux; crontabs of users are below.
    "/etc/crontab",
    "/etc/anacrontab",
    "/etc/cron.d",
    "/etc/cron.hourly",
    "/etc/cron.daily",
    "/etc/cron.weekly",
    "/etc/cron.monthly",
    "/var/spool/cron",
    // Start scripts.
    "/etc/inittab",
    "/etc/init.d",
    "/etc/rc.d",
    "/etc/rc.local",
    "/etc/rcS.d",
    "/etc/rc0.d",
    "/etc/rc1.d",
    "/etc/rc2.d",
    "/etc/rc3.d",
    "/etc/rc4.d",
    "/etc/rc5.d",
    "/etc/rc6.d",
    // The service management facility of Solaris.
    "/var/svc/manifest",
    "/var/svc/profile",
    "/etc/svc/profile",
    "/lib/svc/manifest",
    "/lib/svc/method",
    // systemd.
    "/etc/systemd/system",
    "/lib/systemd/system",
    "/usr/lib/systemd/system",
    "/usr/local/lib/systemd/system",
    // Rotation of logs.
    "/etc/logrotate.conf",
    "/etc/logrotate.d",
    "/etc/logadm.conf",
    "/etc/logadm.d",
    // Legato Networker.
    "/nsr/res",
    // PATH and other variables of logins.
    "/etc/profile",
    "/etc/profile.d",
    "/etc/bashrc",
    "/etc/bash.bashrc",
    "/etc/csh.login",
    "/etc/csh.cshrc",
    "/etc/.login",
    "/etc/environment",
    "/etc/default",
    "/.profile",
    "/root/.profile",
    "/root/.bash_profile",
    "/root/.bashrc",
    "/root/.cshrc",
    // What may be run as another user.
    "/etc/sudoers",
    "/etc/sudoers.d",
    // Where shared libraries are looked for.
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/var/ld/ld.config",
    "/var/ld/64/ld.config",
];
