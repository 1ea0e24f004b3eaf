//! `playground`: serves the page that this command carries, to this machine only.

#[cfg(feature = "live")]
mod server;

/// The files of the page, compressed with gzip; none where it was not built before this command.
#[cfg(feature = "live")]
static PAGE: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/playground.rs"));

/// Whether the page was built before this command.
#[cfg(feature = "live")]
pub(crate) fn is_carried() -> bool {
    !PAGE.is_empty()
}

#[cfg(not(feature = "live"))]
pub(crate) fn is_carried() -> bool {
    false
}

/// The page runs this same engine inside the browser: no manifest leaves it. It is served on 127.0.0.1
/// until you press Ctrl-C.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Port to serve on; 0 takes a free one
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    port: u16,

    /// Leave the browser alone, and only print the address
    #[arg(long)]
    no_open: bool,
}

#[cfg(feature = "live")]
pub(crate) fn run(options: &Options) -> super::Result {
    if PAGE.is_empty() {
        anyhow::bail!(
            "this build carries no playground: run `cargo xtask web` in the repository, then build the command again"
        );
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(server::serve(options))
}

#[cfg(not(feature = "live"))]
pub(crate) fn run(_: &Options) -> super::Result {
    anyhow::bail!("this build serves no playground: it was made without the feature `live`")
}
