//! Who must have signed, by the words of the command line, and whom to trust.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, bail};
use harden_sigstore::{Expectation, Pattern, PublicKey, Trust};

use crate::input;

/// Who must have signed, as cosign names it.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Signer")]
pub(crate) struct Signer {
    /// Public key, as PEM, of who signed
    #[arg(long, value_name = "KEY", conflicts_with_all = ["certificate_identity", "certificate_identity_regexp", "certificate_oidc_issuer", "certificate_oidc_issuer_regexp"])]
    key: Option<String>,

    /// Name in the certificate of who signed without a key of their own: an e-mail address, or that of a workflow
    #[arg(long, value_name = "NAME", conflicts_with = "certificate_identity_regexp")]
    certificate_identity: Option<String>,

    /// Pattern for that name; it has to fit somewhere in it, so anchor it by ^ and $
    #[arg(long, value_name = "PATTERN")]
    certificate_identity_regexp: Option<String>,

    /// Who vouches for the name, such as `https://token.actions.githubusercontent.com`
    #[arg(long, value_name = "ADDRESS", conflicts_with = "certificate_oidc_issuer_regexp")]
    certificate_oidc_issuer: Option<String>,

    /// Pattern for who vouches for the name
    #[arg(long, value_name = "PATTERN")]
    certificate_oidc_issuer_regexp: Option<String>,

    /// Trusted roots, as `trusted_root.json` of Sigstore or `gh attestation trusted-root` [default: those of Sigstore
    /// and GitHub that this was built with]
    #[arg(long, value_name = "FILE", conflicts_with_all = ["update_trust", "tuf_mirror", "tuf_root"])]
    trusted_root: Option<String>,

    /// Fetch the trusted roots anew from a repository of TUF and keep them; without it, nothing is fetched
    #[arg(long)]
    update_trust: bool,

    /// Address of the repository of TUF, and so of whom to trust [default: that of Sigstore]
    #[arg(long, value_name = "ADDRESS")]
    tuf_mirror: Option<String>,

    /// Root of the repository of TUF, where it is not that of Sigstore
    #[arg(long, value_name = "FILE")]
    tuf_root: Option<PathBuf>,
}

impl Signer {
    /// Whether anybody is named.
    pub(super) fn is_named(&self) -> bool {
        self.key.is_some() || self.identity_is_named() || self.issuer_is_named()
    }

    fn identity_is_named(&self) -> bool {
        self.certificate_identity.is_some() || self.certificate_identity_regexp.is_some()
    }

    fn issuer_is_named(&self) -> bool {
        self.certificate_oidc_issuer.is_some() || self.certificate_oidc_issuer_regexp.is_some()
    }

    /// Who must have signed; none where nobody is named.
    ///
    /// # Errors
    ///
    /// The key cannot be read or is none, a pattern is none, or half of a name is missing.
    pub(super) fn expectation(&self) -> anyhow::Result<Option<Expectation>> {
        if let Some(name) = &self.key {
            if is_elsewhere(name) {
                bail!(
                    "--key {name}: keys are read from files; `cosign public-key --key {name}` writes one"
                );
            }
            let pem = input::read(name).with_context(|| format!("--key {name}"))?;
            PublicKey::of_pem(&pem).with_context(|| format!("--key {name}"))?;
            return Ok(Some(Expectation::Key(pem)));
        }
        match (self.identity_is_named(), self.issuer_is_named()) {
            (false, false) => Ok(None),
            (true, false) => {
                bail!("a name counts only with who vouches for it: add --certificate-oidc-issuer")
            }
            (false, true) => bail!("say whose signature it must be: add --certificate-identity"),
            (true, true) => {
                let identity = pattern(
                    "--certificate-identity",
                    self.certificate_identity.as_ref(),
                    self.certificate_identity_regexp.as_ref(),
                )?;
                let issuer = pattern(
                    "--certificate-oidc-issuer",
                    self.certificate_oidc_issuer.as_ref(),
                    self.certificate_oidc_issuer_regexp.as_ref(),
                )?;
                Ok(Some(Expectation::Keyless { identity, issuer }))
            }
        }
    }

    /// The trusted roots: those of a file, those that were fetched, or those that are built in.
    ///
    /// # Errors
    ///
    /// The file cannot be read or is none, or the repository does not hand out what it should.
    pub(super) fn trust(&self, patience: Duration) -> anyhow::Result<Trust> {
        if let Some(name) = &self.trusted_root {
            let text = input::read(name).with_context(|| format!("--trusted-root {name}"))?;
            return Trust::of_json([text.as_str()])
                .with_context(|| format!("--trusted-root {name}"));
        }
        match self.fetched(patience)? {
            Some(trust) => Ok(trust),
            None => Ok(Trust::embedded()?),
        }
    }

    /// Those of a repository, as they were fetched now or before; none where they never were.
    #[cfg(feature = "live")]
    fn fetched(&self, patience: Duration) -> anyhow::Result<Option<Trust>> {
        use crate::trust::{Repository, folder};

        let is_own = self.tuf_mirror.is_some() || self.tuf_root.is_some();
        let Some(folder) = folder() else {
            if is_own || self.update_trust {
                bail!("there is no folder to keep trusted roots in: set HOME or XDG_CACHE_HOME");
            }
            return Ok(None);
        };
        let (mirror, root) = (self.tuf_mirror.as_deref(), self.tuf_root.as_deref());
        let repository = Repository::new(mirror, root, &folder)?;
        if self.update_trust {
            let now = jiff::Timestamp::now().as_second();
            return Ok(Some(repository.update(now, patience)?.trust()?));
        }
        match repository.known()? {
            Some(learned) => Ok(Some(learned.trust()?)),
            None if is_own => {
                bail!("nothing was fetched from that repository yet: add --update-trust")
            }
            None => Ok(None),
        }
    }

    #[cfg(not(feature = "live"))]
    fn fetched(&self, _: Duration) -> anyhow::Result<Option<Trust>> {
        if self.update_trust || self.tuf_mirror.is_some() || self.tuf_root.is_some() {
            bail!("this build fetches nothing: it was made without the feature `live`");
        }
        Ok(None)
    }
}

/// Whether a key is where only cosign gets it.
fn is_elsewhere(name: &str) -> bool {
    name.split_once("://").is_some_and(|(scheme, _)| scheme != "https")
}

fn pattern(flag: &str, exact: Option<&String>, regexp: Option<&String>) -> anyhow::Result<Pattern> {
    match (exact, regexp) {
        (Some(exact), _) if exact.is_empty() => bail!("{flag} is empty"),
        (Some(exact), _) => Ok(Pattern::Exact(exact.clone())),
        (None, Some(regexp)) if regexp.is_empty() => {
            bail!("{flag}-regexp is empty: it would take anybody")
        }
        (None, Some(regexp)) => Pattern::of_regexp(regexp)
            .with_context(|| format!("{flag}-regexp {regexp} is no pattern")),
        (None, None) => bail!("{flag} is missing"),
    }
}
