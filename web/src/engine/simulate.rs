//! What the API server would answer to pods, in its own words.

use harden_core::kubernetes::MinorVersion;
use harden_core::object::objects;
use harden_core::pod_security::{Standard, Version};
use harden_core::simulate::pod_security::{Options, Simulator};
use harden_yaml::{Lines, Place};

use super::Engine;
use crate::protocol::engine::{CheckAsk, Spot, Verdict};
use crate::units::UnitIndex;

impl Engine {
    /// Answers to every pod, and to every object that makes pods, in the order of the files.
    pub(super) fn simulate(&self, ask: &CheckAsk) -> Result<Vec<Verdict>, String> {
        let level = ask.level.parse().map_err(|error| format!("level: {error}"))?;
        let version =
            MinorVersion::read_known(&ask.version).map_err(|error| format!("version: {error}"))?;
        let standard = Standard { level, version: Version::Pinned(version) };
        let options = Options { standard, server: version, ..Options::default() };
        let mut simulator = Simulator::new(options);
        let texts = self.texts_of(&ask.files);
        let files: Vec<Vec<_>> = texts
            .iter()
            .map(|text| harden_yaml::documents(text).filter(|it| !it.is_rejected()).collect())
            .collect();
        let all = files.iter().flatten().flat_map(|it| objects(it.root()));
        all.for_each(|object| simulator.learn(&object));
        let mut verdicts = Vec::new();
        for (file, (documents, text)) in files.iter().zip(&texts).enumerate() {
            let (lines, units) = (Lines::new(text), UnitIndex::new(text));
            let spot = |place: Place<'_>, label: &str| {
                let span = place.grip();
                let line = lines.position(span.start).line;
                Spot { at: units.units(span), line, label: label.to_owned() }
            };
            for object in documents.iter().flat_map(|it| objects(it.root())) {
                if let Some(answer) = simulator.answer_namespace(&object) {
                    let at = spot(object.place, "");
                    verdicts.push(Verdict {
                        object: format!("Namespace {}", answer.name),
                        file,
                        at: at.at,
                        line: at.line,
                        allowed: answer.allowed == Some(true),
                        standard: String::new(),
                        outcome: answer.outcome().to_owned(),
                        text: answer.text,
                        spots: answer.places.into_iter().map(|it| spot(it, "")).collect(),
                    });
                }
                for answer in simulator.answer(&object) {
                    let at = spot(object.place, "");
                    let faults = answer.failures.iter().flat_map(|failure| {
                        failure.faults.iter().map(|fault| spot(fault.place, failure.check.id))
                    });
                    let undecodable = answer.undecodable.iter().map(|it| spot(*it, "wrong type"));
                    let spots = faults.chain(undecodable).collect();
                    verdicts.push(Verdict {
                        object: format!("{} {}/{}", answer.kind, answer.namespace, answer.name),
                        file,
                        at: at.at,
                        line: at.line,
                        allowed: answer.allowed == Some(true),
                        standard: answer.standard.to_string(),
                        text: answer.words().unwrap_or_default().into_owned(),
                        outcome: answer.outcome().to_owned(),
                        spots,
                    });
                }
            }
        }
        Ok(verdicts)
    }
}
