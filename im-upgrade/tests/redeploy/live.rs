//! A real servlet container serves what was deployed, and a real Java Web Start client starts it.

use std::io::{Cursor, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use testkit::outcome::Outcome;
use testkit::peers::need;

use crate::support::Site;

const CATALINA: &str = "/usr/share/tomcat10/bin/catalina.sh";
const HTML: &str = "/opt/SUNWiim/html";
/// The container's own description has no type for JNLP files: the archive must bring it.
const DEFAULTS: &str = r#"<web-app xmlns="https://jakarta.ee/xml/ns/jakartaee" version="6.0"><servlet><servlet-name>default</servlet-name>
<servlet-class>org.apache.catalina.servlets.DefaultServlet</servlet-class></servlet>
<servlet-mapping><servlet-name>default</servlet-name><url-pattern>/</url-pattern></servlet-mapping></web-app>"#;
const TEMPLATE: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<jnlp spec="1.0+" codebase="@CODEBASE@">
  <information><title>Instant Messenger</title><vendor>Sun Microsystems, Inc.</vendor></information>
  <resources><j2se version="1.4+"/><jar href="messenger.jar"/><jar href="imnet.jar"/></resources>
  <application-desc main-class="Main"><argument>-server</argument><argument>@SERVER@</argument></application-desc>
</jnlp>
"#;

/// A container of its own, on a port of the loopback address.
struct Tomcat {
    process: Child,
    port: u16,
}

impl Tomcat {
    fn start(site: &Site, port: u16) -> Self {
        let base = site.path("/srv/tomcat");
        for name in ["conf", "logs", "temp", "work"] {
            std::fs::create_dir_all(base.join(name)).unwrap();
        }
        let server = format!(
            r#"<Server port="-1"><Service name="Catalina"><Connector port="{port}" address="127.0.0.1" protocol="HTTP/1.1"/>
            <Engine name="Catalina" defaultHost="localhost"><Host name="localhost" appBase="webapps" unpackWARs="false"
            autoDeploy="false"/></Engine></Service></Server>"#
        );
        std::fs::write(base.join("conf/server.xml"), server).unwrap();
        std::fs::write(base.join("conf/web.xml"), DEFAULTS).unwrap();
        let mut command = Command::new(CATALINA);
        command.arg("run").env_clear().env("PATH", "/usr/bin:/bin").env("CATALINA_HOME", "/usr/share/tomcat10");
        command.env("CATALINA_BASE", &base).env("HOME", &base);
        let process = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        Self { process, port }
    }

    /// Fetches a file, as soon as the container serves it.
    fn fetch(&self, path: &str) -> String {
        for _ in 0..240 {
            if let Some(answer) = self.try_fetch(path) {
                return answer;
            }
            std::thread::sleep(Duration::from_millis(250));
        }
        panic!("Tomcat does not serve {path}");
    }

    fn try_fetch(&self, path: &str) -> Option<String> {
        let mut connection = TcpStream::connect(("127.0.0.1", self.port)).ok()?;
        connection.write_all(format!("GET {path} HTTP/1.0\r\n\r\n").as_bytes()).ok()?;
        let mut answer = Vec::new();
        connection.read_to_end(&mut answer).ok()?;
        let answer = String::from_utf8_lossy(&answer).into_owned();
        answer.lines().next()?.contains(" 200").then_some(answer)
    }
}

impl Drop for Tomcat {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}

/// Deploys the client resources into a container that is not started yet.
fn deploy(site: &Site, port: u16) {
    std::fs::create_dir_all(site.path("/srv/tomcat/webapps")).unwrap();
    let codebase = format!("http://127.0.0.1:{port}/im/");
    let server = ["--server", "mux.siroe.com:5222", "--container", "/srv/tomcat/webapps"];
    site.run(&[&["redeploy", "--codebase", &codebase][..], &server].concat()).succeeded();
}

#[test]
fn tomcat_serves_the_resources_with_their_type_and_codebase() {
    need(CATALINA);
    let site = Site::new();
    let port = free_port();
    deploy(&site, port);
    let tomcat = Tomcat::start(&site, port);
    let answer = tomcat.fetch("/im/en_US/im.jnlp");
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.contains("Content-Type: application/x-java-jnlp-file"), "{head}");
    assert_eq!(body, site.text(&format!("{HTML}/en_US/im.jnlp")));
    assert!(body.contains(&format!("codebase=\"http://127.0.0.1:{port}/im/\"")), "{body}");
    assert!(body.contains("<argument>mux.siroe.com:5222</argument>"), "{body}");
    assert!(tomcat.fetch("/im/").contains("Siroe chat"));
}

#[test]
fn icedtea_fetches_the_java_archives_from_tomcat_and_starts_the_client() {
    need(CATALINA);
    let (javac, javaws) = (need("javac"), need("javaws"));
    let site = Site::new();
    site.write(&format!("{HTML}/im.jnlp.template"), TEMPLATE);
    site.write(&format!("{HTML}/messenger.jar"), jar("Main.class", &main_class(&site, &javac)));
    site.write(&format!("{HTML}/imnet.jar"), jar("net.properties", b"a=b\n"));
    let port = free_port();
    deploy(&site, port);
    let tomcat = Tomcat::start(&site, port);
    tomcat.fetch("/im/en_US/im.jnlp");
    let home = site.beside("client");
    std::fs::create_dir(&home).unwrap();
    let mut command = Command::new(javaws);
    command.args(["-headless", "-Xnofork", "-Xtrustall"]).arg(format!("http://127.0.0.1:{port}/im/en_US/im.jnlp"));
    command.env_clear().env("PATH", "/usr/bin:/bin").env("HOME", &home);
    command.env("XDG_CONFIG_HOME", home.join("config")).env("XDG_CACHE_HOME", home.join("cache"));
    Outcome::of(&mut command).says("started with -server mux.siroe.com:5222");
    let fetched = testkit::site::manifest(&home.join("cache"), &testkit::manifest::Options::default()).to_string();
    assert!(fetched.contains("messenger.jar") && fetched.contains("imnet.jar"), "{fetched}");
}

/// Returns a program that prints its arguments.
fn main_class(site: &Site, javac: &Path) -> Vec<u8> {
    let directory = site.beside("classes");
    std::fs::create_dir(&directory).unwrap();
    let source = "public class Main { public static void main(String[] a) \
                  { System.out.println(\"started with \" + String.join(\" \", a)); } }";
    std::fs::write(directory.join("Main.java"), source).unwrap();
    let mut command = Command::new(javac);
    Outcome::of(command.args(["--release", "8", "-Xlint:-options"]).arg(directory.join("Main.java"))).succeeded();
    std::fs::read(directory.join("Main.class")).unwrap()
}

fn jar(name: &str, content: &[u8]) -> Vec<u8> {
    let mut jar = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let manifest = b"Manifest-Version: 1.0\nApplication-Name: Instant Messenger\nPermissions: sandbox\n";
    for (name, content) in [("META-INF/MANIFEST.MF", &manifest[..]), (name, content)] {
        let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        jar.start_file(name, options).unwrap();
        jar.write_all(content).unwrap();
    }
    jar.finish().unwrap().into_inner()
}
