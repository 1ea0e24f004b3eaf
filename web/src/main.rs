//! The browser playground: the namespace generator behind a form.

mod app;

fn main() {
    yew::Renderer::<app::App>::new().render();
}
