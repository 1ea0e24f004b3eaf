//! The page of the playground: draws what the engine says, and remembers what is entered.

mod page;

fn main() {
    yew::Renderer::<page::Page>::new().render();
}
