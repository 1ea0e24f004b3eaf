//! Checks files as `kubectl harden check` does.

use std::collections::BTreeMap;
use std::sync::Arc;

use harden_core::check::{Checker, Coverage, Settings, SourceText};
use harden_core::finding::{self, ObjectName};
use harden_core::schema::Crds;
use harden_core::{ignore, rules};

use super::units::UnitIndex;
use super::{Engine, LastCheck};
use crate::protocol::{CheckAsk, Checked, Finding, Spot};

/// Kinds of object that are made of secrets.
const CONFIDENTIAL: [&str; 2] = ["Secret", "EncryptionConfiguration"];

impl Engine {
    /// Checks files; the texts stay for [`Engine::mend`].
    pub(super) fn check(&mut self, ask: CheckAsk) -> Result<Checked, String> {
        let texts = self.texts_of(&ask.files);
        let checker = Checker::new(settings(&ask, &texts)?);
        let sources: Vec<_> =
            texts.iter().enumerate().map(|(index, text)| SourceText::new(index, text)).collect();
        let mut judged: Vec<_> = sources.iter().map(|it| checker.judge(it)).collect();
        let mut findings = checker.conclude(&judged, &sources);
        let (mut coverage, mut ignores) = (Coverage::default(), Vec::new());
        for judged in &mut judged {
            coverage.add(&judged.coverage);
            findings.append(&mut judged.findings);
            ignores.append(&mut judged.ignores);
        }
        let place = |it: &finding::Finding| (it.source, it.spots.first().map(|it| it.span.start));
        findings.sort_by(|a, b| place(a).cmp(&place(b)).then_with(|| a.rule.id.cmp(b.rule.id)));
        let unused = ignore::apply(&mut findings, &ignores);
        let answer = Checked {
            read: coverage.objects,
            foreign: coverage.foreign,
            broken: coverage.broken,
            levels: coverage.levels,
            unused: unused.iter().map(sentence).collect(),
            has_secrets: coverage.kinds.keys().any(|it| CONFIDENTIAL.contains(&it.as_str())),
            ..wire(&findings, &texts)
        };
        self.last = LastCheck { files: ask.files, findings };
        Ok(answer)
    }
}

/// The settings that the command would use for the same files.
fn settings(ask: &CheckAsk, texts: &[&str]) -> Result<Settings, String> {
    let version = ask.version.parse::<harden_core::pod_security::Version>();
    let newest = Settings::default().version;
    let mut settings = Settings {
        level: ask.level.parse().map_err(|error| format!("level: {error}"))?,
        version: version.map_err(|error| format!("version: {error}"))?.effective(newest),
        ..Settings::default()
    };
    texts.iter().for_each(|text| settings.namespaces.learn(text));
    let definitions = texts.iter().filter(|it| it.contains("CustomResourceDefinition"));
    let documents: Vec<_> = definitions.flat_map(|it| harden_yaml::documents(it)).collect();
    settings.crds = Arc::new(Crds::read(&documents));
    Ok(settings)
}

fn sentence(unused: &ignore::Unused) -> String {
    let line = unused.ignore.line.map(|line| format!(" of line {line}")).unwrap_or_default();
    format!("ignore[{}]{line}: {}", unused.ignore.rules.join(", "), unused.why)
}

fn wire(findings: &[finding::Finding], texts: &[&str]) -> Checked {
    let mut checked = Checked::default();
    let places: BTreeMap<&str, usize> =
        rules::all().enumerate().map(|(place, rule)| (rule.id, place)).collect();
    let indices: Vec<_> = texts.iter().map(|text| UnitIndex::new(text)).collect();
    let mut objects: BTreeMap<&ObjectName, usize> = BTreeMap::new();
    for finding in findings {
        let Some(index) = indices.get(finding.source) else { continue };
        let object = finding.object.as_deref().map(|object| {
            *objects.entry(object).or_insert_with(|| {
                checked.objects.push(object.to_string());
                checked.objects.len() - 1
            })
        });
        let spots = finding.spots.iter().map(|spot| Spot {
            at: index.units(spot.span),
            line: spot.start.line,
            label: spot.label.clone(),
        });
        checked.findings.push(Finding {
            rule: places.get(finding.rule.id).copied().unwrap_or_default(),
            file: finding.source,
            object,
            message: finding.message.clone(),
            spots: spots.collect(),
            ignored: finding.ignored.as_ref().map(|it| it.reason.clone()),
        });
    }
    checked
}
