//! Runs a generator, and delivers what it makes.

use harden_core::generators::{Generated, Generator};
use harden_core::kubernetes::Facts;

use crate::deliver::{self, Delivery};
use crate::input;
use crate::terminal::{self, Outcome};

pub(crate) fn run(mut generator: Generator, delivery: &Delivery) -> super::Result {
    for file in generator.files().to_vec() {
        let text = input::read(&file)?;
        generator.read(&file, &text)?;
    }
    if delivery.asks_cluster() || !generator.needs().is_empty() {
        return on_cluster(&generator, delivery);
    }
    let generated = generator.generate(&Facts::default())?;
    write_notes(&generated)?;
    match &delivery.output_dir {
        Some(folder) => {
            deliver::folder::write(&generated.manifests, folder, delivery, generator.is_forced())
        }
        None => print(&generated, delivery),
    }
}

fn print(generated: &Generated, delivery: &Delivery) -> super::Result {
    terminal::print(&harden_core::render(
        &generated.manifests,
        delivery.output,
        !delivery.no_comments,
    ))?;
    Ok(Outcome::Done)
}

fn write_notes(generated: &Generated) -> anyhow::Result<()> {
    generated.notes.iter().try_for_each(|note| terminal::note(note))
}

#[cfg(feature = "live")]
fn on_cluster(generator: &Generator, delivery: &Delivery) -> super::Result {
    use crate::cluster::{Cluster, facts};

    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let cluster = Cluster::connect(&delivery.connection).await?;
        let mut needs = generator.needs();
        if delivery.asks_cluster() {
            needs.push(harden_core::kubernetes::Need::Version);
        }
        let facts = facts::ask(&cluster, &needs).await?;
        let generated = generator.generate(&facts)?;
        write_notes(&generated)?;
        if let Some(folder) = &delivery.output_dir {
            deliver::folder::write(&generated.manifests, folder, delivery, generator.is_forced())?;
        }
        if delivery.asks_cluster() {
            return deliver::apply::run(
                &cluster,
                &generated.manifests,
                delivery,
                generator.is_forced(),
            )
            .await;
        }
        if delivery.output_dir.is_some() { Ok(Outcome::Done) } else { print(&generated, delivery) }
    })
}

#[cfg(not(feature = "live"))]
fn on_cluster(_: &Generator, _: &Delivery) -> super::Result {
    anyhow::bail!("this build cannot talk to clusters: it was made without the feature `live`")
}
