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
    let render = |number: usize, items: &[T]| {
        let mut piece = Vec::with_capacity(items.len() * USUAL);
        render(number * PIECE, items, &mut piece).map(|()| piece)
    };
    #[cfg(feature = "parallel")]
    {
        use rayon::prelude::*;

        for (round, items) in items.chunks(PIECE * HELD).enumerate() {
            let pieces = items.par_chunks(PIECE).enumerate();
            let pieces: io::Result<Vec<_>> =
                pieces.map(|(number, items)| render(round * HELD + number, items)).collect();
            pieces?.iter().try_for_each(|it| out.write_all(it))?;
        }
    }
    #[cfg(not(feature = "parallel"))]
    for (number, items) in items.chunks(PIECE).enumerate() {
        out.write_all(&render(number, items)?)?;
    }
    Ok(())
}
