//! A control plane that runs as long as its value lives.

use std::env;
use std::fmt;
use std::io::{self, BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::OnceLock;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::binary::binary;
use crate::build::build_runner;
use crate::need::Need;
use crate::options::Options;
use crate::requirement::{MISSING, skip};

/// How long a control plane may take to end before it is killed.
const GRACE: Duration = Duration::from_secs(40);

/// etcd, kube-apiserver and kube-controller-manager on loopback ports of their own.
///
/// Dropping it ends them and removes what they wrote; so does the end of the test process.
#[derive(Debug)]
pub struct ControlPlane {
    pub(crate) programs: Programs,
    kubeconfig: PathBuf,
    process: Child,
    /// The runner ends when this closes.
    stdin: Option<ChildStdin>,
    _stdout: BufReader<ChildStdout>,
}

/// Why a control plane did not start: what the runner said, with the end of the log of the
/// component that failed.
#[derive(Debug)]
pub struct StartError(String);

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for StartError {}

impl From<io::Error> for StartError {
    fn from(error: io::Error) -> Self {
        Self(error.to_string())
    }
}

impl ControlPlane {
    /// The control plane that all tests of this process share, started by the first; `None` where
    /// there is none.
    ///
    /// # Panics
    ///
    /// It does not start, or there is none where one is required.
    pub fn shared() -> Option<&'static Self> {
        static SHARED: OnceLock<Result<Option<ControlPlane>, String>> = OnceLock::new();
        let shared = SHARED.get_or_init(|| match Programs::find() {
            Ok(programs) => match Self::launch(programs, &Options::default()) {
                Ok(plane) => Ok(Some(plane)),
                Err(error) => panic!("the shared control plane does not start: {error}"),
            },
            Err(reason) => Err(reason),
        });
        match shared {
            Ok(plane) => plane.as_ref(),
            Err(reason) => {
                skip(Need::ControlPlane, reason);
                None
            }
        }
    }

    /// A control plane of a test's own; `None` where there is none.
    ///
    /// # Panics
    ///
    /// It does not start, or there is none where one is required.
    pub fn for_test(options: &Options) -> Option<Self> {
        match Programs::find() {
            Ok(programs) => match Self::launch(programs, options) {
                Ok(plane) => Some(plane),
                Err(error) => panic!("the control plane does not start: {error}"),
            },
            Err(reason) => {
                skip(Need::ControlPlane, &reason);
                None
            }
        }
    }

    /// Starts a control plane and waits until it is ready: the default `ServiceAccount` is there
    /// and the aggregated `ClusterRole`s have their rules.
    ///
    /// # Errors
    ///
    /// There is no control plane to start, a component ends, or it is not ready in time.
    pub fn start(options: &Options) -> Result<Self, StartError> {
        Self::launch(Programs::find().map_err(StartError)?, options)
    }

    fn launch(programs: Programs, options: &Options) -> Result<Self, StartError> {
        let mut process = programs
            .runner()
            .args(options.arguments())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let stdin = process.stdin.take();
        let errors = drain(&mut process);
        let stdout = process.stdout.take().ok_or_else(lost_pipe)?;
        let mut stdout = BufReader::new(stdout);
        let mut line = String::new();
        stdout.read_line(&mut line)?;
        if let Some(kubeconfig) = line.trim_end_matches('\n').strip_prefix("ready ") {
            return Ok(Self {
                programs,
                kubeconfig: kubeconfig.into(),
                process,
                stdin,
                _stdout: stdout,
            });
        }
        drop(stdin);
        let status = process.wait()?;
        let said = errors.join().unwrap_or_default();
        Err(StartError(format!("{} ({status})", said.trim_end())))
    }

    /// The file with the contexts `admin` (current; group system:masters), `alice` (group
    /// dev-team) and `bob` (no group).
    #[must_use]
    pub fn kubeconfig(&self) -> &Path {
        &self.kubeconfig
    }

    /// The directory that holds the programs of this control plane, kubectl among them.
    #[must_use]
    pub fn bin_dir(&self) -> &Path {
        self.programs.directory()
    }
}

impl Drop for ControlPlane {
    fn drop(&mut self) {
        self.stdin = None;
        let start = Instant::now();
        while matches!(self.process.try_wait(), Ok(None)) {
            if start.elapsed() > GRACE {
                let _ = self.process.kill();
                let _ = self.process.wait();
            }
            thread::sleep(Duration::from_millis(10));
        }
    }
}

/// Keeps reading standard error, so that the runner never waits for it.
fn drain(process: &mut Child) -> JoinHandle<String> {
    let stderr = process.stderr.take();
    thread::spawn(move || {
        let mut text = Vec::new();
        if let Some(mut stderr) = stderr {
            let _ = stderr.read_to_end(&mut text);
        }
        String::from_utf8_lossy(&text).into_owned()
    })
}

fn lost_pipe() -> StartError {
    StartError("the runner has no standard output".to_owned())
}

/// What starts a control plane.
#[derive(Debug)]
pub(crate) enum Programs {
    /// The project's own binary.
    Built(PathBuf),
    /// The programs of `KUBEBUILDER_ASSETS` and what runs them.
    Assets { runner: PathBuf, directory: PathBuf },
}

impl Programs {
    /// `KUBEBUILDER_ASSETS` if set, else the cached binary; the error is why there is neither.
    pub(crate) fn find() -> Result<Self, String> {
        if let Some(directory) = env::var_os("KUBEBUILDER_ASSETS").filter(|set| !set.is_empty()) {
            let runner = match binary() {
                Some(binary) => binary,
                None => build_runner().map_err(|error| error.to_string())?,
            };
            let directory = directory.into();
            return Ok(Self::Assets { runner, directory });
        }
        binary().map(Self::Built).ok_or_else(|| MISSING.to_owned())
    }

    fn runner(&self) -> Command {
        match self {
            Self::Built(binary) => {
                let mut command = Command::new(binary);
                command.arg("run");
                command
            }
            Self::Assets { runner, directory } => {
                let mut command = Command::new(runner);
                command.arg("run").arg("--assets").arg(directory);
                command
            }
        }
    }

    /// The program that reads raw values out of etcd.
    pub(crate) fn reader(&self) -> &Path {
        match self {
            Self::Built(program) | Self::Assets { runner: program, .. } => program,
        }
    }

    fn directory(&self) -> &Path {
        match self {
            Self::Built(binary) => binary.parent().unwrap_or(binary),
            Self::Assets { directory, .. } => directory,
        }
    }
}
