//! What the page changes is what `kubectl harden fix` changes, byte for byte.

use harden_core::check::{Outcome, Settings, check as judge};
use harden_core::cluster::Random;
use harden_core::finding::{Finding, Safety};
use harden_core::fix::{Choice, Existing, fix};
use harden_core::kubernetes::{Date, Level, MinorVersion};
use harden_core::rules;

use super::*;
use crate::protocol::workbench::{Answer as Made, Ask as Do, FixAsk, Fixed};
use crate::workbench::{Machine, Workbench};

#[derive(Debug)]
struct Nothing;

impl Machine for Nothing {
    fn today(&self) -> Option<Date> {
        None
    }

    fn random(&self, _: usize) -> Option<Random> {
        None
    }
}

/// The page's two workers, over the same texts.
struct Page {
    engine: Engine,
    workbench: Workbench,
    texts: Vec<String>,
    checked: Checked,
}

impl Page {
    fn of(texts: &[&str]) -> Self {
        let mut engine = Engine::default();
        for (file, text) in (0..).zip(texts) {
            engine.put(file, (*text).to_owned());
        }
        let files: Vec<_> = (0..).take(texts.len()).collect();
        let ask_check = CheckAsk {
            names: files.iter().map(|it| format!("{it}.yaml")).collect(),
            files,
            level: "restricted".to_owned(),
            version: "latest".to_owned(),
            filter: filter(10_000),
        };
        let Ok(Answer::Checked(checked)) = ask(&mut engine, Ask::Check(ask_check)) else {
            panic!()
        };
        let texts = texts.iter().map(|it| (*it).to_owned()).collect();
        let workbench = Workbench::new(Box::new(Nothing));
        Self { engine, workbench, texts, checked: *checked }
    }

    fn fixed(&mut self, aim: Aim) -> Fixed {
        let shows = matches!(aim, Aim::One(_));
        let Planned { files, plan, .. } = plan(&mut self.engine, aim);
        for file in &files {
            self.workbench.put(*file, self.texts[*file as usize].clone());
        }
        match self.workbench.answer(Do::Fix(FixAsk { files, plan, shows })) {
            Ok(Made::Fixed(fixed)) => fixed,
            other => panic!("{other:?}"),
        }
    }

    /// All texts with the changes of an answer, made as a browser makes them.
    fn changed(&self, fixed: &Fixed) -> Vec<String> {
        let mut texts = self.texts.clone();
        for file in &fixed.files {
            let text = &mut texts[file.file as usize];
            let mut units: Vec<u16> = text.encode_utf16().collect();
            for (ends, with) in file.ends.chunks_exact(2).zip(&file.texts).rev() {
                units.splice(ends[0] as usize..ends[1] as usize, with.encode_utf16());
            }
            *text = String::from_utf16(&units).expect("text");
        }
        texts
    }
}

/// What the command makes of the same texts, which it checked.
fn commanded(
    outcome: &Outcome<'_>,
    texts: &[&str],
    safe_only: bool,
    wants: &(dyn Fn(usize, &Finding) -> bool + Sync),
) -> Vec<String> {
    let existing = Existing::in_outcome(outcome);
    let version = MinorVersion::NEWEST_KNOWN;
    let choice = Choice { safe_only, wants, version, existing: &existing, user: None };
    let mut all: Vec<_> = texts.iter().map(|it| (*it).to_owned()).collect();
    for fixed in fix(outcome, &choice) {
        all[fixed.source] = fixed.text;
    }
    all
}

fn assert_as_the_command(texts: &[&str]) -> usize {
    let outcome = judge(Settings::new(rules::usual()), texts.iter().copied());
    let mut page = Page::of(texts);
    let keys: Vec<_> = page.checked.listing.findings.iter().map(|it| it.key.clone()).collect();
    let mut made = 0;
    for (place, key) in keys.into_iter().enumerate() {
        let fixed = page.fixed(Aim::One(key.clone()));
        made += usize::from(!fixed.files.is_empty());
        assert_eq!(
            page.changed(&fixed),
            commanded(&outcome, texts, false, &|it, _| it == place),
            "{key:?}"
        );
        let shown = fixed.files.iter().all(|it| !it.hunks.is_empty());
        assert!(shown, "{key:?}");
    }
    let fixed = page.fixed(Aim::Safe);
    assert_eq!(page.changed(&fixed), commanded(&outcome, texts, true, &|_, _| true));
    let fixed = page.fixed(Aim::Level);
    let is_standard = |_: usize, it: &Finding| it.about.level.is_some();
    assert_eq!(page.changed(&fixed), commanded(&outcome, texts, false, &is_standard));
    made
}

const FLOW: &str = "\
# é😀 kept
apiVersion: v1
kind: Pod
metadata: {name: web}
spec: {hostNetwork: true, containers: [{name: app, image: a, securityContext: {privileged: true}}]} # kept
";

const JSON: &str = r#"{
  "apiVersion": "v1", "kind": "Pod",
  "metadata": {"name": "é😀"},
  "spec": {
    "containers": [
      {"name": "app", "image": "a", "securityContext": {"privileged": true}}
    ]
  }
}
"#;

#[test]
fn every_example_is_changed_as_by_the_command() {
    let made: usize = rules::all().map(|it| assert_as_the_command(&[it.bad])).sum();
    assert!(made > 100, "{made}");
}

#[test]
fn several_files_in_every_style_are_changed_as_by_the_command() {
    let made = assert_as_the_command(&[POD, FLOW, JSON, "a: 1\n", &format!("{POD}---\n{FLOW}")]);
    assert!(made > 10, "{made}");
}

#[test]
fn a_finding_that_is_ignored_is_not_mended() {
    let text = POD.replace(
        "      privileged: true",
        "      # harden: ignore[privileged-container] a driver\n      privileged: true",
    );
    let mut page = Page::of(&[&text]);
    let ignored = page.checked.listing.findings.iter().find(|it| it.ignored.is_some());
    let key = ignored.expect("ignored").key.clone();
    assert!(plan(&mut page.engine, Aim::One(key)).files.is_empty());
    for aim in [Aim::Safe, Aim::Level] {
        let fixed = page.fixed(aim);
        assert!(page.changed(&fixed)[0].contains("privileged: true"));
    }
}

#[test]
fn a_check_counts_what_can_be_mended() {
    let page = Page::of(&[POD, FLOW]);
    let outcome = judge(Settings::new(rules::usual()), [POD, FLOW]);
    let mendable = |it: &&Finding| it.fix().is_some();
    let standard = |it: &&Finding| it.about.level.is_some_and(|it| it <= Level::Restricted);
    let thought = |it: &&Finding| it.safety() != Safety::Safe;
    let all = || outcome.findings.iter().filter(mendable);
    let fixable = &page.checked.fixable;
    assert_eq!(fixable.safe, all().filter(|it| !thought(it)).count());
    assert_eq!(fixable.level, all().filter(standard).count());
    let needs = all().filter(standard).filter(thought).count();
    assert_eq!(fixable.thought, format!("{needs} of {} need thought", fixable.level));
    assert!(needs < fixable.level);
    assert!(fixable.rules.contains(&"privileged-container".to_owned()), "{:?}", fixable.rules);
}

#[test]
fn what_may_be_secret_is_masked_where_it_is_shown_and_kept_where_it_is_applied() {
    let text = POD.replace(
        "    securityContext:\n",
        "    env: [{name: PASSWORD, value: hunter2marker}]\n    securityContext:\n",
    );
    let mut page = Page::of(&[&text]);
    let keys: Vec<_> = page.checked.listing.findings.iter().map(|it| it.key.clone()).collect();
    for key in keys {
        let fixed = page.fixed(Aim::One(key));
        let mut hunks = fixed.files.iter().flat_map(|it| &it.hunks);
        assert!(hunks.all(|it| !format!("{it:?}").contains("hunter2marker")));
        let key_stays = fixed.files.is_empty() || page.changed(&fixed)[0].contains("PASSWORD");
        assert!(key_stays);
    }
}

#[test]
fn a_plan_that_cannot_be_read_changes_nothing() {
    let mut workbench = Workbench::new(Box::new(Nothing));
    workbench.put(0, POD.to_owned());
    let ask = FixAsk { files: vec![0], plan: vec![0xff; 9], shows: true };
    assert!(workbench.answer(Do::Fix(ask)).is_err());
}
