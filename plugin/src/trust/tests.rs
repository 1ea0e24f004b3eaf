//! Repositories on this machine, which are in order, late, forged, endless or silent.

#[path = "../../../crates/harden-sigstore/tests/update/repository.rs"]
#[allow(dead_code, reason = "its own crate asks more of it")]
mod repository;

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use repository::{NOW, Repository as Signed};
use tempfile::TempDir;

use super::{Repository, folder, is_loopback, is_safe};

const PATIENCE: Duration = Duration::from_secs(20);

/// What a server answers.
#[derive(Debug, Clone)]
enum Answer {
    File(Vec<u8>),
    Status(&'static str),
    /// A body that does not end.
    Endless,
    /// Nothing, ever.
    Silence,
}

/// A server of files; what it does not have is `missing`.
struct Server {
    address: String,
    asked: Arc<AtomicUsize>,
    files: Arc<Mutex<BTreeMap<String, Answer>>>,
}

impl Server {
    fn new(repository: &Signed, missing: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(AtomicUsize::new(0));
        let files = Arc::new(Mutex::new(BTreeMap::new()));
        let server = Self { address, asked: Arc::clone(&asked), files: Arc::clone(&files) };
        server.serve(repository);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(stream) = stream else { return };
                asked.fetch_add(1, Ordering::Relaxed);
                let files = Arc::clone(&files);
                std::thread::spawn(move || answer(stream, &files, missing));
            }
        });
        server
    }

    fn serve(&self, repository: &Signed) {
        let files = repository.files().into_iter().map(|(way, it)| (way, Answer::File(it)));
        *self.files.lock().unwrap() = files.collect();
    }

    fn replace(&self, way: &str, answer: Answer) {
        self.files.lock().unwrap().insert(way.to_owned(), answer);
    }
}

/// Answers one question; whoever asked may be gone by then.
fn answer(mut stream: TcpStream, files: &Mutex<BTreeMap<String, Answer>>, missing: &'static str) {
    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
    let Some(Ok(first)) = lines.next() else { return };
    while lines.next().is_some_and(|it| it.is_ok_and(|it| !it.is_empty())) {}
    let way = first.split(' ').nth(1).unwrap_or_default().trim_start_matches('/').to_owned();
    let found = files.lock().unwrap().get(&way).cloned();
    let close = "Connection: close\r\n";
    let _ = match found.unwrap_or(Answer::Status(missing)) {
        Answer::File(bytes) => {
            let head = format!("HTTP/1.1 200 OK\r\n{close}Content-Length: {}\r\n\r\n", bytes.len());
            stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&bytes))
        }
        Answer::Status(status) => stream
            .write_all(format!("HTTP/1.1 {status}\r\n{close}Content-Length: 0\r\n\r\n").as_bytes()),
        Answer::Endless => {
            let mut outcome =
                stream.write_all(format!("HTTP/1.1 200 OK\r\n{close}\r\n").as_bytes());
            while outcome.is_ok() {
                outcome = stream.write_all(&[b' '; 4096]);
            }
            outcome
        }
        Answer::Silence => {
            std::thread::sleep(Duration::from_mins(1));
            Ok(())
        }
    };
}

/// A repository on this machine, with a cache of its own.
struct Place {
    server: Server,
    folder: TempDir,
    root: PathBuf,
}

impl Place {
    fn new(repository: &Signed) -> Self {
        Self::with(repository, "404 Not Found")
    }

    fn with(repository: &Signed, missing: &'static str) -> Self {
        let folder = TempDir::new().unwrap();
        let root = folder.path().join("root.json");
        std::fs::write(&root, repository.first_root()).unwrap();
        Self { server: Server::new(repository, missing), folder, root }
    }

    fn repository(&self) -> Repository {
        let cache = self.folder.path().join("cache");
        Repository::new(Some(&self.server.address), Some(&self.root), &cache).unwrap()
    }

    /// Why an update fails; what was known before is known after.
    fn refusal(&self) -> String {
        let before = self.repository().known().unwrap();
        let error = self.repository().update(NOW + 60, PATIENCE).unwrap_err();
        assert_eq!(self.repository().known().unwrap(), before);
        format!("{error:#}")
    }
}

#[test]
fn what_a_repository_says_is_learned_and_kept() {
    for missing in ["404 Not Found", "403 Forbidden"] {
        let signed = Signed::new();
        let place = Place::with(&signed, missing);
        assert_eq!(place.repository().known().unwrap(), None);
        let learned = place.repository().update(NOW, PATIENCE).unwrap();
        assert_eq!(learned.trusted_root, signed.trusted_root);
        assert!(learned.trust().is_ok());
        let asked = place.server.asked.load(Ordering::Relaxed);
        assert_eq!(asked, 5, "the next root, timestamp, snapshot, targets, and the trusted root");
        assert_eq!(place.repository().known().unwrap(), Some(learned));
        assert_eq!(
            place.server.asked.load(Ordering::Relaxed),
            asked,
            "what is known is not asked for"
        );
        let mut later = Signed::new();
        later.version = 2;
        later.rotate(true);
        place.server.serve(&later);
        assert_eq!(place.repository().update(NOW + 60, PATIENCE).unwrap().updated, NOW + 60);
    }
}

#[cfg(unix)]
#[test]
fn what_is_kept_is_for_the_user_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::new(&Signed::new());
    place.repository().update(NOW, PATIENCE).unwrap();
    let kept: Vec<_> = std::fs::read_dir(place.folder.path().join("cache")).unwrap().collect();
    assert_eq!(kept.len(), 1, "one file, and none that is half of it");
    for entry in kept {
        assert_eq!(entry.unwrap().metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn a_repository_that_must_not_be_trusted_changes_nothing() {
    let place = Place::new(&Signed::new());
    let mut later = Signed::new();
    later.version = 3;
    place.server.serve(&later);
    place.repository().update(NOW, PATIENCE).unwrap();

    let mut expired = later.clone();
    expired.version = 4;
    expired.expire("timestamp");
    place.server.serve(&expired);
    assert!(place.refusal().contains("timestamp ended on 2026-11-27"), "{}", place.refusal());

    place.server.serve(&Signed::new());
    assert!(place.refusal().contains("gone back to an earlier state"), "{}", place.refusal());

    let mut unsigned = later.clone();
    unsigned.version = 4;
    unsigned.unsign("snapshot");
    place.server.serve(&unsigned);
    assert!(place.refusal().contains("1 of the 2 signatures"), "{}", place.refusal());

    let mut forged = later.clone();
    forged.version = 4;
    forged.trusted_root = forged.trusted_root.replace("2021", "2022");
    let changed = forged.trusted_root.clone();
    forged.replace_target(|_| changed.replace("2022", "2023"));
    place.server.serve(&forged);
    assert!(place.refusal().contains("not what was signed for"), "{}", place.refusal());

    place.server.serve(&later);
    assert!(place.repository().update(NOW + 60, PATIENCE).is_ok());
}

#[test]
fn an_answer_that_does_not_end_or_does_not_come_is_given_up() {
    let begun = Instant::now();
    for way in ["2.root.json", "timestamp.json", "1.snapshot.json", "1.targets.json"] {
        let place = Place::new(&Signed::new());
        place.server.replace(way, Answer::Endless);
        let refusal = place.refusal();
        assert!(refusal.contains(way) && refusal.contains("it is larger than"), "{refusal}");
    }
    assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
    let place = Place::new(&Signed::new());
    place.server.replace("timestamp.json", Answer::Silence);
    let error = place.repository().update(NOW, Duration::from_millis(700)).unwrap_err().to_string();
    assert!(error.contains("timestamp.json") && error.contains("did not answer"), "{error}");
}

#[test]
fn a_server_that_fails_or_is_gone_is_named() {
    let place = Place::new(&Signed::new());
    place.server.replace("timestamp.json", Answer::Status("401 Unauthorized"));
    let refusal = place.refusal();
    assert!(refusal.contains(&place.server.address) && refusal.contains("401"), "{refusal}");
    place.server.replace("timestamp.json", Answer::Status("404 Not Found"));
    assert!(place.refusal().contains("timestamp.json not found"), "{}", place.refusal());
    let gone = Repository::new(Some("http://127.0.0.1:9"), Some(&place.root), place.folder.path())
        .unwrap();
    let error = gone.update(NOW, PATIENCE).unwrap_err().to_string();
    assert!(error.starts_with("http://127.0.0.1:9: "), "{error}");
}

#[test]
fn a_repository_of_ones_own_needs_its_root() {
    let place = Place::new(&Signed::new());
    let mirror = Some(place.server.address.as_str());
    let mut other = Signed::new();
    other.rotate(false);
    place.server.serve(&other);
    place.server.replace("17.root.json", Answer::File(other.root(17, true)));
    let without = Repository::new(mirror, None, place.folder.path()).unwrap();
    let error = without.update(NOW, PATIENCE).unwrap_err().to_string();
    assert!(error.contains("--tuf-root FILE"), "{error}");
    let nowhere = place.folder.path().join("none.json");
    let error = Repository::new(mirror, Some(&nowhere), place.folder.path()).unwrap_err();
    assert!(format!("{error:#}").contains("none.json"), "{error:#}");
}

#[test]
fn what_was_kept_and_cannot_be_read_is_named() {
    let place = Place::new(&Signed::new());
    place.repository().update(NOW, PATIENCE).unwrap();
    let cache = place.folder.path().join("cache");
    let file = std::fs::read_dir(&cache).unwrap().next().unwrap().unwrap().path();
    for text in
        ["", "{}", "null", "{\"updated\": 1, \"trustedRoot\": \"{}\", \"metadata\": {}, \"x\": 1}"]
    {
        std::fs::write(&file, text).unwrap();
        for error in [
            place.repository().known().unwrap_err(),
            place.repository().update(NOW, PATIENCE).unwrap_err(),
        ] {
            assert!(format!("{error:#}").contains("remove it, and update again"), "{error:#}");
        }
    }
    std::fs::remove_file(&file).unwrap();
    assert!(place.repository().update(NOW, PATIENCE).is_ok());
}

#[test]
fn only_https_and_this_machine_are_asked() {
    for (url, is_allowed) in [
        ("https://tuf.example", true),
        ("HTTPS://tuf.example/a/b", true),
        ("http://127.0.0.1:8080", true),
        ("http://localhost/tuf", true),
        ("http://[::1]:80/x", true),
        ("http://tuf.example", false),
        ("http://127.0.0.1.evil.example", false),
        ("http://localhost@evil.example", false),
        ("http://127.0.0.1:80@evil.example/", false),
        ("https://user:secret@tuf.example", false),
        ("https://", false),
        ("https://tuf.example?x=", false),
        ("https://tuf.example#", false),
        ("file:///etc", false),
        ("", false),
    ] {
        assert_eq!(is_safe(url), is_allowed, "{url}");
    }
    assert!(!is_loopback("https://127.0.0.1"));
    assert!(Repository::new(Some("http://tuf.example"), None, &folder().unwrap()).is_err());
}
