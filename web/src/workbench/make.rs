//! Runs a generator for a form, to the bytes that the terminal would print.

use clap::{ArgMatches, FromArgMatches as _};
use harden_core::generators::{Generated, Generator, Product};
use harden_core::kubernetes::{Facts, Need};

use super::form::{self, Delivery, FileDelivery};
use super::{Workbench, audit};
use crate::protocol::workbench::{Made, MakeAsk};

/// What is wrong, and the flag of the field that this is about; either may be empty.
type Wrong = (String, String);

impl Workbench {
    /// What the command prints for this form, or what is wrong with it.
    pub(super) fn make(&mut self, ask: &MakeAsk) -> Made {
        let mut made = Made::default();
        match form::words(ask) {
            Ok(words) => made.words = words,
            Err(error) => return Made { error, ..made },
        }
        made.command = format!("kubectl harden {}", form::quoted(&made.words));
        if let Err((error, field)) = self.fill_in(ask, &mut made) {
            made.error = error;
            made.field = field;
        }
        made
    }

    fn fill_in(&mut self, ask: &MakeAsk, made: &mut Made) -> Result<(), Wrong> {
        let matches = form::parse(&made.words)?;
        let plain = |error: clap::Error| (error.to_string(), String::new());
        let mut generator = Generator::from_arg_matches(&matches).map_err(plain)?;
        let wrong = |error: harden_core::generators::OptionError| {
            (error.to_string(), error.option.to_owned())
        };
        for file in generator.files().to_vec() {
            let text = ask.texts.iter().find(|(name, _)| *name == file);
            let text = text.ok_or_else(|| (format!("give the text of {file}"), String::new()))?;
            generator.read(&file, &text.1).map_err(wrong)?;
        }
        let facts = self.facts(&generator, ask)?;
        let mut generated = generator.generate(&facts).map_err(wrong)?;
        if let Generator::AuditPolicy(options) = &generator
            && let Some(log) = &options.estimate
        {
            let text = ask.texts.iter().find(|(name, _)| name == log);
            let text = text.ok_or_else(|| (format!("give the text of {log}"), String::new()))?;
            let said = |error| (error, "--estimate".to_owned());
            generated.files = vec![audit::estimate(&generated.files, &text.1).map_err(said)?];
        }
        made.notes.clone_from(&generated.notes);
        write(&generated, generator.product(), innermost(&matches), made).map_err(plain)?;
        let base = ask.words.join("-");
        if made.name.is_empty() {
            made.name = format!("{base}.yaml");
        }
        Ok(())
    }

    fn facts(&mut self, generator: &Generator, ask: &MakeAsk) -> Result<Facts, Wrong> {
        let mut facts = Facts::default();
        for need in generator.needs() {
            match need {
                Need::Today => facts.today = self.machine.today(),
                Need::Random(count) => {
                    let random = self.random(count, ask.fresh);
                    facts.random = random.ok_or_else(|| {
                        ("this browser gives no random bytes".to_owned(), String::new())
                    })?;
                }
                _ => {
                    let text = "this depends on a cluster, which a page must not ask: copy the command and \
                                run it where kubectl can";
                    return Err((text.to_owned(), String::new()));
                }
            }
        }
        Ok(facts)
    }
}

fn innermost(mut matches: &ArgMatches) -> &ArgMatches {
    while let Some((_, inner)) = matches.subcommand() {
        matches = inner;
    }
    matches
}

fn write(
    generated: &Generated,
    product: Product,
    matches: &ArgMatches,
    made: &mut Made,
) -> Result<(), clap::Error> {
    match product {
        Product::Objects => {
            let delivery = Delivery::from_arg_matches(matches)?;
            let comments = !delivery.no_comments;
            made.text = harden_core::render(&generated.manifests, delivery.output, comments);
            if delivery.output == harden_core::ManifestFormat::Json {
                "objects.json".clone_into(&mut made.name);
            }
        }
        Product::Files => {
            let delivery = FileDelivery::from_arg_matches(matches)?;
            let wanted: Vec<_> = generated.files.iter().filter(|it| !it.is_companion).collect();
            let texts = wanted.iter().map(|file| {
                if delivery.no_comments { file.without_comments() } else { file.text.clone() }
            });
            let texts: Vec<_> = texts.collect();
            made.text = texts.iter().map(|it| it.as_str()).collect::<Vec<_>>().join("---\n");
            made.is_secret = wanted.iter().any(|it| it.is_secret);
            if let Some(file) = wanted.first() {
                made.name.clone_from(&file.name);
            }
        }
    }
    Ok(())
}
