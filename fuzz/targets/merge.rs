//! Any three files merge, or are refused with a reason; merged again with the same two the result stays as it is, and no key
//! of the site is lost without a decision. The input is cut at its first two bytes 0xff.

use documents::merge::{Base, Carrier, Rules, Sides, merge};
use documents::{Document, IcsConf, ImtaCnf, Mappings, Properties, State, WindowsIni};

pub(crate) fn run(data: &[u8]) {
    let (dialect, rest) = data.split_first().unwrap_or((&0, &[]));
    let mut parts = rest.splitn(3, |byte| *byte == 0xff);
    let [base, site, new] = [(); 3].map(|()| parts.next().unwrap_or_default().to_vec());
    match dialect % 5 {
        0 => of::<Properties>(base, site, new),
        1 => of::<IcsConf>(base, site, new),
        2 => of::<WindowsIni>(base, site, new),
        3 => of::<Mappings>(base, site, new),
        _ => of::<ImtaCnf>(base, site, new),
    }
}

fn of<D: Document>(base: Vec<u8>, site: Vec<u8>, new: Vec<u8>) {
    let (Ok(base), Ok(site), Ok(new)) = (D::parse(base), D::parse(site), D::parse(new)) else { return };
    for carrier in [Carrier::Site, Carrier::New] {
        let rules = Rules { carrier, ..Rules::default() };
        for base in [Base::Known(&base), Base::Partial(&base), Base::Unknown] {
            let Ok(once) = merge(&Sides { base, site: &site, new: &new }, &rules) else { continue };
            for entry in site.entries().iter().filter(|entry| entry.state == State::Active) {
                let counts = site.effective(&entry.key).is_some();
                let decided = once.decisions.iter().filter(|decision| decision.site.present().is_some()).count();
                assert!(!counts || decided > 0, "a key of the site has no decision");
            }
            let merged = D::parse(once.bytes.clone()).expect("a merged file is one");
            if let Ok(twice) = merge(&Sides { base, site: &merged, new: &new }, &rules) {
                let says = |document: &D| -> Vec<_> {
                    let active = document.entries().iter().filter(|entry| entry.state == State::Active);
                    let mut says: Vec<_> = active.map(|entry| (entry.key.clone(), entry.value.clone())).collect();
                    says.sort();
                    says
                };
                if carrier == Carrier::Site {
                    let again = D::parse(twice.bytes).expect("a merged file is one");
                    assert_eq!(says(&again), says(&merged));
                }
            }
        }
    }
}
