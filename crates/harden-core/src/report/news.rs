//! What changed since the check before, for who watches: a line each, or one document.

use std::io::{self, Write};

use super::escape::Plain;
use super::json;
use super::text::{Paint, severity_style};
use super::{Format, Report};
use crate::check::Incomplete;
use crate::comparison::Comparison;
use crate::finding::{Finding, Severity};

/// What changed since the check before.
#[derive(Debug, Clone, Copy)]
pub struct News<'a> {
    /// The report of now, whose findings are compared with those of before.
    pub report: Report<'a>,
    /// What came of that.
    pub comparison: &'a Comparison,
}

impl<'a> News<'a> {
    /// The formats in which news are written.
    pub const FORMATS: [&'static str; 3] = ["text", "wide", "json"];

    /// Whether there is nothing to say.
    pub fn is_empty(&self) -> bool {
        self.found().next().is_none()
            && self.comparison.absent.is_empty()
            && self.lacks().next().is_none()
            && self.restored().next().is_none()
    }

    /// Writes what changed: with `json` one document in one line, else a line each.
    pub fn write(&self, format: Format, colour: bool, out: &mut dyn Write) -> io::Result<()> {
        if format.name == "json" {
            return json::write_news(self, out);
        }
        let paint = Paint(colour);
        let time = self.report.now.unwrap_or_default();
        let mut line = |what: &str, severity: Severity, rule: &str, about: &str| {
            let rule = format!("{}[{}]", severity.name(), Plain(rule));
            let rule = paint.on(severity_style(severity), &rule);
            writeln!(out, "{time} {what} {rule}{}", Plain(about))
        };
        let about = |object: Option<String>, message: &str| {
            object.map_or_else(|| format!(": {message}"), |it| format!(" {it}: {message}"))
        };
        for it in self.found() {
            let object = it.object.as_ref().map(ToString::to_string);
            line("new", it.about.severity, &it.about.id, &about(object, &it.message))?;
        }
        for it in &self.comparison.absent {
            let known = &it.known;
            let object = known.object.as_ref().map(ToString::to_string);
            let about = about(object, &known.message);
            line(it.fate.words(), known.severity, &known.rule, &about)?;
        }
        let lacks = self.lacks().map(|it| ("incomplete", format!("{}: {}", it.what, it.why)));
        let restored = self.restored().map(|it| ("complete again", it.what.clone()));
        for (what, text) in lacks.chain(restored) {
            let what = paint.on(severity_style(Severity::Medium), what);
            writeln!(out, "{time} {what}: {}", Plain(&text))?;
        }
        Ok(())
    }

    /// The findings that count and are new.
    pub(super) fn found(&self) -> impl Iterator<Item = &'a Finding> + use<'a> {
        let findings = self.report.findings.iter();
        findings.filter(|it| it.ignored.is_none() && !it.is_unchanged())
    }

    /// What cannot be read or checked any more.
    pub(super) fn lacks(&self) -> impl Iterator<Item = &'a Incomplete> + use<'a> {
        let before = &self.comparison.incomplete;
        self.report.incomplete.iter().filter(|it| !before.contains(it))
    }

    /// What could not be read or checked before, and can.
    pub(super) fn restored(&self) -> impl Iterator<Item = &'a Incomplete> + use<'a> {
        let now = self.report.incomplete;
        let is_there = |what: &str| now.iter().any(|it| it.what == what);
        self.comparison.incomplete.iter().filter(move |it| !is_there(&it.what))
    }
}

#[cfg(test)]
mod tests {
    use crate::check::{Outcome, Settings, check};
    use crate::comparison::Earlier;
    use crate::report::{Format, News, Report};
    use crate::rules;

    fn settings() -> Settings {
        Settings::new(rules::find("privileged-container"))
    }

    fn judge(texts: &[&str]) -> Outcome<'static> {
        check(settings(), texts.iter().map(|it| (*it).to_owned()))
    }

    fn pod(name: &str, is_privileged: bool) -> String {
        format!(
            "{{apiVersion: v1, kind: Pod, metadata: {{name: {name}, namespace: shop}}, spec: {{containers: \
             [{{name: a, image: b, securityContext: {{privileged: {is_privileged}}}}}]}}}}"
        )
    }

    fn news(before: &Outcome<'_>, now: &mut Outcome<'_>, format: &str) -> String {
        let comparison = Earlier::of(before).compare(now, |_| true);
        let report = Report { now: Some("T"), ..Report::of(now, &settings(), &[]) };
        let news = News { report, comparison: &comparison };
        let mut out = Vec::new();
        news.write(Format::find(format).unwrap(), false, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(format == "json" || news.is_empty() == text.is_empty(), "{text}");
        text
    }

    #[test]
    fn what_came_and_what_went_has_a_line_each() {
        let (bad, other, good) = (pod("a", true), pod("b", true), pod("a", false));
        let text = news(&judge(&[&bad]), &mut judge(&[&good, &other]), "text");
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines.len(), 2, "{text}");
        assert!(
            lines[0].starts_with("T new critical[privileged-container] Pod shop/b: "),
            "{text}"
        );
        assert!(
            lines[1].starts_with("T gone critical[privileged-container] Pod shop/a: "),
            "{text}"
        );
        assert_eq!(news(&judge(&[&bad]), &mut judge(&[&bad]), "wide"), "");
    }

    #[test]
    fn what_cannot_be_read_any_more_is_said_once() {
        let bad = pod("a", true);
        let text = news(&judge(&[&bad]), &mut judge(&[&bad, "{a: b: c"]), "text");
        assert!(text.starts_with("T incomplete: input-1"), "{text}");
        let text = news(&judge(&[&bad, "{a: b: c"]), &mut judge(&[&bad]), "text");
        assert!(text.starts_with("T complete again: input-1"), "{text}");
    }

    #[test]
    fn programs_read_one_document_in_one_line() {
        let (bad, other) = (pod("a", true), pod("b", true));
        let text = news(&judge(&[&bad]), &mut judge(&[&other]), "json");
        assert_eq!(text.lines().count(), 1, "{text}");
        let it: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(it["version"], "v1");
        assert_eq!(it["time"], "T");
        assert_eq!(it["new"][0]["object"]["name"], "b");
        assert_eq!(it["absent"][0]["object"]["name"], "a");
        assert_eq!(it["absent"][0]["status"], "gone");
        assert_eq!(it["summary"]["findings"], 1);
    }
}
