//! Lists of what refers to an image, as a registry may have them that is broken or wants us ill.

use super::faults::{MANIFEST_TEXT, answering, store};
use super::server::{Asked, Reply, Server, reply};
use super::*;

/// A registry that says so of what refers to the image of no bytes.
fn listing(answer: impl Fn(&Asked, &str) -> Reply + Send + Sync + 'static) -> (Server, Digest) {
    let digest = Digest::of(b"");
    let start = format!("GET /v2/shop/web/referrers/{digest}");
    let server = answering(move |asked| match asked.line.strip_prefix(&start) {
        Some(query) => answer(asked, query),
        None => reply("404 Not Found", "", ""),
    });
    (server, digest)
}

fn list(entries: &[Value]) -> String {
    json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": entries}).to_string()
}

fn evidence(server: &Server, digest: &Digest) -> Result<Beside, Fault> {
    store(&server.host, Settings::default()).evidence(digest)
}

#[test]
fn lists_are_read_over_their_pages_and_in_no_circle() {
    let other = |at: usize| json!({"digest": Digest::of(&[u8::try_from(at).unwrap()]).to_string(), "artifactType": format!("kind/{at}")});
    let (server, digest) = listing(move |_, query| match query {
        "" => reply(
            "200 OK",
            "Link: <https://x/>; rel=\"prev\", <?n=2>; rel=\"next\"\r\n",
            &list(&[other(0)]),
        ),
        "?n=2" => {
            reply("200 OK", "Link: </v2/shop/web/referrers/last>; rel=next\r\n", &list(&[other(1)]))
        }
        _ => reply("404 Not Found", "", ""),
    });
    // The third page is gone.
    let fault = evidence(&server, &digest).unwrap_err();
    assert!(fault.to_string().contains("no such thing"), "{fault}");
    let (server, digest) = listing(move |_, query| match query {
        "" => reply("200 OK", "Link: <?n=2>; rel=\"next\"\r\n", &list(&[other(0)])),
        _ => reply("200 OK", "", &list(&[other(1), other(0)])),
    });
    let beside = evidence(&server, &digest).unwrap();
    assert_eq!(beside.others.iter().map(|it| &*it.kind).collect::<Vec<_>>(), ["kind/0", "kind/1"]);
    for (link, why) in [
        ("<?n=1>; rel=\"next\"", "in a circle"),
        ("<https://other.example/>; rel=\"next\"", "at another host"),
        ("<file:///etc/passwd>; rel=\"next\"", "not https"),
    ] {
        let header = format!("Link: {link}\r\n");
        let (server, digest) = listing(move |_, _| reply("200 OK", &header, &list(&[])));
        let fault = evidence(&server, &digest).unwrap_err();
        assert!(fault.to_string().contains(why), "{link}: {fault}");
        assert!(server.asked().len() < 10);
    }
    // Always another page.
    let number = std::sync::atomic::AtomicUsize::new(0);
    let (server, digest) = listing(move |_, _| {
        let next = number.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        reply("200 OK", &format!("Link: <?n={next}>; rel=\"next\"\r\n"), &list(&[]))
    });
    let beside = evidence(&server, &digest).unwrap();
    assert!(beside.left_out[0].contains("more than 100 pages"), "{:?}", beside.left_out);
    assert!(server.asked().len() < 250);
}

#[test]
fn a_signature_is_not_hidden_behind_a_thousand_other_things() {
    let image = descriptor(b"", MANIFEST);
    let bundle = "{\"bundle\":1}";
    let layer = descriptor(bundle.as_bytes(), BUNDLE);
    let manifest = referrer(&image, BUNDLE, std::slice::from_ref(&layer)).to_string();
    let mut signature = descriptor(manifest.as_bytes(), MANIFEST);
    signature["artifactType"] = json!(BUNDLE);
    let noise: Vec<_> = (0..5000_u32)
        .map(|at| json!({"digest": Digest::of(&at.to_le_bytes()).to_string(), "artifactType": "application/x"}))
        .collect();
    let (all, wanted) = (list(&noise), list(&[signature.clone()]));
    let at = |path: &str, descriptor: &Value| {
        format!("GET /v2/shop/web/{path}/{}", descriptor["digest"].as_str().unwrap())
    };
    let (manifest_line, blob_line) = (at("manifests", &signature), at("blobs", &layer));
    let server = answering(move |asked| match &*asked.line {
        line if line.contains("/referrers/") && line.contains("?artifactType=") => {
            reply("200 OK", "", &wanted)
        }
        line if line.contains("/referrers/") => reply("200 OK", "", &all),
        line if line == manifest_line => reply("200 OK", "", &manifest),
        line if line == blob_line => reply("200 OK", "", bundle),
        _ => reply("404 Not Found", "", ""),
    });
    let beside = evidence(&server, &digest(&image)).unwrap();
    assert_eq!(beside.found.len(), 1);
    assert_eq!(beside.found[0].evidence, Evidence::Bundle(bundle.to_owned()));
    assert_eq!(beside.others.len(), 999);
    assert!(beside.left_out[0].contains("more than 1000 things"), "{:?}", beside.left_out);
    assert!(server.asked().len() < 20);
}

#[test]
fn what_is_listed_and_is_about_another_image_or_broken_is_left_out_and_said() {
    let image = descriptor(b"", MANIFEST);
    let foreign =
        referrer(&descriptor(b"other", MANIFEST), BUNDLE, &[descriptor(b"{}", BUNDLE)]).to_string();
    let missing = referrer(&image, BUNDLE, &[descriptor(b"missing", BUNDLE)]).to_string();
    let large = {
        let mut layer = descriptor(b"{}", BUNDLE);
        layer["size"] = json!(1_u64 << 40);
        referrer(&image, BUNDLE, &[layer]).to_string()
    };
    let swapped = referrer(&image, BUNDLE, &[descriptor(b"right", BUNDLE)]).to_string();
    let (subject, kind) = (json!({"digest": 7}), "\u{1b}[31mred\n");
    let odd = json!({"schemaVersion": 2, "layers": [], "subject": subject}).to_string();
    let texts = [foreign, missing, large, swapped, odd];
    let mut entries: Vec<_> = texts.iter().map(|it| descriptor(it.as_bytes(), MANIFEST)).collect();
    entries.push(json!({"digest": "sha256:../../x"}));
    entries.push(json!({"digest": Digest::of(b"x").to_string(), "artifactType": kind}));
    let all = list(&entries);
    let server = answering(move |asked| {
        if asked.line.contains("/referrers/") {
            return reply("200 OK", "", &all);
        }
        let text =
            texts.iter().find(|it| asked.line.ends_with(&Digest::of(it.as_bytes()).to_string()));
        if asked.line.ends_with(&Digest::of(b"right").to_string()) {
            return reply("200 OK", "", "wrong");
        }
        text.map_or_else(|| reply("404 Not Found", "", ""), |it| reply("200 OK", "", it))
    });
    let beside = evidence(&server, &digest(&image)).unwrap();
    assert!(beside.found.is_empty(), "{:?}", beside.found);
    assert_eq!(beside.others[0].kind, "[31mred");
    for (said, why) in beside.left_out.iter().zip([
        "is about another image",
        "though it names it",
        "more than 64 MiB",
        "was changed on the way",
        "wrong type",
        "none of sha256",
    ]) {
        assert!(said.contains(why), "{why}: {said}");
    }
    assert_eq!(beside.left_out.len(), 6, "{:?}", beside.left_out);
}

#[test]
fn a_registry_that_knows_no_lists_says_so_in_many_ways_and_one_that_fails_is_not_believed() {
    for (status, headers, body) in [
        ("404 Not Found", "", ""),
        ("405 Method Not Allowed", "", ""),
        ("400 Bad Request", "", ""),
        ("200 OK", "Content-Type: text/html\r\n", "<html>"),
    ] {
        let (server, digest) = listing(move |_, _| reply(status, headers, body));
        let beside = evidence(&server, &digest).unwrap();
        assert!(
            beside.found.is_empty()
                && server.times(&format!("manifests/sha256-{}", digest.hex())) == 3,
            "{status}"
        );
    }
    for (status, body) in [
        ("403 Forbidden", ""),
        ("500 Internal Server Error", ""),
        ("200 OK", "nonsense"),
        ("200 OK", MANIFEST_TEXT),
    ] {
        let (server, digest) = listing(move |_, _| reply(status, "", body));
        assert!(evidence(&server, &digest).is_err(), "{status}");
    }
}
