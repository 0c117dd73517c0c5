//! The scripts of a package: CRLF, ASCII, no passwords.

use super::Mode;
use crate::configuration::Configuration;
use crate::error::Error;
use crate::schema::Setting;

/// Returns the folder of the logs; it is a word inside quotation marks in both scripts.
fn log_folder(c: &Configuration) -> Result<String, Error> {
    let folder = c.checked_or_default(Setting::LogFolder)?;
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '\\' | ':' | '.' | '-' | '_' | ' ' | '/');
    // `$` ends the names of hidden shares; elsewhere it begins a variable.
    let body = folder.strip_suffix('$').unwrap_or(&folder);
    if body.chars().all(is_plain) {
        return Ok(folder);
    }
    Err(Error::setting(&c.path, format!("log-folder: `{folder}` has a character that scripts would take amiss")))
}

/// Returns the script of a mode for the command processor.
///
/// # Errors
/// [`Error::Setting`].
pub fn cmd(mode: Mode, c: &Configuration) -> Result<Vec<u8>, Error> {
    let log = log_folder(c)?;
    let log = if log.is_empty() { "%TEMP%".to_owned() } else { log };
    let name = mode.name();
    Ok(crlf(&format!(
        r#"@echo off
rem Runs the Setup Wizard: {name}. Exit code: that of the wizard; 2 when something is missing.
setlocal
set "HERE=%~dp0"
set "LOGDIR={log}"
set "WIZARD=%HERE%kit\{name}.exe"
if not exist "%WIZARD%" set "WIZARD=%HERE%kit\setup.exe"
if not exist "%WIZARD%" (
    echo kit\{name}.exe is missing: build it in the Deployment Configuration Program from ini\{name}.ini. 1>&2
    exit /b 2
)
if not exist "%LOGDIR%\" (
    echo The log folder "%LOGDIR%" cannot be reached. 1>&2
    exit /b 2
)
reg query "HKCU\Software\Clients\Mail" /ve 2>nul | find /i "Microsoft Outlook" >nul && goto run
reg query "HKLM\Software\Clients\Mail" /ve 2>nul | find /i "Microsoft Outlook" >nul && goto run
echo Microsoft Outlook is not the default mail client: set it first. 1>&2
exit /b 2
:run
set "LOG=%LOGDIR%\%COMPUTERNAME%-%USERNAME%-{name}.log"
echo %DATE% %TIME% begin {name} >> "%LOG%"
start /wait "" "%WIZARD%"
set "CODE=%ERRORLEVEL%"
echo %DATE% %TIME% end {name}, exit code %CODE% >> "%LOG%"
exit /b %CODE%
"#
    )))
}

/// Returns the script of a mode for PowerShell, which also checks every file against `SHA256SUMS`.
///
/// # Errors
/// [`Error::Setting`].
pub fn powershell(mode: Mode, c: &Configuration) -> Result<Vec<u8>, Error> {
    let log = log_folder(c)?;
    let log = if log.is_empty() { "$env:TEMP".to_owned() } else { format!("'{log}'") };
    let name = mode.name();
    Ok(crlf(&format!(
        r#"# Runs the Setup Wizard: {name}. Exit code: that of the wizard; 2 when something is missing or was changed.
$ErrorActionPreference = 'Stop'
$here = Split-Path -Parent $MyInvocation.MyCommand.Path
$logDir = {log}
foreach ($line in Get-Content (Join-Path $here 'SHA256SUMS')) {{
    $sum, $path = $line -split '  ', 2
    $file = Join-Path $here ($path -replace '/', '\')
    if (-not (Test-Path -LiteralPath $file)) {{ Write-Error "$path is missing." -ErrorAction Continue; exit 2 }}
    $found = (Get-FileHash -Algorithm SHA256 -LiteralPath $file).Hash
    if ($found -ne $sum) {{ Write-Error "$path was changed." -ErrorAction Continue; exit 2 }}
}}
$wizard = Join-Path $here 'kit\{name}.exe'
if (-not (Test-Path -LiteralPath $wizard)) {{ $wizard = Join-Path $here 'kit\setup.exe' }}
if (-not (Test-Path -LiteralPath $wizard)) {{
    Write-Error 'kit\{name}.exe is missing: build it in the Deployment Configuration Program from ini\{name}.ini.' -ErrorAction Continue
    exit 2
}}
if (-not (Test-Path -LiteralPath $logDir)) {{ Write-Error "The log folder $logDir cannot be reached." -ErrorAction Continue; exit 2 }}
$clients = 'HKCU:\Software\Clients\Mail', 'HKLM:\Software\Clients\Mail'
$isDefault = $clients | Where-Object {{ (Get-ItemProperty $_ -ErrorAction SilentlyContinue).'(default)' -eq 'Microsoft Outlook' }}
if (-not $isDefault) {{ Write-Error 'Microsoft Outlook is not the default mail client: set it first.' -ErrorAction Continue; exit 2 }}
$log = Join-Path $logDir "$env:COMPUTERNAME-$env:USERNAME-{name}.log"
Add-Content $log "$(Get-Date -Format s) begin {name}"
$process = Start-Process -FilePath $wizard -Wait -PassThru
Add-Content $log "$(Get-Date -Format s) end {name}, exit code $($process.ExitCode)"
exit $process.ExitCode
"#
    )))
}

/// Returns the script that makes the documented shares of a pushed package, with full control for the account that pushes.
pub fn shares() -> Vec<u8> {
    crlf(
        r#"@echo off
rem Makes the shares of a pushed package on this server: share-settings.cmd FOLDER [ACCOUNT]
rem LOGS, SJSC and WPW need full control for the account that runs pushed packages, on the share and in NTFS.
setlocal
if "%~1"=="" (
    echo Usage: share-settings.cmd FOLDER [ACCOUNT] 1>&2
    exit /b 2
)
set "TOP=%~f1"
set "ACCOUNT=%~2"
if "%ACCOUNT%"=="" set "ACCOUNT=SMSCliToknLocalAcct$"
for %%S in (LOGS SJSC WPW) do (
    if not exist "%TOP%\%%S" mkdir "%TOP%\%%S" || exit /b 1
    net share %%S="%TOP%\%%S" "/GRANT:%ACCOUNT%,FULL" || exit /b 1
    icacls "%TOP%\%%S" /grant "%ACCOUNT%:(OI)(CI)F" || exit /b 1
)
"#,
    )
}

/// Returns what a person reads first.
pub fn readme() -> Vec<u8> {
    crlf(
        r"This package was made by occ-upgrade.

setup.ini                    the configuration as it was
ini\MODE.ini                 the same for one way of running it
kit\                         the programs of the vendor, when they were put in
MODE.cmd, MODE.ps1           run the Setup Wizard of that mode
share-settings.cmd           makes the shares LOGS, SJSC and WPW for pushed packages
manifest.json, SHA256SUMS    every file with its digest

MODE is install-only, profile-only or install-and-profile. Where users may not install software, push install-only and have
each user run profile-only.

1. In the Deployment Configuration Program: File, Open ini\MODE.ini, File, Save As. This builds MODE.exe.
2. Put MODE.exe into kit\.
3. Run MODE.cmd or MODE.ps1 on the desktop. Microsoft Outlook must be the default mail client.
",
    )
}

fn crlf(text: &str) -> Vec<u8> {
    text.replace('\n', "\r\n").into_bytes()
}
