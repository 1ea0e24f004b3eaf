//! Who reaches whom, what a change opens and closes, which policies are for whom, and who could come and reach them.

mod change;
mod end;
mod focus;
mod list;
mod names;

pub use change::{Change, Changes};
pub use end::End;
pub use focus::{Focus, Name, Nobody};
pub use list::List;
