//! Runs a generator for a form, to the bytes that the terminal would print.

use clap::{ArgMatches, FromArgMatches as _};
use harden_core::ManifestFormat;
use harden_core::cluster::{Facts, Need};
use harden_core::generators::{
    File, FileOutput, Generate, Generator, ObjectOutput, OptionError, Product,
};
use harden_core::simulate::audit::Estimate;

use super::{Workbench, form};
use crate::protocol::workbench::{Made, MakeAsk};

/// What is wrong with a form.
#[derive(Debug)]
struct Wrong {
    text: String,
    /// The flag of the field that this is about; empty when it is about none.
    field: String,
}

impl From<String> for Wrong {
    fn from(text: String) -> Self {
        Self { text, field: String::new() }
    }
}

impl From<clap::Error> for Wrong {
    fn from(error: clap::Error) -> Self {
        error.to_string().into()
    }
}

impl From<OptionError> for Wrong {
    fn from(error: OptionError) -> Self {
        Self { text: error.to_string(), field: error.option.to_owned() }
    }
}

impl Workbench {
    /// What the command prints for this form, or what is wrong with it.
    pub(super) fn make(&mut self, ask: &MakeAsk) -> Made {
        let mut made = Made::default();
        match form::words(ask) {
            Ok(words) => made.words = words,
            Err(error) => return Made { error, ..made },
        }
        made.command = format!("kubectl harden {}", form::quoted(&made.words));
        if let Err(wrong) = self.fill_in(ask, &mut made) {
            made.error = wrong.text;
            made.field = wrong.field;
        }
        made
    }

    fn fill_in(&mut self, ask: &MakeAsk, made: &mut Made) -> Result<(), Wrong> {
        let matches = form::parse(&made.words).map_err(|(text, field)| Wrong { text, field })?;
        let mut generator = Generator::from_arg_matches(&matches)?;
        for file in generator.options().files() {
            generator.options_mut().read(&file, text(ask, &file)?)?;
        }
        let options = generator.options();
        let facts = self.facts(options, ask)?;
        let mut generated = options.generate(&facts)?;
        if let Some(log) = options.log() {
            generated.count(log, |simulator| {
                Ok::<_, Wrong>(Estimate::of(simulator.policy(), text(ask, log)?))
            })?;
        }
        let matches = innermost(&matches);
        match generator.product() {
            Product::Objects => {
                let output = ObjectOutput::from_arg_matches(matches)?;
                made.text = output.text(&generated.manifests);
                made.name = match output.output {
                    ManifestFormat::Yaml => format!("{}.yaml", ask.words.join("-")),
                    ManifestFormat::Json => "objects.json".to_owned(),
                };
            }
            Product::Files => {
                let output = FileOutput::from_arg_matches(matches)?;
                if let Some(answer) = &generated.answer {
                    made.text.clone_from(&output.text_of(&File::new("answer", answer.as_str())));
                    made.name = format!("{}.txt", ask.words.join("-"));
                    made.notes = generated.notes;
                    return Ok(());
                }
                made.text.clone_from(&output.text(&generated));
                made.is_secret = generated.is_secret();
                made.name = generated.wanted().next().map(|it| it.name.clone()).unwrap_or_default();
            }
        }
        made.notes = generated.notes;
        Ok(())
    }

    fn facts(&mut self, options: &dyn Generate, ask: &MakeAsk) -> Result<Facts, Wrong> {
        let mut facts = Facts::default();
        for need in options.needs() {
            match need {
                Need::Today => facts.today = self.machine.today(),
                Need::Random(count) => {
                    let random = self.random(count, ask.fresh);
                    facts.random = random.ok_or_else(|| {
                        Wrong::from("this browser gives no random bytes".to_owned())
                    })?;
                }
                _ => {
                    let text = "this depends on a cluster, which a page must not ask: copy the command and \
                                run it where kubectl can";
                    return Err(text.to_owned().into());
                }
            }
        }
        Ok(facts)
    }
}

/// The text that was given for a file.
fn text<'a>(ask: &'a MakeAsk, file: &str) -> Result<&'a str, Wrong> {
    let text = ask.texts.iter().find(|(name, _)| name == file);
    let (_, text) = text.ok_or_else(|| format!("give the text of {file}"))?;
    Ok(text)
}

fn innermost(mut matches: &ArgMatches) -> &ArgMatches {
    while let Some((_, inner)) = matches.subcommand() {
        matches = inner;
    }
    matches
}
