//! JNLP files: what generation reads and fills in.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use std::fs;
use std::path::Path;

use documents::{Jnlp, apply};

fn data(name: &str) -> Jnlp {
    Jnlp::parse(fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/jnlp").join(name)).unwrap()).unwrap()
}

#[test]
fn codebase_arguments_and_jars_are_read_decoded() {
    let client = data("de_DE.jnlp");
    assert_eq!(client.codebase().unwrap().text, "http://im.siroe.com:80/im/?a=1&b=2");
    assert_eq!(client.href(), None);
    assert_eq!(client.argument_behind("-server").unwrap().text, "im.siroe.com:5222");
    let jars: Vec<_> = client.jars().into_iter().map(|jar| jar.text).collect();
    assert_eq!(jars, ["messenger.jar", "imnet.jar", "icalendar.jar"]);
    let spelled = |span: std::ops::Range<usize>| std::str::from_utf8(&client.to_bytes()[span]).unwrap().to_owned();
    assert_eq!(spelled(client.codebase().unwrap().span), "http://im.siroe.com:80/im/?a=1&amp;b=2");
}

#[test]
fn a_template_is_filled_in_by_splicing_and_the_rest_keeps_its_bytes() {
    let template = data("im.jnlp.template");
    let server = template.argument_behind("-server").unwrap();
    let edits = [
        template.set_codebase("http://a/?x=<1>&y=\"2\"").unwrap(),
        template.set(&template.jars()[1], "net's.jar").unwrap(),
        template.set(&server, "im<&>:49909").unwrap(),
    ];
    let after = apply(template.to_bytes(), &edits).unwrap();
    let expected = String::from_utf8(template.to_bytes().to_vec())
        .unwrap()
        .replace("@CODEBASE@", "http://a/?x=&lt;1>&amp;y=&quot;2&quot;")
        .replace("imnet.jar", "net's.jar")
        .replace("@SERVER@", "im&lt;&amp;&gt;:49909");
    assert_eq!(String::from_utf8(after.clone()).unwrap(), expected);
    let filled = Jnlp::parse(after).unwrap();
    assert_eq!(filled.codebase().unwrap().text, "http://a/?x=<1>&y=\"2\"");
    assert_eq!(filled.arguments()[1].text, "im<&>:49909");
}

#[test]
fn an_empty_argument_gets_an_end_tag_and_a_codebase_that_is_missing_is_added() {
    let text = b"<jnlp spec='1.0+'><application-desc><argument>-server</argument><argument/></application-desc></jnlp>";
    let client = Jnlp::parse(text.to_vec()).unwrap();
    let edits = [
        client.set_codebase("http://a/").unwrap(),
        client.set(&client.argument_behind("-server").unwrap(), "h").unwrap(),
    ];
    assert_eq!(
        apply(text, &edits).unwrap().escape_ascii().to_string().replace("\\'", "'").replace("\\\"", "\""),
        "<jnlp spec='1.0+' codebase=\"http://a/\"><application-desc><argument>-server</argument><argument>h</argument></application-desc></jnlp>"
    );
    let error = Jnlp::parse(b"\n<books/>".to_vec()).unwrap_err();
    assert_eq!(error.to_string(), "line 2, column 1: the root element is not `jnlp`");
}
