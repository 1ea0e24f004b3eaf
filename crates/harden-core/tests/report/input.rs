//! The input that the gallery shows.

use harden_core::check::{Incomplete, Outcome, Settings, check};
use harden_core::finding::Finding;
use harden_core::kubernetes::{Level, MinorVersion};
use harden_core::report::{Report, ReportSource, View};
use harden_core::rules;

/// Its sources, by name.
pub(crate) const SOURCES: [(&str, &str); 3] =
    [("k8s/web.yaml", WEB), ("k8s/nightly report.yaml", NIGHTLY), ("k8s/service.yaml", SERVICE)];

const WEB: &str = r"apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: team-a
spec:
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
      - name: app
        image: registry.example.com/web:1.4.2
        securityContext:
          privileged: true # needs /dev/fuse
        env:
        - name: DATABASE_PASSWORD
          value: correct-horse-battery-staple
      - name: log-shipper
        image: registry.example.com/log-shipper:latest
        securityContext:
          readOnlyRootFilesystem: true
";

const NIGHTLY: &str = r"apiVersion: batch/v1
kind: CronJob
metadata:
  name: nightly
  namespace: team-a
  annotations:
    harden.kubectl.io/ignore.writable-root-file-system: writes its report to /out
spec:
  schedule: 0 3 * * *
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          containers:
          - name: report
            image: registry.example.com/report:latest
";

const SERVICE: &str = "apiVersion: v1
kind: Service
metadata:
  name: web
  namespace: team-a
spec:
  selector: {app: web}
  ports:
  - port: 80
";

/// A report and what it borrows.
pub(crate) struct Input {
    outcome: Outcome<'static>,
}

impl Input {
    /// Checks the sources with a few rules of every kind of severity.
    pub(crate) fn new() -> Self {
        let rules = [
            "privileged-container",
            "secret-in-environment",
            "writable-root-file-system",
            "mutable-image-tag",
        ];
        let settings = Settings::new(rules.map(|id| rules::find(id).unwrap()));
        let mut outcome = check(settings, SOURCES.map(|(_, text)| text));
        assert!(outcome.unused.is_empty());
        outcome.incomplete.push(Incomplete {
            what: "secrets in team-b".to_owned(),
            why: "forbidden: User \"ci\" cannot list resource \"secrets\"".to_owned(),
        });
        Self { outcome }
    }

    /// What all rules say of a text, ignores left aside.
    pub(crate) fn of(text: &str) -> Self {
        let settings = Settings { reads_ignores: false, ..Settings::new(rules::all()) };
        let outcome = check(settings, [text.to_owned()]);
        Self { outcome: Outcome { incomplete: Vec::new(), ..outcome } }
    }

    /// The same without any flaw.
    pub(crate) fn sound() -> Self {
        Self::new().with(Vec::new(), Vec::new())
    }

    /// The report, as `read` sees it.
    pub(crate) fn report<T>(&self, read: impl FnOnce(&Report<'_>) -> T) -> T {
        let sources =
            SOURCES.map(|(name, text)| ReportSource { name, text: Some(text), is_checked: true });
        self.report_of(&sources, read)
    }

    /// The report on these sources.
    pub(crate) fn report_of<T>(
        &self,
        sources: &[ReportSource<'_>],
        read: impl FnOnce(&Report<'_>) -> T,
    ) -> T {
        let Outcome { findings, coverage, incomplete, abouts, .. } = &self.outcome;
        read(&Report {
            version: "0.1.0",
            now: Some("2026-11-23T08:00:00Z"),
            sources,
            findings,
            level: Level::Restricted,
            kubernetes_version: MinorVersion::NEWEST_KNOWN,
            rules: abouts,
            coverage,
            incomplete,
            view: View::default(),
        })
    }

    /// The same with these findings.
    pub(crate) fn with(self, findings: Vec<Finding>, incomplete: Vec<Incomplete>) -> Self {
        Self { outcome: Outcome { findings, incomplete, ..self.outcome } }
    }
}
