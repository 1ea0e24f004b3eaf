//! What policies answered to some objects, as both shells show it.

mod asked;
mod json;
mod outcome;
mod position;
mod summary;
mod tested;
mod text;
mod texts;
mod veil;

pub use asked::{Asked, Before};
pub use json::{to_json, write_json};
pub use outcome::{Outcome, Subject, Told};
pub use position::{Position, Written};
pub use summary::{Lack, Summary};
pub use tested::{Tested, Tests};
pub use text::Text;
pub use texts::Texts;
pub use veil::Veil;
