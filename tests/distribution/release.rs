//! A release on a server of this machine, with an archive for every platform.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

/// The version of the release.
pub(crate) const VERSION: &str = "0.1.0";

/// The platforms whose archives are made with tar.
const PLATFORMS: [&str; 4] = ["linux-amd64", "linux-arm64", "darwin-amd64", "darwin-arm64"];

/// A folder of releases, served until the test ends.
pub(crate) struct Release {
    folder: tempfile::TempDir,
    /// The address of the folder that holds a folder for each release.
    pub(crate) address: String,
}

impl Release {
    /// Packs the command under test and serves it.
    pub(crate) fn serve() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let release = folder.path().join(format!("v{VERSION}"));
        fs::create_dir(&release).unwrap();
        // The command itself has 100 MB in a build for tests, so the archive has one that calls it. It
        // keeps a list of its calls, because some tests want that there is none.
        let calls = folder.path().join("calls");
        let command = env!("CARGO_BIN_EXE_kubectl-harden");
        let script =
            format!("#!/bin/sh\necho \"$@\" >>'{}'\nexec '{command}' \"$@\"\n", calls.display());
        let packed = folder.path().join("kubectl-harden");
        fs::write(&packed, script).unwrap();
        fs::set_permissions(&packed, fs::Permissions::from_mode(0o755)).unwrap();
        for platform in PLATFORMS {
            let archive = release.join(format!("kubectl-harden-v{VERSION}-{platform}.tar.gz"));
            let mut tar = Command::new("tar");
            tar.arg("-czf").arg(archive).arg("-C").arg(folder.path()).arg("kubectl-harden");
            assert!(tar.status().unwrap().success());
        }
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let served = folder.path().to_owned();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                answer(stream, &served);
            }
        });
        Self { folder, address }
    }

    /// The lines of the release's SHA256SUMS.
    pub(crate) fn sums(&self) -> String {
        let release = self.folder.path().join(format!("v{VERSION}"));
        let names = PLATFORMS.map(|it| format!("kubectl-harden-v{VERSION}-{it}.tar.gz"));
        let mut command = Command::new("sha256sum");
        let sums = command.args(names).current_dir(release).output().unwrap();
        assert!(sums.status.success());
        String::from_utf8(sums.stdout).unwrap()
    }

    /// The digest of a platform's archive.
    pub(crate) fn digest(&self, platform: &str) -> String {
        let sums = self.sums();
        let line = sums.lines().find(|it| it.contains(platform)).unwrap();
        line.split(' ').next().unwrap().to_owned()
    }

    /// How often a command out of an archive was run.
    pub(crate) fn calls(&self) -> usize {
        fs::read_to_string(self.folder.path().join("calls")).unwrap_or_default().lines().count()
    }
}

/// Answers one request for a file.
fn answer(mut stream: TcpStream, folder: &Path) {
    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
    let request = lines.next().unwrap_or_default();
    let _headers = lines.take_while(|it| !it.is_empty()).count();
    let path = request.split(' ').nth(1).unwrap_or_default().trim_start_matches('/');
    let file: PathBuf = folder.join(path);
    let (status, body) = match fs::read(file) {
        Ok(body) if !path.contains("..") => ("200 OK", body),
        _ => ("404 Not Found", Vec::new()),
    };
    let head =
        format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    // A client that has gone away is its own test's matter.
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body));
}
