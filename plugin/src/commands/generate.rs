//! Runs a generator, and delivers what it makes.

pub(crate) mod images;
pub(crate) mod machine;
pub(crate) mod roles;
pub(crate) mod sources;
mod workloads;

use clap::{ArgMatches, FromArgMatches as _};
use harden_core::cluster::{Facts, Need};
use harden_core::generators::{File, Generate, Generated, Generator, Product, Verdict};
use zeroize::Zeroizing;

use self::sources::Sources;
use crate::audit_log;
use crate::connection::Connection;
use crate::deliver::file::{self, FileDelivery};
use crate::deliver::outputs;
use crate::deliver::{self, Delivery};
use crate::input::{self, Unread};
use crate::terminal::{self, Exit};

/// Runs a generator; `matches` are those of the innermost command, which has the delivery options.
pub(crate) fn run(mut generator: Generator, matches: &ArgMatches) -> super::Result {
    read_logs(&mut generator)?;
    let read = read_sources(&mut generator, matches)?;
    let logs = generator.options().logs().to_vec();
    for file in generator.options().files().into_iter().filter(|it| !logs.contains(it)) {
        let text = Zeroizing::new(input::read(&file)?);
        generator.options_mut().read(&file, &text)?;
    }
    convert(&mut generator);
    let options = generator.options();
    let made = match generator.product() {
        Product::Objects => objects(options, &Delivery::from_arg_matches(matches)?),
        Product::Files => files(options, &FileDelivery::from_arg_matches(matches)?),
    }?;
    Ok(made.max(read))
}

/// Reads what generators are about that know more than files.
fn read_sources(generator: &mut Generator, matches: &ArgMatches) -> super::Result {
    if !matches!(
        generator,
        Generator::ImagePolicy(_) | Generator::NetworkPolicy(_) | Generator::Role(_)
    ) {
        return Ok(Exit::Done);
    }
    let delivery = Delivery::from_arg_matches(matches)?;
    let connection = &delivery.connection;
    let read = match generator {
        Generator::ImagePolicy(options) => {
            images::read(options, &Sources::from_arg_matches(matches)?, connection)?
        }
        Generator::NetworkPolicy(options) => {
            workloads::read(options, &Sources::from_arg_matches(matches)?, connection)?
        }
        Generator::Role(options) => {
            roles::read(options, &roles::Sources::from_arg_matches(matches)?, connection)?
        }
        _ => Exit::Done,
    };
    Ok(read.allowing(delivery.allow_incomplete))
}

/// Reads the audit logs that a generator asks for as they come.
fn read_logs(generator: &mut Generator) -> anyhow::Result<()> {
    let logs = generator.options().logs().to_vec();
    let Some(mut usage) = generator.options().usage()? else { return Ok(()) };
    for log in &logs {
        audit_log::usage(&mut usage, log)?;
    }
    generator.options_mut().take_usage(usage);
    Ok(())
}

/// Converts the policies that a generator was told, which the core itself cannot.
pub(crate) fn convert(generator: &mut Generator) {
    if let Generator::AdmissionPolicy(options) = generator
        && !options.policies.is_empty()
    {
        let conversion = harden_admission::conversion::of_texts(&options.policies, options.engine);
        options.converted = Some(conversion);
    }
}

/// How a command ends that was answered so.
fn exit_of(verdict: Verdict) -> Exit {
    match verdict {
        Verdict::Yes => Exit::Done,
        Verdict::Unknown => Exit::Incomplete,
        Verdict::No => Exit::Found,
    }
}

fn files(generator: &dyn Generate, delivery: &FileDelivery) -> super::Result {
    let mut generated = generate(generator, &delivery.connection)?;
    let mut is_log_read = true;
    if let Some(log) = generator.log() {
        generated.count(log, |simulator| {
            let estimate = audit_log::count(simulator, log)?;
            if estimate.total().events == 0 {
                return Err(
                    Unread::because(format!("{log}: there are no audit events in it")).into()
                );
            }
            is_log_read = estimate.unreadable == 0;
            Ok::<_, anyhow::Error>(estimate)
        })?;
    }
    if let Some(answer) = &generated.answer {
        return answered(answer, delivery);
    }
    let exit = file::run(&generated, delivery, generator.is_forced())?;
    let read = if is_log_read { Exit::Done } else { Exit::Incomplete };
    let answer = exit_of(generated.verdict).max(read);
    Ok(exit.max(answer).allowing(delivery.allow_incomplete))
}

/// Prints what to do instead; it is no file of the kind that was asked for, so that none is written.
fn answered(answer: &str, delivery: &FileDelivery) -> super::Result {
    terminal::print(&delivery.style.text_of(&File::new("answer", answer)))?;
    if !delivery.output_file.is_empty() || delivery.output_dir.is_some() {
        terminal::note("no file was written")?;
    }
    Ok(Exit::Found)
}

fn objects(generator: &dyn Generate, delivery: &Delivery) -> super::Result {
    outputs::distinct(delivery.output_file.iter().map(|it| it.path.as_path()))?;
    if delivery.asks_cluster() {
        return on_cluster(generator, delivery);
    }
    let generated = generate(generator, &delivery.connection)?;
    let exit = write(&generated, delivery, generator.is_forced())?;
    Ok(exit.max(exit_of(generated.verdict)).allowing(delivery.allow_incomplete))
}

/// Makes the objects or files, after it has learned what they need.
fn generate(generator: &dyn Generate, connection: &Connection) -> anyhow::Result<Generated> {
    let needs = generator.needs();
    let mut facts = if needs.iter().any(Need::is_of_cluster) {
        connection.ask(&needs)?
    } else {
        Facts::default()
    };
    machine::tell(&mut facts, &needs)?;
    let generated = generator.generate(&facts)?;
    write_notes(&generated)?;
    Ok(generated)
}

/// Writes the files that are asked for, and prints the objects if nothing is done with them.
fn write(generated: &Generated, delivery: &Delivery, force: bool) -> super::Result {
    let manifests = &generated.manifests;
    if let Some(folder) = &delivery.output_dir {
        return deliver::folder::write(manifests, folder, delivery, force);
    }
    let exit = deliver::object_file::write(manifests, delivery, force)?;
    let is_printed = delivery.output_file.iter().all(|it| it.format.is_some());
    if is_printed && !delivery.asks_cluster() {
        terminal::print(&delivery.output.text(manifests))?;
    }
    Ok(exit)
}

fn write_notes(generated: &Generated) -> anyhow::Result<()> {
    generated.notes.iter().try_for_each(|note| terminal::note(note))
}

#[cfg(feature = "live")]
fn on_cluster(generator: &dyn Generate, delivery: &Delivery) -> super::Result {
    use crate::cluster::{Cluster, facts};

    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let cluster = Cluster::connect(&delivery.connection).await?;
        let mut needs = generator.needs();
        needs.push(Need::Version);
        let mut facts = facts::ask(&cluster, &needs).await?;
        machine::tell(&mut facts, &needs)?;
        let generated = generator.generate(&facts)?;
        write_notes(&generated)?;
        let force = generator.is_forced();
        let written = write(&generated, delivery, force)?;
        let applied = deliver::apply::run(&cluster, &generated.manifests, delivery, force).await?;
        let answer = exit_of(generated.verdict).allowing(delivery.allow_incomplete);
        Ok(applied.max(written).max(answer))
    })
}

#[cfg(not(feature = "live"))]
fn on_cluster(_: &dyn Generate, _: &Delivery) -> super::Result {
    anyhow::bail!("this build cannot talk to clusters: it was made without the feature `live`")
}
