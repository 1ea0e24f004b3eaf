//! Writes what many findings come to piece by piece, on all cores where there are several.

use std::io::{self, Write};

/// How many findings make a piece.
const PIECE: usize = 512;

/// How many bytes a finding usually comes to, so that pieces need not be moved while they grow.
const USUAL: usize = 640;

/// How many pieces are held at a time.
#[cfg(feature = "parallel")]
const HELD: usize = 16;

/// Has every piece rendered, and writes them in their order. `render` gets the place of the piece's
/// first item, and the items.
pub(super) fn write<T: Sync>(
    items: &[T],
    render: impl Fn(usize, &[T], &mut Vec<u8>) -> io::Result<()> + Sync,
    out: &mut (impl Write + ?Sized),
) -> io::Result<()> {
    // Every piece is written where one before it was: fresh memory costs more than what is written to it.
    let render = |number: usize, items: &[T], piece: &mut Vec<u8>| {
        piece.clear();
        piece.reserve(items.len() * USUAL);
        render(number * PIECE, items, piece)
    };
    #[cfg(feature = "parallel")]
    {
        use rayon::prelude::*;

        let mut pieces = vec![Vec::new(); items.len().div_ceil(PIECE).min(HELD)];
        for (round, items) in items.chunks(PIECE * HELD).enumerate() {
            let parts = items.par_chunks(PIECE).zip(&mut pieces).enumerate();
            parts.try_for_each(|(number, (items, piece))| {
                render(round * HELD + number, items, piece)
            })?;
            let written = pieces.iter().take(items.len().div_ceil(PIECE));
            written.into_iter().try_for_each(|it| out.write_all(it))?;
        }
    }
    #[cfg(not(feature = "parallel"))]
    {
        let mut piece = Vec::new();
        for (number, items) in items.chunks(PIECE).enumerate() {
            render(number, items, &mut piece)?;
            out.write_all(&piece)?;
        }
    }
    Ok(())
}
