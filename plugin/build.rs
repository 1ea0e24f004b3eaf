//! Embeds the playground where it was built before (`cargo xtask web` puts it into `web/dist`), and says
//! which commit this is.

#[path = "build/commit.rs"]
mod commit;
#[path = "build/playground.rs"]
mod playground;

fn main() -> std::io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=build");
    commit::tell();
    playground::embed()
}
