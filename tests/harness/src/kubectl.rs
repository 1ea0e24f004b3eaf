//! Speaking to a control plane with its own kubectl.

use std::ffi::OsStr;
use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use crate::binary::binary;
use crate::control_plane::ControlPlane;

impl ControlPlane {
    /// kubectl with the kubeconfig of this control plane, nothing on `PATH` but its programs, and
    /// no state of the user.
    pub fn kubectl<I, S>(&self, arguments: I) -> Command
    where
        I: IntoIterator<Item = S>,
        S: AsRef<OsStr>,
    {
        let own = self.bin_dir().join("kubectl");
        let program = match binary() {
            Some(binary) if !own.exists() => binary.with_file_name("kubectl"),
            _ => own,
        };
        let mut command = Command::new(program);
        command
            .args(arguments)
            .env("KUBECONFIG", self.kubeconfig())
            .env("KUBECACHEDIR", self.kubeconfig().with_file_name("kubectl-cache"))
            .env("KUBERC", "off")
            .env("PATH", self.bin_dir())
            .stdin(Stdio::null());
        command
    }

    /// What kubectl prints on standard output.
    ///
    /// # Panics
    ///
    /// It fails; the message is its output.
    pub fn kubectl_ok<I, S>(&self, arguments: I) -> String
    where
        I: IntoIterator<Item = S>,
        S: AsRef<OsStr>,
    {
        let mut command = self.kubectl(arguments);
        let output = run(&mut command, "");
        succeeded(&command, &output)
    }

    /// Applies manifests, strictly validated, and returns what kubectl prints.
    ///
    /// # Panics
    ///
    /// One of them is rejected; the message is kubectl's output.
    pub fn apply(&self, yaml: &str) -> String {
        succeeded(&self.kubectl(APPLY), &self.try_apply(yaml))
    }

    /// Applies manifests, strictly validated, of which some may be rejected.
    pub fn try_apply(&self, yaml: &str) -> Output {
        let output = run(&mut self.kubectl(APPLY), yaml);
        // kubectl looks first and creates then: in between, another test may have made the same.
        let is_late = String::from_utf8_lossy(&output.stderr).contains("(AlreadyExists)");
        if is_late { run(&mut self.kubectl(APPLY), yaml) } else { output }
    }

    /// The bytes that etcd holds under a key such as `/registry/secrets/NAMESPACE/NAME`.
    ///
    /// # Panics
    ///
    /// There is no such key.
    pub fn stored(&self, key: &str) -> Vec<u8> {
        let mut command = Command::new(self.programs.reader());
        command.args(["etcd-get", key]).env("KUBECONFIG", self.kubeconfig());
        let output = run(&mut command, "");
        succeeded(&command, &output);
        output.stdout
    }
}

const APPLY: [&str; 4] = ["apply", "--validate=strict", "-f", "-"];

fn run(command: &mut Command, input: &str) -> Output {
    let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = match child {
        Ok(child) => child,
        Err(error) => panic!("{command:?}: {error}"),
    };
    // kubectl reads all of its input before it prints; it may also end without reading it.
    if let Some(mut stdin) = child.stdin.take() {
        let _ = stdin.write_all(input.as_bytes());
    }
    match child.wait_with_output() {
        Ok(output) => output,
        Err(error) => panic!("{command:?}: {error}"),
    }
}

fn succeeded(command: &Command, output: &Output) -> String {
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{command:?}: {}\n{stdout}{}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    stdout
}
