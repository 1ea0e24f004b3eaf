//! A statement of the table: what is done, what a reader is told, and who says so.

/// A cell of the table, a topic of a platform.
#[derive(Debug)]
pub struct Cell<T> {
    /// What generators do by it.
    pub value: T,
    /// The same in words, a fragment without a full stop.
    pub says: &'static str,
    /// The pages that say so, the platform's own first.
    pub sources: &'static [&'static str],
    /// What of it nobody's page says, or was not tried; empty where all of it was verified.
    pub unverified: &'static str,
}

impl<T> Cell<T> {
    /// As the table shows it: Markdown in one line, with a link to each source.
    pub(super) fn markdown(&self) -> String {
        let links = self.sources.iter().enumerate();
        let links: String = links.map(|(at, url)| format!(" [[{}]]({url})", at + 1)).collect();
        let doubt = match self.unverified {
            "" => String::new(),
            doubt => format!("; not verified: {doubt}"),
        };
        format!("{}{doubt}{links}", self.says)
    }
}
